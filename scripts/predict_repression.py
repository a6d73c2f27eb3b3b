"""Predict how new miRNAs repress new transcripts, with the fitted occupancy model."""

import logging

from mirsignal.files.atomic import write_table
from mirsignal.repression.prediction import FittedOccupancy, predict_from_sequences
from mirsignal.sequences.mirnas import read_mirnas
from mirsignal.sequences.strands import load_strands
from mirsignal.sequences.transcripts import (
    describe_transcripts,
    find_genes,
    read_genes,
    read_transcripts,
)
from mirsignal.sites.context import SiteContext
from mirsignal.sites.contextpp import read_coefficients
from mirsignal.sites.contextpp_tables import read_orfs, read_ta_sps
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")


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
    fitted = FittedOccupancy.read(files.model, files.intervals, files.known)
    table, described = predict_from_sequences(
        fitted,
        mirnas,
        transcripts,
        sequences,
        orfs,
        read_coefficients(files.coefficients),
        ta_sps,
        accessibility=params.accessibility,
        noise_sd=params.noise_sd,
        context=SiteContext.read(files, params.context_columns),
        network=load_network(snakemake) if files.network else None,
    )
    write_table(snakemake.output.genes, table)
    write_table(snakemake.output.sites, described)
    write_table(snakemake.output.strands, mirnas)
    counts = table["status"].value_counts()
    noise = fitted.intervals["noise_sd"].iloc[0]
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
        fitted.count_known(mirnas),
        f"{transcripts['gene'].nunique():,}",
        ", ".join(f"{n:,} {status}" for status, n in counts.items()),
    )


def load_network(snakemake):
    """Return the binding network; imported here, since other models need no Keras."""
    from mirsignal.networks.backend import set_up
    from mirsignal.repression.site_logits import SiteNetwork

    set_up(snakemake.threads, 0)
    return SiteNetwork.load(snakemake.input.network, snakemake.params.encoding)


if __name__ == "__main__":
    run(main, snakemake)
