"""Call the peaks of one miRNA on all transcripts; write them as a table and as BED."""

from mirsignal.files.atomic import atomic_path, write_parquet
from mirsignal.files.tracks import load_tracks
from mirsignal.logs import log
from mirsignal.scan.peaks import call_all_peaks, tabulate_bed
from mirsignal.workflow.jobs import run

HEADER = """\
# Peaks in transcript coordinates (0-based, half open); BED6 and four columns:
# transcript, start, end, miRNA, score (height scaled to 0-1000), strand,
# summit (nt), height, highest P(binding) within 25 nt, close (1: summit < 50 nt away)
"""


def main(snakemake):
    mirna = snakemake.wildcards.mirna
    shards = (load_tracks(path, mirna) for path in snakemake.input)
    peaks = call_all_peaks(shards, **snakemake.params.settings).assign(mirna=mirna)
    write_parquet(snakemake.output.table, peaks)
    with (
        atomic_path(snakemake.output.bed) as temporary,
        temporary.open("w") as handle,
    ):
        handle.write(HEADER)
        tabulate_bed(peaks).to_csv(
            handle, sep="\t", header=False, index=False, float_format="%.5g"
        )
    log.info("%s peaks", f"{len(peaks):,}")


if __name__ == "__main__":
    run(main, snakemake)
