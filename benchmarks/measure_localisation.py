"""Measure how narrowly P, P x attribution and seed matches find sites.

Run by measure_scan.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from mirsignal.composition import fit_transitions, random_transcripts
from mirsignal.files import read_json
from mirsignal.localisation import measure_localisation, seed_match_track
from mirsignal.scores import AttributionScorer, PredictionScorer, over
from mirsignal.sequences import encode, normalise

RATES = (0.005, 0.02, 0.05, 0.1, 0.2)
"""False-positive rates at which thresholds are set."""


def artificial_genes(scanner, attributor, encoding, data):
    """Return localisation on the artificial genes: 50-nt CLASH targets end to end.

    Thresholds are set per miRNA on random sequence, at several false-positive rates.
    """
    genes = pd.read_csv(Path(data) / "clash/helwak2013_artificial_genes.csv", dtype=str)
    genes["gene"] = genes["gene"].map(normalise)
    genes["miRNA"] = genes["miRNA"].map(normalise)
    rng = np.random.default_rng(1)
    transitions = fit_transitions(genes["gene"])
    random = random_transcripts(transitions, np.full(100, 1000), rng)
    predictor = PredictionScorer(scanner, encoding)
    scorer = AttributionScorer(scanner, attributor, encoding)
    values = {"prediction": {}} | {
        f"{kind}_{rate}": {} for rate in RATES for kind in ("called", "score")
    }
    for mirna, group in genes.groupby("miRNA"):
        p = np.concatenate([t[:, 0] for t in predictor.score(random, mirna, 0)[0]])
        codes = [encode(gene) for gene in group["gene"]]
        for rate in RATES:
            threshold = float(np.quantile(p, 1 - rate))
            tracks, _ = scorer.score(codes, mirna, threshold)
            for row, track in zip(group.index, tracks, strict=True):
                values["prediction"][row] = track[:, 0]
                values[f"called_{rate}"][row] = over(track[:, 0], threshold)
                values[f"score_{rate}"][row] = track[:, -1]
    tracks = {name: [of[row] for row in genes.index] for name, of in values.items()}
    tracks["seed_match"] = [
        seed_match_track(m, g) for m, g in zip(genes["miRNA"], genes["gene"], strict=True)
    ]
    spans = [block_spans(label) for label in genes["label"]]
    measured = measure_localisation(tracks, spans)
    return {
        f"artificial_{name}_{key}": value
        for name, found in measured.items()
        for key, value in found.items()
    }


def block_spans(label):
    """Return [start, end) of each positive 50-mer of a string of 0s and 1s."""
    return [(at, at + 50) for at in range(0, len(label), 50) if label[at] == "1"]


def planted_truth():
    """Return the localisation of the demo study, where it was run."""
    path = Path("results/demo/comparison/main/truth.json")
    if not path.exists():
        return {}
    found = read_json(path)["scan"]["localisation"]
    return {
        f"planted_{name}_{key}": value
        for name, measures in found.items()
        for key, value in measures.items()
    }
