"""Write one miRNA's score tracks as bigWig and bedGraph, for genome browsers."""

import numpy as np

from mirsignal.files.atomic import atomic_path
from mirsignal.files.bigwig import write_bedgraph, write_bigwig
from mirsignal.files.tracks import load_tracks
from mirsignal.workflow.jobs import run

HEADER = b"# transcript, start (0-based), end (half open), score; bedGraph\n"


def main(snakemake):
    tracks: dict[str, np.ndarray] = {}
    for path in snakemake.input:
        shard = load_tracks(path, snakemake.wildcards.mirna).channel("score")
        tracks |= {name: values[:, 0] for name, values in shard.items()}
    with atomic_path(snakemake.output.bigwig) as temporary:
        temporary.write_bytes(write_bigwig(tracks))
    with atomic_path(snakemake.output.bedgraph) as temporary:
        temporary.write_bytes(write_bedgraph(tracks, HEADER))


if __name__ == "__main__":
    run(main, snakemake)
