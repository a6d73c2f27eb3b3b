"""Clusters of target windows that are too similar to be in two splits."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from mirsignal.errors import InputError
from mirsignal.sequences.codes import encode_many, seed_region
from mirsignal.sequences.fasta import write_fasta

_BLOCK = 1000


def kmer_keys(codes: NDArray[np.uint8], k: int) -> NDArray[np.int64]:
    """Return every k-mer of codes (N, L) as one integer: (N, L - k + 1), k <= 27."""
    keys = np.zeros((codes.shape[0], codes.shape[1] - k + 1), dtype=np.int64)
    for offset in range(k):
        keys = keys * 5 + codes[:, offset : offset + keys.shape[1]]
    return keys


def is_in_sorted(keys: NDArray[np.int64], known: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which keys occur in `known`, which is sorted."""
    if not known.size:
        return np.zeros(len(keys), bool)
    at = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return known[at] == keys


def merge_sorted(known: NDArray[np.int64], keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return both sorted arrays as one, without sorting the long one again."""
    return np.insert(known, np.searchsorted(known, keys), keys)


def cluster_families(families: pd.Series, mirnas: pd.Series) -> pd.Series:
    """Return one family name per row so that miRNAs with one seed (nt 2-8) share it.

    Tables name families inconsistently: miR-25 and miR-32 have one seed. Names that a
    seed links, directly or through others, become the first of them in order.
    """
    name_of, names = pd.factorize(families, sort=True)
    seed_of = pd.factorize(mirnas.map(seed_region))[0]
    n = len(names)
    size = n + int(seed_of.max()) + 1
    graph = coo_matrix((np.ones(len(mirnas), bool), (name_of, n + seed_of)), (size, size))
    labels = connected_components(graph, directed=False)[1][:n]
    first = pd.Series(names).groupby(labels).first()
    return pd.Series(first[labels[name_of]].to_numpy(), index=families.index)


def cluster_targets(
    targets: pd.Series,
    genes: pd.Series | pd.DataFrame,
    k: int = 16,
    identity: float | None = None,
    tool: str = "rapidfuzz",
    threads: int = 1,
) -> NDArray[np.int64]:
    """Return the cluster (N,) of each target window of equal length.

    Two windows are linked when they share a gene (or, in a table, a value of any of its
    columns; missing ones link nothing), share k nucleotides in a row (they overlap, or
    are near-identical paralogues), or are similar over their whole length: at
    least `identity` of it by edit distance ("rapidfuzz", every pair is compared) or by
    MMseqs2's alignment ("mmseqs"). Clusters are the connected components, so that no
    link leads from one cluster into another. `identity` None leaves the last link out.
    """
    unique_of, unique = pd.factorize(targets)
    keys = kmer_keys(encode_many(unique, len(unique[0])), k)
    kmers, kmer_index = np.unique(keys, return_inverse=True)
    n, size = len(unique), len(unique) + len(kmers)
    links = [np.stack([np.repeat(np.arange(n), keys.shape[1]), n + kmer_index.ravel()])]
    for _, column in pd.DataFrame(genes).items():
        index, values = pd.factorize(column)
        known = index >= 0
        links.append(np.stack([unique_of[known], size + index[known]]))
        size += len(values)
    if identity is not None:
        links.append(_TOOLS[tool](list(unique), identity, threads))
    rows, columns = np.concatenate(links, axis=1)
    graph = coo_matrix((np.ones(len(rows), bool), (rows, columns)), (size, size))
    labels = connected_components(graph, directed=False)[1][unique_of]
    return pd.factorize(labels)[0].astype(np.int64)


def _pairs_by_edits(
    windows: list[str], identity: float, threads: int
) -> NDArray[np.int64]:
    """Return index pairs (2, n) of windows at most (1 - identity) x W edits apart."""
    limit = int(round((1 - identity) * len(windows[0]), 6))
    return np.concatenate(list(_edit_blocks(windows, limit, threads)), axis=1)


def _edit_blocks(
    windows: list[str], limit: int, threads: int
) -> Iterator[NDArray[np.int64]]:
    from rapidfuzz.distance import Levenshtein
    from rapidfuzz.process import cdist

    for start in range(0, len(windows), _BLOCK):
        distances = cdist(
            windows[start : start + _BLOCK],
            windows[start:],
            scorer=Levenshtein.distance,
            score_cutoff=limit,
            dtype=np.uint8,
            workers=threads,
        )
        yield np.stack(np.nonzero(distances <= limit)) + start


def _pairs_by_mmseqs(
    windows: list[str], identity: float, threads: int
) -> NDArray[np.int64]:
    """Return index pairs (2, n) of windows that MMseqs2 aligns (Steinegger 2017)."""
    if shutil.which("mmseqs") is None:
        raise InputError(
            "config: samples: cluster_tool is mmseqs, but no program `mmseqs` is there; "
            "install MMseqs2 or use rapidfuzz"
        )
    with tempfile.TemporaryDirectory() as folder:
        fasta, result = Path(folder) / "windows.fa", Path(folder) / "pairs.tsv"
        write_fasta(fasta, ((str(i), text) for i, text in enumerate(windows)))
        options = f"--search-type 3 --strand 1 -k 7 --spaced-kmer-mode 0 -c {identity}"
        options += f" --min-seq-id {identity} --format-output query,target"
        options += f" --max-seqs 1000 --threads {threads} -v 1"
        command = ["mmseqs", "easy-search", fasta, fasta, result, f"{folder}/work"]
        done = subprocess.run(
            [*map(str, command), *options.split()], capture_output=True, text=True
        )
        if done.returncode:
            last = (done.stdout + done.stderr).strip().splitlines()[-1:]
            raise InputError(f"mmseqs failed: {' '.join(last)}; use rapidfuzz instead")
        table = pd.read_csv(result, sep="\t", header=None)
    return table.to_numpy(np.int64).T


_TOOLS = {"rapidfuzz": _pairs_by_edits, "mmseqs": _pairs_by_mmseqs}
