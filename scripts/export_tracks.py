"""Write one miRNA's score tracks as bigWig and bedGraph, for genome browsers."""

import gzip
import os

import numpy as np
import pyBigWig

from mirsignal.files.atomic import atomic_path
from mirsignal.files.tracks import load_tracks
from mirsignal.workflow.jobs import run

HEADER = b"# transcript, start (0-based), end (half open), score; bedGraph\n"


def main(snakemake):
    tracks: dict[str, np.ndarray] = {}
    for path in snakemake.input:
        shard = load_tracks(path, snakemake.wildcards.mirna).channel("score")
        tracks |= {name: values[:, 0] for name, values in shard.items()}
    with atomic_path(snakemake.output.bigwig) as temporary:
        temporary.write_bytes(as_bigwig(tracks))
    with (
        atomic_path(snakemake.output.bedgraph) as temporary,
        temporary.open("wb") as handle,
        gzip.GzipFile("", "wb", fileobj=handle, mtime=0) as text,  # no name, no date
    ):
        text.write(HEADER)
        for name in sorted(tracks):
            for row in zip(*runs(tracks[name]), strict=True):
                text.write(f"{name}\t{row[0]}\t{row[1]}\t{row[2]:.5g}\n".encode())


def as_bigwig(tracks):
    """Return the bytes of a bigWig file of scores (L,) by transcript.

    It is made in memory, since pyBigWig ends the whole process when a disk is full.
    """
    with os.fdopen(os.memfd_create("bigwig"), "rb") as memory:
        bigwig = pyBigWig.open(f"/proc/self/fd/{memory.fileno()}", "w")
        names = sorted(tracks)
        bigwig.addHeader([(name, len(tracks[name])) for name in names], maxZooms=5)
        for name in names:
            starts, ends, values = runs(tracks[name])
            if len(starts):
                bigwig.addEntries([name] * len(starts), starts, ends=ends, values=values)
        bigwig.close()
        return memory.read()


def runs(score):
    """Return starts, ends and values of runs of equal, non-zero score."""
    edges = np.r_[0, np.flatnonzero(np.diff(score)) + 1, len(score)]
    values = score[edges[:-1]]
    kept = values != 0
    return (
        edges[:-1][kept].tolist(),
        edges[1:][kept].tolist(),
        values[kept].astype(float).tolist(),
    )


if __name__ == "__main__":
    run(main, snakemake)
