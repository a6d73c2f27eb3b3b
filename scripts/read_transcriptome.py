"""Read the transcripts that are predicted, from FASTA or from annotation and genome."""

from mirsignal.ready.transcriptome import Transcriptome
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    if files.annotation:
        found = Transcriptome.of_annotation(files.annotation, files.genome, params.choice)
    else:
        found = Transcriptome.of_fasta(
            files.transcripts,
            files.genes,
            files.mrna,
            params.columns,
            params.mrna_columns,
            ("predict: transcript_columns", f"{params.mrna_of}: mrna_columns"),
        )
    if files.expression:
        found = found.weighted(files.expression)
    found.write(snakemake.output[0])


if __name__ == "__main__":
    run(main, snakemake)
