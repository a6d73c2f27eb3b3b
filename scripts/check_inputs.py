"""Look at inputs that are used late, so that a wrong one is refused before training."""

import pandas as pd

from mirsignal.files.atomic import write_json
from mirsignal.interpretation.selection import name_sequences, read_named_pairs
from mirsignal.interpretation.variants import read_variants
from mirsignal.scan.genes import find_scans
from mirsignal.sequences.fasta import Transcripts
from mirsignal.sequences.mirnas import scan_names
from mirsignal.sequences.places import read_places
from mirsignal.sequences.wiggles import check_tracks
from mirsignal.sites.context import SiteContext
from mirsignal.sites.contextpp_tables import read_orfs, read_ta_sps
from mirsignal.sites.motifs import proteins_of, read_motifs
from mirsignal.sites.proteins import check_proteins, read_peaks
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    mirnas, transcripts = map(pd.read_parquet, (files.mirnas, files.transcripts))
    lengths = dict(zip(transcripts["transcript"], transcripts["length"], strict=True))
    places = None
    if files.coordinates:
        places = read_places(files.coordinates, lengths, params.coordinate_columns)
    counts = {"tracks": check_tracks(files.tracks, transcripts, places)}
    if files.ta_sps:
        counts["ta_sps"] = len(read_ta_sps(files.ta_sps, params.columns))
    if files.mrna:
        orfs = read_orfs(files.mrna, params.mrna_columns, transcripts)
        counts["mrna"] = int((orfs != "").sum())
    context = SiteContext.read(files, params.context_columns)
    context.require(params.measures)
    if params.shares_transcripts:
        context.check_shared(transcripts)
    fasta = Transcripts(files.fasta)
    sequences = {name: fasta[name] for name in transcripts["transcript"]}
    context.fitting(sequences)
    if files.peaks:
        peaks = read_peaks(files.peaks, lengths, params.peak_columns, places)
        check_proteins(params.proteins["protein"], peaks["protein"], files.peaks)
        counts["peaks"] = len(peaks)
    if files.motifs:
        motifs = read_motifs(files.motifs, params.motif_columns)
        known = [name for text, _ in motifs.values() for name in proteins_of(text)]
        check_proteins(params.proteins["motif"], pd.Series(known), files.motifs)
        counts["motifs"] = len(motifs)
    if files.variants:
        variants = read_variants(files.variants, params.variant_columns, mirnas)
        counts["measured_variants"] = len(variants)
    if files.named:
        pairs = pd.concat(map(pd.read_parquet, files.pairs), ignore_index=True)
        sequences = name_sequences(mirnas, pairs)
        named = read_named_pairs(files.named, sequences, params.pair_columns)
        counts["pairs"] = len(named)
    counts["genes"] = len(find_scans(params.genes, transcripts, scan_names(mirnas)))
    write_json(snakemake.output[0], counts)


if __name__ == "__main__":
    run(main, snakemake)
