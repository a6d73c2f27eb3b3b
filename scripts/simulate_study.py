"""Write a simulated study in the file formats that real studies come in."""

from mirsignal.files.atomic import write_parquet, write_table
from mirsignal.sequences.mirnas import read_mirnas
from mirsignal.simulation.layouts import write_chimeras, write_fasta_gz
from mirsignal.simulation.study import Sizes, simulate_study
from mirsignal.workflow.jobs import run


def main(snakemake):
    params = snakemake.params
    study = simulate_study(
        read_mirnas(snakemake.input.mirnas, params.columns, params.species),
        read_mirnas(snakemake.input.clash_mirnas),
        Sizes(**params.settings),
        params.seed,
    )
    output = snakemake.output
    write_chimeras(output.hybrids, study.hybrids)
    write_fasta_gz(output.clash_transcripts, study.clash_transcripts)
    write_fasta_gz(output.transcripts, study.transcripts)
    write_table(output.genes, study.genes)
    write_table(output.fold_change, study.fold_changes.fillna("NA"))
    write_table(output.targetscan, study.targetscan)
    write_table(output.variants, study.variants)
    write_parquet(output.sites, study.sites)
    write_parquet(output.pairs, study.pairs)


if __name__ == "__main__":
    run(main, snakemake)
