"""Draw windows of the transcripts for many miRNAs, and the energy of each duplex."""

from mirsignal.binding.windows import draw_windows, duplex_energies
from mirsignal.files.atomic import write_parquet
from mirsignal.sequences.fasta import Transcripts
from mirsignal.sequences.mirnas import read_mirnas
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, settings = snakemake.input, snakemake.params.settings
    given = {key: value for key, value in settings["mirnas"].items() if key != "file"}
    fasta = Transcripts(files.fasta)
    windows = draw_windows(
        read_mirnas(files.mirnas, **given, setting="inputs: teacher: mirnas"),
        [fasta[name] for name in fasta.names()],
        settings["n_windows"],
        settings["at_sites"],
        snakemake.params.seed,
    )
    energies = duplex_energies(windows["mirna_sequence"], windows["target"])
    write_parquet(snakemake.output.windows, windows.assign(energy=energies))


if __name__ == "__main__":
    run(main, snakemake)
