"""How reliable attributions are: checks of a network's SHAP values.

- Additivity: base value plus SHAP values give the logit.
- Background: values against two disjoint sets of training pairs agree.
- The scan's fast attribution (integrated gradients) agrees with SHAP.
- Mutagenesis, which uses no gradients, agrees with SHAP.
- Values of the same network with shuffled weights do not look like those of the trained
  one (Adebayo 2018, Sanity checks for saliency maps).

All r are Pearson's within a pair, over its nucleotides: each pair has one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from mirsignal.axes import MIRNA, REGIONS, TARGET
from mirsignal.interpretation.explanation import (
    LARGEST_RESIDUAL,
    PairExplainer,
    pairs_to_matrices,
    sample_background,
)
from mirsignal.interpretation.mutagenesis import Mutants, mutate_pairs
from mirsignal.interpretation.selection import name_pair
from mirsignal.logs import log
from mirsignal.networks.backend import keras
from mirsignal.scan.attribution import Attributor, attribute_window
from mirsignal.scan.convolution import NotConvolutionalError, list_bodies
from mirsignal.scan.scanning import logit_model, mirna_reference, mirna_rows
from mirsignal.sequences.codes import encode
from mirsignal.statistics.metrics import pearson, percentile_interval


def check_attributions(
    model: keras.Model,
    positives: pd.DataFrame,
    pairs: pd.DataFrame,
    encoding: str,
    n_background: int,
    steps: int,
    seed: int,
    kind: str = "deep",
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the checks of `positives` (N), a column each, and a summary for a JSON file.

    `pairs` is the sample set that backgrounds are drawn from, `steps` are those of
    integrated gradients, `kind` is the explainer. An r is NaN where one side is constant.
    The summary has the `summarise_check` of each; pairs whose residual is above
    LARGEST_RESIDUAL are counted as `n_failed`. A network that cannot be slid has no fast
    attribution: `fast_unsupported` says why, its checks are left out.
    """
    matrices = pairs_to_matrices(positives, encoding)
    both = sample_background(pairs, 2 * n_background, encoding, seed)
    half = len(both) // 2

    def explain(model, background):
        return PairExplainer(model, background, kind, seed).explain(matrices)

    shap, residual = explain(model, both[:half])
    other, other_residual = explain(model, both[half:])
    shuffled, _ = explain(shuffle_weights(model, seed), both[:half])
    targets, mirnas = positives["target"], positives["mirna_sequence"]
    mutants = mutate_pairs(model, targets, mirnas, encoding)
    of_nucleotides = np.where(mutants.known, nucleotide_sums(shap), np.nan)
    additivity = np.maximum(residual, other_residual)
    about: dict[str, Any] = {
        "explainer": kind,
        "n_background": half,
        "largest_residual_allowed": LARGEST_RESIDUAL[kind],
        "n_failed": int((additivity > LARGEST_RESIDUAL[kind]).sum()),
    }
    checks = {
        "additivity": additivity,
        "background_r": correlate_rows(nucleotide_sums(other), of_nucleotides),
        "mutagenesis_r": correlate_rows(mutants.importance(), of_nucleotides),
        "shuffled_r": np.abs(correlate_rows(nucleotide_sums(shuffled), of_nucleotides)),
    }
    try:
        fast, missed = fast_attributions(model, positives, encoding, steps)
    except NotConvolutionalError as error:
        about["fast_unsupported"] = f"network {model.name}: {error}"
        log.info("no check of the fast attribution: %s", about["fast_unsupported"])
    else:
        checks["fast_r"] = correlate_rows(best_position(fast), best_position(shap))
        checks["fast_sum_r"] = correlate_rows(nucleotide_sums(fast), of_nucleotides)
        checks["fast_completeness"] = missed
    for name, values in checks.items():
        about[name] = summarise_check(values, seed, mirnas)
        log.info("%s: %s", name, _in_words(about[name]))
    return pd.DataFrame(checks), about


def fast_attributions(
    model: keras.Model, pairs: pd.DataFrame, encoding: str, steps: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the scan's attributions (N, W, M) of pairs, and how far they are complete.

    The latter (N,) is how far their sum misses the logit less that of the reference.
    Raises NotConvolutionalError for a network that cannot be slid.
    """
    attributor, network = Attributor(list_bodies(model), steps), logit_model(model)
    matrices = pairs_to_matrices(pairs, encoding)
    references = np.empty_like(matrices)
    values = np.zeros(matrices.shape[:3])
    both = zip(pairs["target"], pairs["mirna_sequence"], strict=True)
    for row, (target, mirna) in enumerate(both):
        rows, reference = mirna_rows(mirna, encoding), mirna_reference(mirna, encoding)
        values[row] = attribute_window(attributor, encode(target), rows, reference)
        references[row] = reference
    change = np.asarray(network(matrices)) - np.asarray(network(references))
    return values, np.abs(values.sum(axis=(1, 2)) - change[:, 0])


def best_position(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the value (N, W) at the best miRNA position (nt 2-20), as scans score."""
    regions = list(REGIONS.values())
    return values[:, :, regions[0].start : regions[-1].stop].max(axis=2)


def nucleotide_sums(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return values (N, W, M) summed by nucleotide of target and miRNA: (N, P)."""
    return np.concatenate([values.sum(axis=2), values.sum(axis=1)], axis=1)


def shuffle_weights(model: keras.Model, seed: int) -> keras.Model:
    """Return the same network, each array of its weights shuffled within itself."""
    rng = np.random.default_rng(seed)
    copy = keras.models.clone_model(model)
    weights = model.get_weights()
    copy.set_weights([rng.permutation(w.ravel()).reshape(w.shape) for w in weights])
    return copy


def correlate_rows(
    first: NDArray[np.float64], second: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return Pearson's r (N,) of each row of two arrays, over what both know.

    NaN where one side is constant or fewer than 3 values are known.
    """
    known = np.isfinite(first) & np.isfinite(second)
    rows = zip(first, second, known, strict=True)
    return np.array([pearson(a[at], b[at]) for a, b, at in rows], dtype=float)


def summarise_check(
    values: NDArray[np.float64], seed: int, mirnas: ArrayLike | None = None
) -> dict[str, Any]:
    """Return n, undefined, median with its 95% interval, 5% and 95% quantile, maximum.

    The interval is the percentile bootstrap of the miRNAs (N,) of the pairs, all pairs
    of one together; of pairs where all are of one miRNA. It needs two pairs.
    """
    known = values[np.isfinite(values)]
    of = None if mirnas is None else np.asarray(mirnas)[np.isfinite(values)]
    names = ("median", "q05", "q95", "max")
    found = (
        np.quantile(known, [0.5, 0.05, 0.95, 1]).tolist() if len(known) else [None] * 4
    )
    low = high = None
    if len(known) > 1:
        low, high = map(float, percentile_interval(known, np.median, seed, of))
    counts = {"n": len(known), "n_undefined": len(values) - len(known)}
    return counts | dict(zip(names, found, strict=True)) | {"low": low, "high": high}


def _in_words(found: dict[str, Any]) -> str:
    if not found["n"]:
        return f"undefined ({found['n_undefined']} pairs)"
    interval = (
        "" if found["low"] is None else f" ({found['low']:.3g}-{found['high']:.3g})"
    )
    most = f"at most {found['max']:.3g}"
    return f"median {found['median']:.3g}{interval}, {most}, n = {found['n']:,}"


def compare_with_shap(
    mutants: Mutants, pairs: pd.DataFrame, shap: NDArray[np.float64]
) -> pd.DataFrame:
    """Return r of `importance` and SHAP values (N, P) per nucleotide, with a title.

    `pairs` (N) have id, mirna, p and additive. r is that of all
    nucleotides, r_target and r_mirna are those of either molecule.
    """
    found, places = mutants.importance(), {"r_target": TARGET, "r_mirna": MIRNA}
    agreement = pairs[["id", "mirna", "p", "additive"]].assign(
        r=correlate_rows(found, shap)
    )
    for name, at in places.items():
        agreement[name] = correlate_rows(found[:, at], shap[:, at])
    titles = [_entitle(row) for row in agreement.itertuples()]
    log.info("r with SHAP values: %s", "; ".join(titles).replace("\n", ", "))
    return agreement.assign(title=titles)


def _entitle(row: Any) -> str:
    rs = {"all": row.r, "target": row.r_target, "miRNA": row.r_mirna}
    words = ", ".join(
        f"{name} {'undefined' if np.isnan(r) else f'{r:.2f}'}" for name, r in rs.items()
    )
    failed = "" if row.additive else " (NOT ADDITIVE)"
    return (
        f"{name_pair(row)}: P = {row.p:.3f}\nr with SHAP{failed} per nucleotide: {words}"
    )
