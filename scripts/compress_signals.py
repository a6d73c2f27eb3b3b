"""Make signals of all scans: channels with runs of zeros shortened, or at peaks alone."""

import pandas as pd

from mirsignal.axes import MIRNA_LENGTH
from mirsignal.files.atomic import read_json
from mirsignal.files.tracks import load_scans, load_tracks, save_tracks
from mirsignal.sequences.codes import encode, encode_many, seed_region
from mirsignal.sequences.fasta import Transcripts
from mirsignal.sequences.places import read_places
from mirsignal.sequences.wiggles import open_wiggles
from mirsignal.signals.assembly import SignalRecipe, assemble_signals
from mirsignal.signals.channels import list_scans
from mirsignal.signals.stretches import conserved_stretches, protein_stretches
from mirsignal.sites.context import SiteContext
from mirsignal.sites.motifs import find_motifs, read_motifs
from mirsignal.sites.proteins import read_peaks
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    fasta = Transcripts(files.fasta)
    names = pd.read_parquet(files.transcripts)["transcript"]
    sequences = {name: fasta[name] for name in names}
    codes = {name: encode(own) for name, own in sequences.items()}
    lengths = {name: len(own) for name, own in sequences.items()}
    places = None
    if files.coordinates:
        places = read_places(files.coordinates, lengths, params.coordinate_columns)
    wiggles = open_wiggles(params.tracks, files.wiggles, places)
    language = dict(load_tracks(files.language).items()) if files.language else None
    mirnas = pd.read_parquet(files.mirnas).set_index("mirna")["sequence"]
    thresholds = read_json(files.thresholds)
    stretches = {}
    for table, given in params.stretches.items():
        columns = given.get("columns")
        if table == "conserved_sites":
            context = SiteContext.read(files, {table: columns})
            seeds = mirnas.map(seed_region)
            stretches[table] = conserved_stretches(context, seeds, sequences)
        elif table == "peaks":
            peaks = read_peaks(files.peaks, lengths, columns, places)
            stretches[table] = protein_stretches(peaks, given["flank"])
        else:
            motifs = read_motifs(files.motifs, columns)
            found = find_motifs(motifs, sequences, given["rate"])
            stretches[table] = protein_stretches(found, given["flank"])

    def scans():
        for mirna, tracks in load_scans(files.tracks, params.batches):
            guide = encode_many([mirnas[mirna]], MIRNA_LENGTH)[0]
            threshold = thresholds[mirna]["threshold"]
            yield (
                mirna,
                list_scans(tracks, codes, guide, threshold, wiggles, language, stretches),
            )

    signals = assemble_signals(scans(), SignalRecipe(**params.settings))
    save_tracks(snakemake.output.signals, signals)


if __name__ == "__main__":
    run(main, snakemake)
