"""Predict how new miRNAs repress new transcripts, with the fitted occupancy model."""

from mirsignal.files.atomic import write_table
from mirsignal.repression.prediction import FittedOccupancy, predict_from_sequences
from mirsignal.sequences.mirnas import read_mirnas
from mirsignal.sequences.strands import load_strands
from mirsignal.sequences.transcripts import load_transcripts
from mirsignal.sites.context import SiteContext
from mirsignal.sites.contextpp import read_coefficients
from mirsignal.sites.contextpp_tables import read_orfs, read_ta_sps
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    mirnas = read_mirnas(
        files.mirnas, params.mirna_columns, params.species, setting="predict"
    )
    mirnas = load_strands(mirnas, files.mirnas)
    columns, setting = params.transcript_columns, "predict: transcript_columns"
    sequences, transcripts = load_transcripts(
        files.transcripts, files.genes, columns, setting
    )
    setting = f"{params.mrna_of}: mrna_columns"
    orfs = read_orfs(files.mrna, params.mrna_columns, transcripts, setting)
    genes, sites = predict_from_sequences(
        FittedOccupancy.read(files.model, files.intervals, files.known),
        mirnas,
        transcripts,
        sequences,
        orfs,
        read_coefficients(files.coefficients),
        read_ta_sps(files.ta_sps, params.columns) if files.ta_sps else None,
        accessibility=params.accessibility,
        noise_sd=params.noise_sd,
        context=SiteContext.read(files, params.context_columns),
        network=load_network(snakemake) if files.network else None,
    )
    write_table(snakemake.output.genes, genes)
    write_table(snakemake.output.sites, sites)
    write_table(snakemake.output.strands, mirnas)


def load_network(snakemake):
    """Return the binding network; imported here, since other models need no Keras."""
    from mirsignal.networks.backend import set_up
    from mirsignal.repression.site_logits import SiteNetwork

    set_up(snakemake.threads, 0)
    return SiteNetwork.load(snakemake.input.network, snakemake.params.encoding)


if __name__ == "__main__":
    run(main, snakemake)
