"""Write one miRNA's score tracks as bigWig and bedGraph, for genome browsers."""

import gzip

import numpy as np
import pyBigWig

from mirsignal.files import atomic_path
from mirsignal.jobs import run
from mirsignal.tracks import load_tracks

HEADER = b"# transcript, start (0-based), end (half open), score; bedGraph\n"


def main(snakemake):
    tracks: dict[str, np.ndarray] = {}
    for path in snakemake.input:
        shard = load_tracks(path, snakemake.wildcards.mirna).channel("score")
        tracks |= {name: values[:, 0] for name, values in shard.items()}
    names = sorted(tracks)
    with (
        atomic_path(snakemake.output.bigwig) as wiggle,
        atomic_path(snakemake.output.bedgraph) as graph,
    ):
        bigwig = pyBigWig.open(str(wiggle), "w")
        bigwig.addHeader([(name, len(tracks[name])) for name in names], maxZooms=5)
        with gzip.GzipFile(graph, "wb", mtime=0) as text:
            text.write(HEADER)
            for name in names:
                starts, ends, values = runs(tracks[name])
                if not len(starts):
                    continue
                bigwig.addEntries([name] * len(starts), starts, ends=ends, values=values)
                for row in zip(starts, ends, values, strict=True):
                    text.write(f"{name}\t{row[0]}\t{row[1]}\t{row[2]:.5g}\n".encode())
        bigwig.close()


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
