"""Find the sites of a data set's miRNAs by the binding network alone."""

import pandas as pd

from mirsignal.files.atomic import write_parquet
from mirsignal.logs import log
from mirsignal.networks.backend import set_up
from mirsignal.repression.scanned_sites import scan_sites
from mirsignal.repression.site_logits import SiteNetwork
from mirsignal.sequences.strands import read_strands
from mirsignal.sequences.transcripts import read_transcripts
from mirsignal.sites.context import SiteContext
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params, workers = snakemake.input, snakemake.params, snakemake.threads
    given = params.transcripts
    sequences = dict(
        read_transcripts(
            files.transcripts, given["columns"], repeated_ids=given["repeated_ids"]
        )
    )
    set_up(workers, 0, calls=workers)
    network = SiteNetwork.load(files.model, params.encoding)
    mirnas, chosen = read_strands(files.strands), pd.read_parquet(files.chosen)
    sites = scan_sites(network, mirnas, chosen, sequences, params.n_sites, workers)
    context = SiteContext.read(files, params.context_columns).fitting(sequences)
    sites = context.add_to(sites, mirnas)
    write_parquet(snakemake.output[0], sites)
    log.info("%s sites of %d miRNAs", f"{len(sites):,}", len(mirnas))


if __name__ == "__main__":
    run(main, snakemake)
