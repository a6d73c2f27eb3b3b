"""Name the miRNAs that are predicted, and which strands of their duplexes are loaded."""

from mirsignal.files.atomic import write_table
from mirsignal.ready.mirnas import choose_mirnas
from mirsignal.workflow.jobs import run


def main(snakemake):
    params = snakemake.params
    mirnas = choose_mirnas(
        params.names,
        snakemake.input.get("mirnas"),
        params.columns,
        params.species,
        "predict",
        params.guide_alone,
    )
    write_table(snakemake.output[0], mirnas)


if __name__ == "__main__":
    run(main, snakemake)
