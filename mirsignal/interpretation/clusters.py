"""Clusters of alignments: which parts of the miRNA make the strongest paths.

An alignment is represented by the attribution of its path at each of the 20 miRNA
positions (0 where the position is bulged or not on the path), scaled to unit length, so
that strong and weak alignments of one shape are alike. k-means groups them; k is the one
with the highest mean silhouette (Rousseeuw 1987).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

from mirsignal.axes import MIRNA_LENGTH
from mirsignal.errors import InputError
from mirsignal.interpretation.duplexes import (
    BULGE,
    MARKS,
    OUTSIDE,
    STATES,
    mirna_states,
    write_duplex,
)
from mirsignal.logs import log
from mirsignal.sequences.mirnas import short_name

N_EXAMPLES = 3
"""Alignments that are shown of each cluster, those nearest to its centre."""
_N_STARTS = 10


def group_alignments(
    pairs: pd.DataFrame,
    values: NDArray[np.floating],
    paths: Sequence[NDArray[np.int64]],
    largest: int,
    seed: int,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Group pairs (id, mirna, mirna_sequence, target, p) by the shape of alignments.

    `values` (N, W, M) are their attributions, `paths` the cells (K, 2) of the strongest
    path of each; pairs without one are left out. Returns the table of
    `describe_clusters`, and a summary for a JSON file. Raises InputError where no pair
    has a path.
    """
    has_path = np.array([len(path) > 0 for path in paths])
    if not has_path.any():
        raise InputError(
            f"none of {len(pairs)} test pairs has an alignment, since no cell raises "
            "a logit; train the binding network longer"
        )
    pairs = pairs[has_path].reset_index(drop=True)
    paths = [path for path in paths if len(path)]
    triples = list(zip(pairs["target"], pairs["mirna_sequence"], paths, strict=True))
    on_path = path_values(values[has_path], paths)
    clusters, distances, silhouettes = cluster_alignments(
        represent(on_path), largest, seed
    )
    states = np.stack([mirna_states(*triple) for triple in triples])
    drawn = [
        f"{short_name(pair.mirna)}, P = {pair.p:.3f}\n{write_duplex(*triple)}\n"
        for pair, triple in zip(pairs.itertuples(), triples, strict=True)
    ]
    n_without, k = int((~has_path).sum()), int(clusters.max())
    title = entitle(len(pairs), n_without, silhouettes, k)
    log.info("%s", title)
    summary = {
        "title": title,
        "examples": {
            str(cluster): "\n".join(drawn[at] for at in rows)
            for cluster, rows in nearest(clusters, distances, N_EXAMPLES).items()
        },
        "n": len(pairs),
        "n_without_path": n_without,
        "k": k,
        "silhouettes": {str(k): value for k, value in silhouettes.items()},
        "sizes": np.bincount(clusters)[1:].tolist(),
        "clusters": dict(zip(pairs["id"], clusters.tolist(), strict=True)),
    }
    return describe_clusters(clusters, states, on_path), summary


def path_values(
    values: NDArray[np.floating], paths: Sequence[NDArray[np.int64]]
) -> NDArray[np.float64]:
    """Return the attribution (N, M) on each path, by miRNA position, of (N, W, M)."""
    on_path = np.zeros((len(paths), values.shape[2]))
    for row, (matrix, cells) in enumerate(zip(values, paths, strict=True)):
        on_path[row, cells[:, 1]] = matrix[cells[:, 0], cells[:, 1]]
    return on_path


def represent(on_path: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return rows (N, M) scaled to unit length; no row may be empty."""
    return on_path / np.linalg.norm(on_path, axis=1, keepdims=True)


def cluster_alignments(
    vectors: NDArray[np.float64], largest: int, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.float64], dict[int, float]]:
    """Return the cluster of each alignment, its distance to the centre, and silhouettes.

    Every k from 2 to `largest` is tried, as far as there are more different `vectors`
    (N, M) than clusters; the silhouette is that of each k. Clusters are numbered from 1,
    the largest first. Where no k can be tried, all are one cluster.
    """
    n_different = len(np.unique(vectors, axis=0))
    fits = {
        k: KMeans(k, n_init=_N_STARTS, random_state=seed).fit(vectors)
        for k in range(2, min(largest, n_different - 1) + 1)
    }
    silhouettes = {
        k: float(silhouette_score(vectors, fit.labels_)) for k, fit in fits.items()
    }
    if not fits:
        centre = vectors.mean(axis=0)
        return np.ones(len(vectors), int), np.linalg.norm(vectors - centre, axis=1), {}
    fit = fits[max(silhouettes, key=lambda k: silhouettes[k])]
    order = np.argsort(-np.bincount(fit.labels_), kind="stable")
    number = np.argsort(order) + 1
    return number[fit.labels_], fit.transform(vectors).min(axis=1), silhouettes


def describe_clusters(
    clusters: NDArray[np.int64], states: NDArray[np.int8], on_path: NDArray[np.float64]
) -> pd.DataFrame:
    """Return, by cluster and miRNA position, the share of each state and the attribution.

    `states` (N, M) are `duplexes.mirna_states`, `on_path` (N, M) attributions on the
    path. Columns: cluster, n, share (of all alignments), position, one per state,
    attribution (mean over the cluster), consensus (mark of the commonest state).
    """
    parts: list[dict[str, Any]] = []
    for cluster in np.unique(clusters):
        inside = clusters == cluster
        for position in range(MIRNA_LENGTH):
            counts = np.bincount(states[inside, position], minlength=len(STATES))
            parts.append(
                {
                    "cluster": int(cluster),
                    "n": int(inside.sum()),
                    "share": float(inside.mean()),
                    "position": position + 1,
                    **dict(zip(STATES, counts / inside.sum(), strict=True)),
                    "attribution": float(on_path[inside, position].mean()),
                    "consensus": CONSENSUS[int(counts.argmax())],
                }
            )
    return pd.DataFrame(parts)


CONSENSUS = {OUTSIDE: ".", BULGE: "-", **MARKS}
"""Mark of the commonest state at a miRNA position."""


def nearest(
    clusters: NDArray[np.int64], distances: NDArray[np.float64], n: int
) -> dict[int, NDArray[np.int64]]:
    """Return the indices of the `n` alignments nearest to the centre of each cluster."""
    order = np.argsort(distances, kind="stable")
    return {
        int(cluster): order[clusters[order] == cluster][:n]
        for cluster in np.unique(clusters)
    }


def entitle(n: int, n_without_path: int, silhouettes: Mapping[int, float], k: int) -> str:
    """Return in a line how many alignments make how many clusters, and why."""
    left_out = f" ({n_without_path:,} more without a path)" if n_without_path else ""
    if not silhouettes:
        return f"{n:,} alignments{left_out}: too few different ones to be grouped"
    listed = ", ".join(f"{k}: {value:.3f}" for k, value in silhouettes.items())
    return f"{n:,} alignments{left_out}: {k} clusters, by mean silhouette ({listed})"


def write_clusters(table: pd.DataFrame, examples: Mapping[str, str]) -> str:
    """Return consensus and examples of each cluster of `describe_clusters` as text."""
    parts = []
    for cluster, rows in table.groupby("cluster"):
        n, share = rows["n"].iloc[0], rows["share"].iloc[0]
        parts.append(
            f"\nCluster {cluster}: n = {n:,} ({share:.0%})\n"
            f"consensus, miRNA nt 1 to {len(rows)}: {''.join(rows['consensus'])}\n\n"
            f"{examples[str(cluster)]}"
        )
    return "".join(parts)
