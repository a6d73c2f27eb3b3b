"""Write a simulated study in the file formats that real studies come in."""

import gzip
import logging
from io import StringIO

from mirsignal.files.atomic import atomic_path, write_parquet, write_table
from mirsignal.sequences.mirnas import read_mirnas
from mirsignal.simulation.study import Sizes, simulate_study
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")


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
    log.info(
        "simulated %d transcripts (%s nt), %d chimeras, %d true sites (%d planted)",
        len(study.transcripts),
        f"{sum(map(len, study.transcripts.values())):,}",
        len(study.hybrids),
        len(study.sites),
        study.sites["planted"].sum(),
    )


def write_chimeras(path, hybrids):
    """Write the layout of Helwak 2013, data S1: 30 comment lines before the header."""
    text = StringIO()
    for number in range(1, 31):
        text.write(
            f"# Simulated chimeras in the layout of CLASH data S1, line {number}\n"
        )
    hybrids.to_csv(text, sep="\t", index=False)
    with atomic_path(path) as temporary:
        temporary.write_bytes(gzip.compress(text.getvalue().encode(), mtime=0))


def write_fasta_gz(path, sequences):
    """Write DNA letters, every tenth record in lowercase, as real files mix them."""
    text = StringIO()
    for number, (name, sequence) in enumerate(sequences.items()):
        dna = sequence.replace("U", "T")
        text.write(f">{name}\n{dna.lower() if number % 10 == 9 else dna}\n")
    with atomic_path(path) as temporary:
        temporary.write_bytes(gzip.compress(text.getvalue().encode(), mtime=0))


if __name__ == "__main__":
    run(main, snakemake)
