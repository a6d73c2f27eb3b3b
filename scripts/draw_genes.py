"""Draw chosen genes as scanned: prediction, score, peaks, sites and their scores."""

import logging
import re
from pathlib import Path

import pandas as pd

from mirsignal.figures.tracks import draw_scan
from mirsignal.files.atomic import read_json
from mirsignal.files.tracks import load_scans
from mirsignal.scan.genes import choose_scans
from mirsignal.sequences.fasta import Transcripts
from mirsignal.sequences.mirnas import scan_names
from mirsignal.sites.seed_sites import find_sites, join
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    tables = {
        name: pd.read_parquet(files[name])
        for name in ("fold_changes", "targetscan", "context_sites", "transcripts")
        if files[name]
    }
    peaks = pd.concat(map(pd.read_parquet, files.peaks), ignore_index=True)
    mirnas = pd.read_parquet(files.mirnas)
    sequences = mirnas.set_index("mirna")["sequence"]
    chosen = choose_scans(
        params.settings["genes"],
        tables["fold_changes"],
        tables["transcripts"],
        scan_names(mirnas),
        params.settings["n_transcripts"],
    )
    fasta, thresholds = Transcripts(files.fasta), read_json(files.thresholds)
    genes = tables["transcripts"].set_index("transcript")["gene"]
    for number, (mirna, name) in enumerate(chosen, start=1):
        prediction, score = find_track(files.tracks, params.batches, mirna, name)
        scan = {
            "prediction": prediction,
            "score": score,
            "threshold": thresholds[mirna]["threshold"],
            "peaks": rows_of(peaks, mirna=mirna, transcript=name),
            "sites": find_sites(sequences[mirna], join([fasta[name]])),
            "context": rows_of(tables["context_sites"], mirna=mirna, transcript=name),
        }
        gene = {"mirna": mirna, "gene": genes[name]}
        measured = rows_of(tables["fold_changes"], **gene)["log2fc"]
        known = [value("measured log2FC", measured)]
        known.append(value("context++", scan["context"]["contextpp"]))
        if "targetscan" in tables:
            scores = rows_of(tables["targetscan"], **gene)["score"]
            known.append(value(params.reference_name, scores))
        lead = f"{mirna} on {genes[name]} ({name}, {len(score):,} nt)"
        scan["title"] = f"{lead}\n{'; '.join(known)}"
        stem = re.sub(r"[^\w.-]+", "_", f"{number}.{genes[name]}.{mirna}")
        draw_scan(scan, Path(snakemake.output[0]) / f"{stem}.svg", params.caption)
        log.info("%s", scan["title"].replace("\n", ": "))


def rows_of(table, **values):
    """Return the rows of a table that have these values."""
    for column, value in values.items():
        table = table[table[column] == value]
    return table


def value(name, values):
    """Return the sum of `values`, with what it is and of how many sites, in words."""
    if not len(values):
        return f"{name}: none"
    n = f" (sum of {len(values)} sites)" if len(values) > 1 else ""
    return f"{name} {values.sum():.2f}{n}"


def find_track(paths, batches, mirna, name):
    """Return prediction (L,) and score (L,) of a transcript from the miRNA's shards."""
    only = {batch: [mirna] for batch, mirnas in batches.items() if mirna in mirnas}
    for _, tracks in load_scans(paths, only):
        for index, known in enumerate(tracks.ids):
            if known == name:
                values = tracks[index]
                wanted = ("prediction", "score")
                return tuple(values[:, tracks.channels.index(c)] for c in wanted)
    raise KeyError(f"{mirna} {name}")


if __name__ == "__main__":
    run(main, snakemake)
