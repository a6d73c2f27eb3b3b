"""Give each site of a data set the logit of the binding network."""

import pandas as pd

from mirsignal.files.atomic import read_tsv, write_parquet
from mirsignal.networks.backend import keras, set_up
from mirsignal.repression.site_logits import site_logits
from mirsignal.sequences.transcripts import read_transcripts
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    given = params.transcripts
    sequences = dict(
        read_transcripts(
            files.transcripts, given["columns"], repeated_ids=given["repeated_ids"]
        )
    )
    set_up(snakemake.threads, 0)
    logits = site_logits(
        keras.models.load_model(files.model),
        params.encoding,
        pd.read_parquet(files.sites),
        read_tsv(files.strands),
        sequences,
    )
    write_parquet(snakemake.output[0], pd.DataFrame({"binding": logits}))


if __name__ == "__main__":
    run(main, snakemake)
