"""Read a data set of fold changes, and tabulate the sites of its miRNAs and genes."""

from mirsignal.files.atomic import write_parquet, write_table
from mirsignal.logs import log
from mirsignal.repression.datasets import (
    add_references,
    choose_transcripts,
    measure_seed_counts,
    tell_seed_counts,
)
from mirsignal.repression.fold_changes import read_fold_changes
from mirsignal.repression.responses import EXPRESSION
from mirsignal.sequences.mirnas import read_mirnas
from mirsignal.sequences.strands import load_strands
from mirsignal.sequences.transcripts import load_transcripts, read_genes
from mirsignal.sites.context import SiteContext
from mirsignal.sites.contextpp import read_coefficients
from mirsignal.sites.contextpp_tables import read_orfs, read_ta_sps
from mirsignal.sites.gene_features import describe_genes
from mirsignal.sites.isoforms import log_reads
from mirsignal.sites.regions import find_regions
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    name, given = snakemake.wildcards.dataset, params.dataset
    setting = {
        table: f"inputs: datasets: {name}: {table}" if is_own else f"inputs: {table}"
        for table, is_own in params.own.items()
    }
    mirnas = read_mirnas(files.mirnas, **given["mirnas"], setting=setting["mirnas"])
    sequences, transcripts = load_transcripts(
        files.transcripts,
        files.genes,
        given["transcripts"]["columns"],
        f"{setting['transcripts']}: columns",
        repeated_ids=given["transcripts"]["repeated_ids"],
    )
    pairs, counts = read_fold_changes(
        dict(zip(params.mirnas, files.fold_changes, strict=True)),
        mirnas,
        transcripts["gene"],
        **given["fold_change"],
        setting=setting["fold_change"],
    )
    expressed = None
    if files.expressed:
        expressed = read_genes(
            files.expressed,
            given["transcripts"]["expressed_columns"],
            f"{setting['transcripts']}: expressed_columns",
        )
    transcripts = choose_transcripts(
        transcripts,
        pairs["gene"],
        expressed,
        given["transcripts"]["of_gene"],
    )
    mirnas = load_strands(mirnas[mirnas["mirna"].isin(pairs["mirna"])], files.mirnas)
    sequences = {name: sequences[name] for name in transcripts["transcript"]}
    orfs = read_orfs(files.mrna, params.mrna_columns, transcripts)
    context = SiteContext.read(files, params.context_columns)
    context.check_shared(transcripts)
    context = context.fitting(sequences)
    sites = find_regions(
        mirnas,
        transcripts,
        sequences,
        orfs,
        read_coefficients(files.coefficients),
        read_ta_sps(files.ta_sps, params.columns) if files.ta_sps else None,
        params.accessibility,
        context,
    )
    sites = context.add_to(sites, mirnas)
    pairs = pairs[pairs["gene"].isin(transcripts["gene"])]
    pairs = add_references(pairs, sites, transcripts)
    seed_counts = measure_seed_counts(pairs, params.n_resamples, params.seed)
    tell_seed_counts(seed_counts, name)
    write_parquet(snakemake.output.sites, sites)
    write_parquet(snakemake.output.transcripts, transcripts)
    genes = describe_genes(transcripts, sequences, orfs)
    genes[EXPRESSION] = log_reads(transcripts, context.usage)
    write_parquet(snakemake.output.genes, genes.reset_index())
    write_parquet(snakemake.output.pairs, pairs)
    write_table(snakemake.output.seed_counts, seed_counts)
    write_table(snakemake.output.strands, mirnas)
    log.info("fold changes: %s", ", ".join(f"{k} {v:,}" for k, v in counts.items()))


if __name__ == "__main__":
    run(main, snakemake)
