"""Experiments beside `main`: what each changes, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mirsignal.binding.evaluation import reliability
from mirsignal.comparison.predictors import metrics_table
from mirsignal.errors import InputError
from mirsignal.statistics.metrics import (
    average_precision,
    bootstrap_interval,
    brier,
    pearson,
)
from mirsignal.statistics.resampling import GeneResamples, interval_of

MAIN = "main"
SHARED = ("occupancy", "seed_counts", "site_features", "contextpp", "targetscan")
"""Predictors that do not depend on an experiment's own recipes."""
_ENDS = {"pearson_low": "low", "pearson_high": "high"}
_KEYS = ["mirna", "gene"]
_MEASURED = ["target_log2fc", "log2fc"]


def compare_experiments(
    metrics: Sequence[Mapping[str, Any]],
    pairs: Mapping[str, pd.DataFrame],
    benchmarks: str | Path,
    jobs: Mapping[str, Sequence[str]],
    n_resamples: int,
    seed: int,
) -> pd.DataFrame:
    """Return a row per experiment, its stack, and predictors that all share.

    `metrics` are those of `predictors.compare` with experiment and recipes, `pairs` the
    tables that they were computed from by experiment. Beside Pearson r there is its
    difference to what `main` has in its place (to `main` itself for predictors that all
    share) on the same pairs, with its 95% interval from resampling genes and the lowest
    and highest difference of networks with the same seed; the same difference of average
    precision at each threshold; what is known of probabilities (`measure_probabilities`);
    and the CPU minutes of the jobs that `main` does without (of `main`, of those of
    its own recipes; NaN where none is recorded in the folder `benchmarks`). `jobs` names
    jobs of no chain that an experiment needs as well, those of its language model, as
    `rule/recipe`.
    """
    by_name = {str(found["experiment"]): found for found in metrics}
    main = by_name[MAIN]
    rows = [(found, "predicted", name) for name, found in by_name.items()]
    rows += [(found, "stacked", f"{name}, stacked") for name, found in by_name.items()]
    rows += [
        (found, "occupancy", f"{name}, occupancy")
        for name, found in by_name.items()
        if found["recipes"]["occupancy"] != main["recipes"]["occupancy"]
    ]
    rows += [(main, name, name) for name in SHARED if name in main["predictors"]]
    tables = []
    for found, predictor, label in rows:
        experiment = str(found["experiment"])
        own = experiment != MAIN or predictor in ("predicted", "stacked")
        against = predictor if own else "predicted"
        table = metrics_table(dict(found)).query(f"predictor == {predictor!r}")
        difference = _difference(
            pairs[experiment],
            predictor,
            pairs[MAIN],
            against,
            found["predictors"][predictor]["average_precision"],
            n_resamples,
            seed,
        )
        added = difference | {"cpu_minutes": np.nan}
        if predictor == "predicted":
            wanted = chains(found["recipes"]) | set(jobs.get(experiment, ()))
            if experiment != MAIN:
                wanted -= chains(main["recipes"]) | set(jobs.get(MAIN, ()))
            added["cpu_minutes"] = cpu_minutes(benchmarks, wanted)
            added |= found.get("probabilities", {}).get("brier", {})
        tables.append(table.assign(experiment=label, **added).rename(columns=_ENDS))
    return pd.concat(tables, ignore_index=True)


def measure_probabilities(
    pairs: pd.DataFrame, threshold: float, n_resamples: int, seed: int
) -> dict[str, Any]:
    """Return how well the probabilities of a classification agree with what was measured.

    `pairs` has gene, log2fc and predicted, minus the probability of a log2 fold change
    below `threshold`; InputError where none, or every one, is. Returned are the Brier
    score with its 95% interval (genes resampled), that of the share of such genes in
    place of any prediction, and by tenths of the probability its mean, the share measured
    with its interval, and n.
    """
    known = pairs[pairs["predicted"].notna()]
    labels = (known["log2fc"] < threshold).to_numpy()
    if not labels.any() or labels.all():
        share = "every" if labels.any() else "no"
        raise InputError(
            f"config: regression: threshold: {share} measured pair is below "
            f"{threshold:g}, so that there is nothing to tell apart; choose another"
        )
    probabilities = -known["predicted"].to_numpy(float)
    low, high = bootstrap_interval(
        brier, labels, probabilities, groups=known["gene"], n_resamples=n_resamples
    )
    bins = reliability(labels, probabilities, known["gene"], 10, n_resamples, seed)
    return {
        "threshold": threshold,
        "brier": {
            "brier": brier(labels, probabilities),
            "brier_low": low,
            "brier_high": high,
            "brier_of_share": float(labels.var()),
        },
        "bins": bins.to_dict("records"),
    }


def _difference(
    own, predictor, main, other, thresholds, n_resamples, seed
) -> dict[str, float]:
    """Return by how much r and average precision of `predictor` in `own` pairs are above
    those of `other` in the pairs of `main`."""
    members = []
    if predictor == other == "predicted":
        members = [name for name in own if name.startswith("member_") and name in main]
    columns = [predictor, *members]
    both = own[[*_KEYS, *_MEASURED, *columns]].merge(
        main[[*_KEYS, other, *members]], on=_KEYS, suffixes=("", " of main")
    )
    values = both.drop(columns=[*_KEYS, *_MEASURED]).fillna(0.0).to_numpy(float)
    target, measured = (both[name].to_numpy(float) for name in _MEASURED)
    r = np.array([pearson(target, column) for column in values.T])
    half = len(columns)
    differences = r[:half] - r[half:]
    draws = GeneResamples(both["gene"], n_resamples, seed)
    of_r = draws.pearson(target, values[:, [0, half]])
    ends = interval_of(of_r[:, 0] - of_r[:, 1])
    of_seeds = differences[1:] if len(members) > 1 else np.full(1, np.nan)
    found = {
        "difference": differences[0],
        **_ends("difference", ends),
        "seeds_difference_low": of_seeds.min(),
        "seeds_difference_high": of_seeds.max(),
    }
    for threshold in thresholds:
        labels, key = measured < float(threshold), f"ap_difference_{threshold}"
        scores = -values[:, [0, half]].T
        if not labels.any():
            continue
        drawn = [draws.average_precision(labels, score) for score in scores]
        ap, ap_of_main = (average_precision(labels, score) for score in scores)
        found[key] = ap - ap_of_main
        found |= _ends(key, interval_of(drawn[0] - drawn[1]))
    return found


def _ends(key: str, ends: Mapping[str, float | None]) -> dict[str, float]:
    return {
        f"{key}_{end}": np.nan if value is None else value for end, value in ends.items()
    }


def chains(recipes: Mapping[str, str]) -> set[str]:
    """Return the chains of recipes in the paths of an experiment's files."""
    stages = ("samples", "binding", "scan", "signals", "regression")
    names = [recipes[stage] for stage in stages if stage in recipes]
    joined = {".".join(names[: number + 1]) for number in range(len(names))}
    return joined | {recipes["occupancy"]}


def cpu_minutes(folder: str | Path, wanted: set[str]) -> float:
    """Return the CPU minutes of the jobs of these chains, or of `rule/chain` of one rule
    alone, by Snakemake's benchmarks; NaN for none."""
    total, n = 0.0, 0
    for path in sorted(Path(folder).glob("*/**/*.tsv")):
        rule, chain, *_ = path.relative_to(folder).with_suffix("").parts
        if {chain, f"{rule}/{chain}"} & wanted:
            times = pd.read_csv(path, sep="\t", na_values=["-"])["cpu_time"]
            total, n = total + float(times.sum()), n + 1
    return total / 60 if n else np.nan
