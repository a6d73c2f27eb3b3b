"""Measure how many log2 fold changes of other cells lie in their prediction intervals.

`make bench-coverage` fits and calibrates on seven miRNAs in HCT116, predicts twelve in
HEK293FT and 17 in HeLa, of which nothing else is used, and looks where the measured
values are. Writes results/benchmarks/coverage.json.

    python -m benchmarks.measure_coverage prepare DATA   3' UTRs to predict, and settings
    python -m benchmarks.measure_coverage measure DATA   after target `predict`
"""

import sys
from pathlib import Path

import pandas as pd
import yaml

from mirsignal.files.atomic import atomic_path, write_json
from mirsignal.repression.intervals import (
    KNOWN,
    NEW,
    NO_SITE,
    describe_held_out,
    summarise,
)

STUDY = Path("results/hct116_subset")
CELLS = {"hek": "hek_12mirna", "hela": "hela_17mirna"}


def prepare(data):
    """Write the 3' UTR of every measured gene as FASTA, and what `predict` is to read.

    Sites are not folded, which would take half an hour.
    """
    utrs = pd.read_csv(f"{data}/transcripts/human_3utr_all.tsv.gz", sep="\t")
    utrs = utrs.drop_duplicates("source_transcript")
    for cells, name in CELLS.items():
        measured = pd.read_csv(f"{data}/foldchange/{name}_log2fc.tsv.gz", sep="\t")
        if "transcript" in measured:
            found = measured.merge(
                utrs, left_on="transcript", right_on="source_transcript"
            )
        else:
            found = measured.merge(utrs, left_on="gene", right_on="gene_symbol")
        found = found.drop_duplicates("gene")
        records = zip(found["gene"], found["utr3_seq"], strict=True)
        path = Path(f"results/benchmarks/coverage/{cells}.fa")
        with atomic_path(path) as temporary:
            temporary.write_text("".join(f">{gene}\n{utr}\n" for gene, utr in records))
        settings = {
            "name": cells,
            "mirnas": f"{data}/foldchange/{name}s.tsv",
            "transcripts": str(path),
            "accessibility": False,
        }
        with atomic_path(path.with_suffix(".yaml")) as temporary:
            temporary.write_text(yaml.safe_dump({"predict": settings}))
        print(f"{path}: {len(found):,} of {len(measured):,} genes")


def measure(data):
    """Write coverage in the study and in other cells, with the noise of each."""
    study, intervals = (
        pd.read_csv(STUDY / f"occupancy/sites/{table}.tsv", sep="\t", comment="#")
        for table in ("coverage", "intervals")
    )
    noise = float(intervals["noise_sd"].iloc[0])
    rows = [study.assign(cells="hct116", interval="as predicted", noise_sd=noise)]
    trained = set(pd.read_parquet(STUDY / "inputs/mirnas.parquet")["sequence"])
    for cells, name in CELLS.items():
        sequences = pd.read_csv(f"{data}/foldchange/{name}s.tsv", sep="\t")
        known = sequences["mirna"][sequences["sequence"].isin(trained)]
        pairs = compare(cells, f"{data}/foldchange/{name}_log2fc.tsv.gz")
        own = float(pairs.loc[pairs["status"] == NO_SITE, "measured"].std(ddof=0))
        for interval, wider in (("as predicted", 1), ("noise_sd given", own / noise)):
            center = pairs["predicted_log2fc"]
            ends = {
                end: center + wider * (pairs[end] - center) for end in ("low", "high")
            }
            is_known = pairs["mirna"].isin(known)
            for predicts, chosen in ((NEW, ~is_known), (KNOWN, is_known)):
                if chosen.any():
                    covered = summarise(pairs.assign(**ends)[chosen])
                    labels = {"cells": cells, "interval": interval, "noise_sd": own}
                    rows.append(covered.assign(predicts=predicts, **labels))
    table = pd.concat(rows, ignore_index=True)
    write_json("results/benchmarks/coverage.json", table.to_dict("records"))
    first = ["cells", "predicts", "interval", "status"]
    order = [*first, *(name for name in table if name not in (*first, "left_out"))]
    print(table[order].to_string(index=False, float_format="{:.3f}".format))


def compare(cells, path):
    """Return predicted and measured pairs that were scanned."""
    predicted = pd.read_csv(STUDY / f"predict/{cells}/genes.tsv", sep="\t", comment="#")
    measured = pd.read_csv(path, sep="\t").drop(columns="transcript", errors="ignore")
    measured = measured.melt("gene", var_name="mirna", value_name="log2fc").dropna()
    pairs = predicted.dropna(subset=["predicted_log2fc"])
    pairs = pairs.merge(measured, on=["mirna", "gene"])
    return describe_held_out(pairs, pairs[pairs["status"] != NO_SITE])


if __name__ == "__main__":
    {"prepare": prepare, "measure": measure}[sys.argv[1]](sys.argv[2])
