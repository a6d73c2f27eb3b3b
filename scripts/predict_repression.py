"""Predict how new miRNAs repress new transcripts, with the fitted occupancy model."""

import logging

import numpy as np
import pandas as pd

from mirsignal.files.atomic import write_tsv
from mirsignal.repression.occupancy import load_occupancy
from mirsignal.repression.prediction import LISTED, name_as_known, predict_genes
from mirsignal.sequences.mirnas import read_mirnas
from mirsignal.sequences.strands import STRAND_COLUMNS, load_strands
from mirsignal.sequences.transcripts import (
    describe_transcripts,
    find_genes,
    read_genes,
    read_transcripts,
)
from mirsignal.sites.accessibility import fold_sites
from mirsignal.sites.contextpp import read_coefficients, score_folded, tabulate_sites
from mirsignal.sites.contextpp_tables import read_orfs, read_ta_sps
from mirsignal.sites.regions import tabulate_regions
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")

GENES = {
    "mirna": "miRNA",
    "gene": "gene (of a FASTA without a gene table, the id of the transcript)",
    "score": "predicted log2 fold change relative to an mRNA without sites; LOWER is "
    "stronger repression, 0 is none; empty where not scanned",
    "low": "lower end of the range that holds 95% of measured log2 fold changes, "
    "relative to the miRNA's mRNAs without sites, in an experiment with the noise of "
    "`noise_sd` (by default the study's); occupancy/coverage.tsv shows how many it held",
    "high": "upper end",
    "status": "sites; no site (scanned, score 0); or not scanned (no transcript of the "
    "gene has 21 known nucleotides)",
    "n_8mer": "sites of the miRNA in the 3' UTR by type, in all transcripts of the gene",
    "n_7mer-m8": "the same",
    "n_7mer-A1": "the same",
    "n_6mer": "the same",
    "n_orf": "sites of the miRNA in the reading frame, all types",
    "n_passenger": "sites of the passenger strand in both",
    "strongest_sites": f"up to {LISTED}: transcript:start-end (0-based, half open, in "
    "its region, as in sites.tsv), type, strand and region, what it adds to the score",
}
SITES = {
    "mirna": "miRNA",
    "gene": "gene",
    "transcript": "transcript",
    "group": "strand (miRNA or passenger) and region",
    "start": "first nucleotide in the region (0-based)",
    "end": "the nucleotide after its last (half open)",
    "site_type": "type",
    "contextpp": "context++ score, as if in a 3' UTR and of a loaded strand",
    "weight": "share of duplexes that load this strand / transcripts of the gene",
    "effect": "what the score of the gene would lack without the site (log2)",
}


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    mirnas = read_mirnas(
        files.mirnas, params.mirna_columns, params.species, setting="predict"
    )
    mirnas = load_strands(mirnas, files.mirnas)
    columns, setting = params.transcript_columns, "predict: transcript_columns"
    records = list(read_transcripts(files.transcripts, columns, setting))
    sequences = dict(records)
    if files.genes:
        genes = read_genes(files.genes, columns, setting)
    else:
        genes = find_genes(files.transcripts, columns, setting)
    transcripts = describe_transcripts(records, genes, files.transcripts)
    setting = f"{params.mrna_of}: mrna_columns"
    orfs = read_orfs(files.mrna, params.mrna_columns, transcripts, setting)
    ta_sps = read_ta_sps(files.ta_sps, params.columns) if files.ta_sps else None
    coefficients = read_coefficients(files.coefficients)
    sites = tabulate_sites(mirnas, sequences, orfs, ta_sps)
    folded = fold_sites(sites, sequences) if params.accessibility else None
    sites, _ = score_folded(sites, folded, coefficients)
    regions = tabulate_regions(
        mirnas, transcripts, sequences, orfs, sites, ta_sps, coefficients
    )
    models = load_occupancy(files.model)
    intervals = pd.read_csv(files.intervals, sep="\t", comment="#")
    names = name_as_known(mirnas, pd.read_parquet(files.known), models[0])
    table, described = predict_genes(
        models,
        intervals,
        mirnas["mirna"],
        transcripts,
        regions,
        names,
        noise_sd=params.noise_sd,
    )
    write_tsv(snakemake.output.genes, table[list(GENES)], GENES)
    write_tsv(snakemake.output.sites, described[list(SITES)], SITES)
    strands = mirnas[list(STRAND_COLUMNS)]
    write_tsv(snakemake.output.strands, strands, STRAND_COLUMNS)
    counts = table["status"].value_counts()
    noise = intervals["noise_sd"].iloc[0]
    log.info(
        "intervals for noise of standard deviation %.3f; %.3f in the study",
        params.noise_sd or noise,
        noise,
    )
    log.info("reading frames of %d of %d transcripts", (orfs != "").sum(), len(orfs))
    log.info(
        "%s pairs of %d miRNAs (%d of them trained on) and %s genes: %s",
        f"{len(table):,}",
        len(mirnas),
        int(np.isin(names, models[0].mirnas).sum()),
        f"{transcripts['gene'].nunique():,}",
        ", ".join(f"{n:,} {status}" for status, n in counts.items()),
    )


if __name__ == "__main__":
    run(main, snakemake)
