"""Check the network's attributions on test positives: can they be trusted?"""

import pandas as pd

from mirsignal.files.atomic import write_json, write_parquet
from mirsignal.interpretation.checks import check_attributions
from mirsignal.interpretation.selection import choose_positives
from mirsignal.networks.backend import keras, set_up
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    set_up(snakemake.threads, params.seed)
    test = pd.read_parquet(files.predictions)
    checks, summary = check_attributions(
        keras.models.load_model(files.model),
        choose_positives(test, params.n_checked, params.seed),
        pd.read_parquet(files.pairs),
        params.encoding,
        params.n_background,
        params.steps,
        params.seed,
        params.explainer,
    )
    write_json(snakemake.output.summary, summary)
    write_parquet(snakemake.output.checks, checks)


if __name__ == "__main__":
    run(main, snakemake)
