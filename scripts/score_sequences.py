"""Make a track of what a network that was trained elsewhere makes of transcripts."""

import pandas as pd

from mirsignal.files.atomic import atomic_path
from mirsignal.files.bigwig import write_bigwig
from mirsignal.logs import log
from mirsignal.networks.backend import set_up
from mirsignal.networks.sequence_networks import (
    load_sequence_network,
    score_nucleotides,
)
from mirsignal.sequences.codes import encode
from mirsignal.sequences.fasta import Transcripts
from mirsignal.workflow.jobs import run


def main(snakemake):
    files = snakemake.input
    set_up(snakemake.threads, 0)
    model, fasta = load_sequence_network(files.network), Transcripts(files.fasta)
    names = pd.read_parquet(files.transcripts)["transcript"]
    tracks = {name: score_nucleotides(model, encode(fasta[name])) for name in names}
    with atomic_path(snakemake.output[0]) as temporary:
        temporary.write_bytes(write_bigwig(tracks))
    log.info("%s: %d transcripts", snakemake.wildcards.track, len(tracks))


if __name__ == "__main__":
    run(main, snakemake)
