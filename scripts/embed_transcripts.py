"""What a language model makes of each nucleotide of the transcripts."""

import pandas as pd

from mirsignal.files.tracks import join_tracks, save_tracks
from mirsignal.networks.backend import set_up
from mirsignal.networks.language import N_COMPONENTS, embed, load_language
from mirsignal.sequences.codes import encode
from mirsignal.sequences.fasta import Transcripts
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    set_up(snakemake.threads, 0)
    fasta = Transcripts(files.fasta)
    names = pd.read_parquet(files.transcripts)["transcript"]
    codes = {name: encode(fasta[name]) for name in names}
    model = load_language(files.model)
    found = embed(model, codes, params.length, params.seed)
    channels = [f"language_{number + 1}" for number in range(N_COMPONENTS)]
    save_tracks(
        snakemake.output[0], join_tracks(list(found), list(found.values()), channels)
    )


if __name__ == "__main__":
    run(main, snakemake)
