"""Stack the signal network, the occupancy model and context++, fold by fold."""

import logging

import pandas as pd

from mirsignal.files.atomic import write_parquet, write_table
from mirsignal.repression.stacking import stack
from mirsignal.repression.targetscan import add_scores
from mirsignal.sites.contextpp import bound_scores
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")

INPUTS = {
    "stacked": ["predicted", "occupancy", "contextpp"],
    "stacked_targetscan": ["predicted", "occupancy", "contextpp", "targetscan"],
}
KEYS = ["mirna", "gene"]


def main(snakemake):
    contextpp = pd.read_parquet(snakemake.input.contextpp)
    scores = add_scores(contextpp, snakemake.input.targetscan)
    scores["contextpp"] = bound_scores(scores["contextpp"])
    stacks = {name: inputs for name, inputs in INPUTS.items() if known(inputs, scores)}
    tables, rows = [], []
    for fold, files in enumerate(
        zip(snakemake.input.predictions, snakemake.input.occupancy, strict=True)
    ):
        pairs = join(*files).merge(scores, on=KEYS)
        validation, test = (
            pairs[pairs["part"] == part] for part in ("validation", "test")
        )
        for name, inputs in stacks.items():
            predicted, weights = stack(validation, test, inputs)
            test = test.assign(**{name: predicted})
            rows += [(fold, name, *item) for item in weights.items()]
        tables.append(test[[*KEYS, "occupancy", "unseen", *stacks]])
    write_parquet(snakemake.output.table, pd.concat(tables, ignore_index=True))
    weights = pd.DataFrame(rows, columns=["fold", "stack", "input", "weight"])
    write_table(snakemake.output.weights, weights)
    means = weights.groupby(["stack", "input"], sort=False)["weight"].mean()
    for name in stacks:
        shares = ", ".join(f"{key} {value:.2f}" for key, value in means[name].items())
        log.info("%s: mean weights %s", name, shares)


def known(inputs, scores):
    """Tell whether the study has all inputs of a stack; TargetScan's table may lack."""
    return "targetscan" in scores or "targetscan" not in inputs


def join(predictions, occupancy):
    """Return held-out pairs with both predictions; isoforms of a gene are averaged."""
    signal = pd.read_parquet(predictions).groupby([*KEYS, "part"], as_index=False)
    return (
        signal["predicted"]
        .mean()
        .merge(pd.read_parquet(occupancy), on=[*KEYS, "part"], validate="1:1")
    )


if __name__ == "__main__":
    run(main, snakemake)
