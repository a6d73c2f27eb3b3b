"""Draw windows of the transcripts, and have a published binding network label them."""

from mirsignal.binding.teacher import draw_windows, load_teacher, teacher_logits
from mirsignal.files.atomic import write_parquet
from mirsignal.logs import log
from mirsignal.networks.backend import set_up
from mirsignal.sequences.fasta import Transcripts
from mirsignal.sequences.mirnas import read_mirnas
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, settings = snakemake.input, snakemake.params.settings
    given = {key: value for key, value in settings["mirnas"].items() if key != "file"}
    mirnas = read_mirnas(files.mirnas, **given)
    fasta = Transcripts(files.fasta)
    set_up(snakemake.threads, snakemake.params.seed)
    windows = draw_windows(
        mirnas,
        [fasta[name] for name in fasta.names()],
        settings["n_windows"],
        settings["at_sites"],
        snakemake.params.seed,
    )
    windows["logit"] = teacher_logits(load_teacher(files.teacher), windows)
    write_parquet(snakemake.output.windows, windows)
    log.info(
        "%s windows of %d miRNAs; P above 0.5 in %.0f%%",
        f"{len(windows):,}",
        windows["mirna_sequence"].nunique(),
        100 * (windows["logit"] > 0).mean(),
    )


if __name__ == "__main__":
    run(main, snakemake)
