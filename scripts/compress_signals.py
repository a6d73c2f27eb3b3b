"""Make signals of all scans: channels with runs of zeros shortened, or at peaks alone."""

import pandas as pd

from mirsignal.axes import MIRNA_LENGTH
from mirsignal.files.atomic import read_json
from mirsignal.files.tracks import load_scans, load_tracks, save_tracks
from mirsignal.sequences.codes import encode, encode_many
from mirsignal.sequences.fasta import Transcripts
from mirsignal.sequences.places import read_places
from mirsignal.signals.assembly import SignalRecipe, assemble_signals
from mirsignal.signals.channels import Wiggle, list_scans
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    fasta = Transcripts(files.fasta)
    names = pd.read_parquet(files.transcripts)["transcript"]
    codes = {name: encode(fasta[name]) for name in names}
    places = None
    if files.coordinates:
        lengths = {name: len(own) for name, own in codes.items()}
        places = read_places(files.coordinates, lengths, params.coordinate_columns)
    wiggles = {
        name: Wiggle(path, places)
        for name, path in zip(params.tracks, files.wiggles, strict=True)
    }
    language = dict(load_tracks(files.language).items()) if files.language else None
    mirnas = pd.read_parquet(files.mirnas).set_index("mirna")["sequence"]
    thresholds = read_json(files.thresholds)

    def scans():
        for mirna, tracks in load_scans(files.tracks, params.batches):
            guide = encode_many([mirnas[mirna]], MIRNA_LENGTH)[0]
            threshold = thresholds[mirna]["threshold"]
            yield (
                mirna,
                list_scans(tracks, codes, guide, threshold, wiggles, language),
            )

    signals = assemble_signals(scans(), SignalRecipe(**params.settings))
    save_tracks(snakemake.output.signals, signals)


if __name__ == "__main__":
    run(main, snakemake)
