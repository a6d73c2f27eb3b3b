"""Draw chosen genes as scanned: prediction, score, peaks, sites and their scores."""

import re
from pathlib import Path

import pandas as pd

from mirsignal.figures.tracks import draw_scan
from mirsignal.files.atomic import read_json
from mirsignal.scan.genes import choose_scans, describe_totals, find_scan
from mirsignal.sequences.fasta import Transcripts
from mirsignal.sequences.mirnas import scan_names
from mirsignal.sites.seed_sites import find_sites, join
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    mirnas, transcripts = map(pd.read_parquet, (files.mirnas, files.transcripts))
    measured, context = map(pd.read_parquet, (files.fold_changes, files.context_sites))
    targetscan = pd.read_parquet(files.targetscan) if files.targetscan else None
    peaks = pd.concat(map(pd.read_parquet, files.peaks), ignore_index=True)
    fasta, thresholds = Transcripts(files.fasta), read_json(files.thresholds)
    sequences = mirnas.set_index("mirna")["sequence"]
    genes = transcripts.set_index("transcript")["gene"]
    chosen = choose_scans(
        params.genes, measured, transcripts, scan_names(mirnas), params.n_transcripts
    )
    for number, (mirna, name) in enumerate(chosen, start=1):
        prediction, score = find_scan(files.tracks, params.batches, mirna, name)
        gene, here = genes[name], f"mirna == {mirna!r} and transcript == {name!r}"
        pair, sites = f"mirna == {mirna!r} and gene == {gene!r}", context.query(here)
        known = {"measured log2FC": measured.query(pair)["log2fc"]}
        known["context++"] = sites["contextpp"]
        if targetscan is not None:
            known[params.reference_name] = targetscan.query(pair)["score"]
        lead = f"{mirna} on {gene} ({name}, {len(score):,} nt)"
        scan = {
            "title": f"{lead}\n{describe_totals(known)}",
            "prediction": prediction,
            "score": score,
            "threshold": thresholds[mirna]["threshold"],
            "peaks": peaks.query(here),
            "sites": find_sites(sequences[mirna], join([fasta[name]])),
            "context": sites,
        }
        stem = re.sub(r"[^\w.-]+", "_", f"{number}.{gene}.{mirna}")
        draw_scan(scan, Path(snakemake.output[0]) / f"{stem}.svg", params.caption)


if __name__ == "__main__":
    run(main, snakemake)
