"""Give each site of a data set the logit of the binding network."""

import pandas as pd

from mirsignal.files.atomic import read_tsv, write_parquet
from mirsignal.networks.backend import set_up
from mirsignal.repression.site_logits import SiteNetwork
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
    sites, mirnas = pd.read_parquet(files.sites), read_tsv(files.strands)
    logits = network.logits(sites, mirnas, sequences)
    write_parquet(snakemake.output[0], pd.DataFrame({"binding": logits}))


if __name__ == "__main__":
    run(main, snakemake)
