"""Fold a part of the transcripts that are predicted, once for all miRNAs."""

from mirsignal.ready.transcriptome import Transcriptome
from mirsignal.sites.accessibility import fold_transcripts
from mirsignal.workflow.jobs import run


def main(snakemake):
    part = Transcriptome.read(snakemake.input[0]).part(*snakemake.params.part)
    fold_transcripts(part.utrs).save(snakemake.output[0])


if __name__ == "__main__":
    run(main, snakemake)
