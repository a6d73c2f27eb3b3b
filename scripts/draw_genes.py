"""Draw chosen genes as scanned: prediction, score, peaks, sites and their scores."""

import logging
import re
from pathlib import Path

import pandas as pd

from mirsignal.figures.tracks import draw_scan
from mirsignal.files.atomic import read_json
from mirsignal.files.tracks import load_scans
from mirsignal.scan.genes import choose_scans, describe_totals, find_scan, rows_of
from mirsignal.sequences.fasta import Transcripts
from mirsignal.sequences.mirnas import scan_names
from mirsignal.sites.seed_sites import find_sites, join
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    peaks = pd.concat(map(pd.read_parquet, files.peaks), ignore_index=True)
    mirnas = pd.read_parquet(files.mirnas)
    measured, transcripts = map(pd.read_parquet, (files.fold_changes, files.transcripts))
    chosen = choose_scans(
        params.genes,
        measured,
        transcripts,
        scan_names(mirnas),
        params.n_transcripts,
    )
    context = pd.read_parquet(files.context_sites)
    targetscan = pd.read_parquet(files.targetscan) if files.targetscan else None
    sequences = mirnas.set_index("mirna")["sequence"]
    genes = transcripts.set_index("transcript")["gene"]
    fasta, thresholds = Transcripts(files.fasta), read_json(files.thresholds)
    for number, (mirna, name) in enumerate(chosen, start=1):
        only = {batch: [mirna] for batch, of in params.batches.items() if mirna in of}
        prediction, score = find_scan(load_scans(files.tracks, only), mirna, name)
        gene, here = genes[name], {"mirna": mirna, "transcript": name}
        sites = rows_of(context, **here)
        known = {
            "measured log2FC": rows_of(measured, mirna=mirna, gene=gene)["log2fc"],
            "context++": sites["contextpp"],
        }
        if targetscan is not None:
            given = rows_of(targetscan, mirna=mirna, gene=gene)["score"]
            known[params.reference_name] = given
        lead = f"{mirna} on {gene} ({name}, {len(score):,} nt)"
        scan = {
            "title": f"{lead}\n{describe_totals(known)}",
            "prediction": prediction,
            "score": score,
            "threshold": thresholds[mirna]["threshold"],
            "peaks": rows_of(peaks, **here),
            "sites": find_sites(sequences[mirna], join([fasta[name]])),
            "context": sites,
        }
        stem = re.sub(r"[^\w.-]+", "_", f"{number}.{gene}.{mirna}")
        draw_scan(scan, Path(snakemake.output[0]) / f"{stem}.svg", params.caption)
        log.info("%s", scan["title"].replace("\n", ": "))


if __name__ == "__main__":
    run(main, snakemake)
