"""Put the parts of a prediction together: its tables and its page."""

from pathlib import Path

from mirsignal.ready.mirnas import BATCH, choose_part
from mirsignal.ready.tables import read_predictions
from mirsignal.ready.transcriptome import Transcriptome
from mirsignal.ready.writing import write_targets
from mirsignal.sequences.strands import read_strands
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    every, mirnas = Transcriptome.read(files.transcripts), read_strands(files.mirnas)
    genes = every.transcripts["gene"].drop_duplicates()
    folder = Path(snakemake.output.provenance).parent
    name, polya = params.model
    with write_targets(
        folder,
        every,
        mirnas,
        name,
        polya,
        params.tsv,
        params.bigbed,
        params.scan,
    ) as add:
        for number, parts in enumerate(params.parts):
            names = list(choose_part(mirnas, number, len(params.parts))["mirna"])
            for at in range(0, len(names), BATCH):
                some = names[at : at + BATCH]
                add(read_predictions([folder / part for part in parts], some, genes))


if __name__ == "__main__":
    run(main, snakemake)
