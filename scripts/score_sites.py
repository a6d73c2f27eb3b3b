"""Give each site of a data set what the binding network makes of it."""

import pandas as pd

from mirsignal.files.atomic import write_parquet
from mirsignal.networks.backend import set_up
from mirsignal.repression.site_logits import SiteNetwork
from mirsignal.sequences.strands import read_strands
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
    network = SiteNetwork.load(files.model, params.encoding)
    sites, mirnas = pd.read_parquet(files.sites), read_strands(files.strands)
    scores = network.score(sites, mirnas, sequences)
    write_parquet(snakemake.output[0], scores)


if __name__ == "__main__":
    run(main, snakemake)
