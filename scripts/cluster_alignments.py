"""Group the alignments of test positives by the miRNA positions that make them."""

import logging

import numpy as np

from mirsignal.errors import InputError
from mirsignal.files.atomic import atomic_path, write_json, write_table
from mirsignal.interpretation.clusters import (
    cluster_alignments,
    describe_clusters,
    nearest,
    path_values,
    represent,
)
from mirsignal.interpretation.duplexes import mirna_states, write_duplex
from mirsignal.interpretation.selection import read_explained, read_paths, usable_for_many
from mirsignal.sequences.mirnas import short_name
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")

N_EXAMPLES = 3


def main(snakemake):
    seed, largest = snakemake.params.seed, snakemake.params.max_clusters
    pairs, values = read_explained(snakemake.input.pairs, snakemake.input.shap)
    paths = read_paths(snakemake.input.paths)
    usable = usable_for_many(pairs)
    has_path = usable & np.array([len(path) > 0 for path in paths])
    if not has_path.any():
        raise InputError(
            f"none of {usable.sum()} test pairs has an alignment, since no cell raises "
            "a logit; train the binding network longer"
        )
    pairs = pairs[has_path].reset_index(drop=True)
    paths = [path for path, kept in zip(paths, has_path, strict=True) if kept]
    triples = list(zip(pairs["target"], pairs["mirna"], paths, strict=True))
    on_path = path_values(values[has_path], paths)
    clusters, distances, silhouettes = cluster_alignments(
        represent(on_path), largest, seed
    )
    states = np.stack([mirna_states(*triple) for triple in triples])
    table = describe_clusters(clusters, states, on_path)
    examples = {
        str(cluster): "\n".join(describe(pairs.loc[at], triples[at]) for at in rows)
        for cluster, rows in nearest(clusters, distances, N_EXAMPLES).items()
    }
    title = entitle(len(pairs), int(usable.sum()), silhouettes, clusters.max())
    write_table(snakemake.output.table, table)
    with atomic_path(snakemake.output.text) as temporary:
        temporary.write_text(f"{title}\n{write_text(table, examples)}")
    write_json(
        snakemake.output.summary,
        {
            "title": title,
            "examples": examples,
            "n": len(pairs),
            "n_without_path": int(usable.sum()) - len(pairs),
            "k": int(clusters.max()),
            "silhouettes": {str(k): value for k, value in silhouettes.items()},
            "sizes": np.bincount(clusters)[1:].tolist(),
            "clusters": dict(zip(pairs["id"], clusters.tolist(), strict=True)),
        },
    )
    log.info(title)


def describe(row, triple):
    return f"{short_name(row.mirna_name)}, P = {row.p:.3f}\n{write_duplex(*triple)}\n"


def entitle(n, n_usable, silhouettes, k):
    """Return in a line how many alignments make how many clusters, and why."""
    left_out = f" ({n_usable - n:,} more without a path)" if n_usable > n else ""
    if not silhouettes:
        return f"{n:,} alignments{left_out}: too few different ones to be grouped"
    listed = ", ".join(f"{k}: {value:.3f}" for k, value in silhouettes.items())
    return f"{n:,} alignments{left_out}: {k} clusters, by mean silhouette ({listed})"


def write_text(table, examples):
    """Return the consensus and the examples of each cluster."""
    parts = []
    for cluster, rows in table.groupby("cluster"):
        n, share = rows["n"].iloc[0], rows["share"].iloc[0]
        parts.append(
            f"\nCluster {cluster}: n = {n:,} ({share:.0%})\n"
            f"consensus, miRNA nt 1 to {len(rows)}: {''.join(rows['consensus'])}\n\n"
            f"{examples[str(cluster)]}"
        )
    return "".join(parts)


if __name__ == "__main__":
    run(main, snakemake)
