"""Call the peaks of one miRNA on all transcripts; write them as a table and as BED."""

import logging

import pandas as pd

from mirsignal.files.atomic import atomic_path, write_parquet
from mirsignal.files.tracks import load_tracks
from mirsignal.scan.peaks import call_peaks
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")

HEADER = """\
# Peaks in transcript coordinates (0-based, half open); BED6 and four columns:
# transcript, start, end, miRNA, score (height scaled to 0-1000), strand,
# summit (nt), height, highest P(binding) within 25 nt, close (1: summit < 50 nt away)
"""


def main(snakemake):
    settings, mirna = snakemake.params.settings, snakemake.wildcards.mirna
    parts = []
    for path in snakemake.input:
        tracks = load_tracks(path, mirna)
        score = tracks.channels.index("score")
        prediction = tracks.channels.index("prediction")
        for name, values in tracks.items():
            peaks = call_peaks(
                values[:, score],
                values[:, prediction],
                settings["smoothing"],
                settings["min_prominence"],
            )
            parts.append(peaks.assign(transcript=name))
    peaks = pd.concat(parts, ignore_index=True).assign(mirna=mirna)
    write_parquet(snakemake.output.table, peaks)
    write_bed(snakemake.output.bed, peaks, mirna)
    log.info("%s peaks on %s transcripts", f"{len(peaks):,}", f"{len(parts):,}")


def write_bed(path, peaks, mirna):
    top = max(peaks["height"].max(), 1e-9) if len(peaks) else 1
    bed = pd.DataFrame(
        {
            "transcript": peaks["transcript"],
            "start": peaks["start"],
            "end": peaks["end"],
            "mirna": mirna,
            "score": (1000 * peaks["height"] / top).round().astype(int),
            "strand": "+",
            "summit": peaks["summit"],
            "height": peaks["height"],
            "prediction": peaks["prediction"],
            "close": peaks["close"].astype(int),
        }
    ).sort_values(["transcript", "start"])
    with atomic_path(path) as temporary, temporary.open("w") as handle:
        handle.write(HEADER)
        bed.to_csv(handle, sep="\t", header=False, index=False, float_format="%.5g")


if __name__ == "__main__":
    run(main, snakemake)
