"""Cut the transcripts into shards of about equal nucleotides."""

import pandas as pd

from mirsignal.files.atomic import write_parquet
from mirsignal.logs import log
from mirsignal.sequences.transcripts import plan_shards
from mirsignal.workflow.jobs import run


def main(snakemake):
    table = pd.read_parquet(snakemake.input[0])[["transcript", "length"]]
    table["shard"] = plan_shards(table["length"], snakemake.params.n_shards)
    write_parquet(snakemake.output[0], table)
    sizes = table.groupby("shard")["length"].sum()
    log.info("%d shards of %s nt", len(sizes), ", ".join(f"{n:,}" for n in sizes))


if __name__ == "__main__":
    run(main, snakemake)
