"""Measure how narrowly P, P x attribution and seed matches find sites.

Run by measure_scan.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from mirsignal.files.atomic import read_json
from mirsignal.scan.localisation import measure_localisation, seed_match_track
from mirsignal.scan.scores import AttributionScorer, PredictionScorer, keep_above
from mirsignal.sequences.codes import encode, normalise
from mirsignal.sequences.composition import fit_transitions, random_transcripts

RATES = (0.005, 0.02, 0.05, 0.1, 0.2)
"""False-positive rates at which thresholds are set."""


def artificial_genes(scanner, attributor, encoding, data, pairs):
    """Return localisation on the artificial genes: 50-nt CLASH targets end to end.

    A site is a whole positive 50-mer: where in it the miRNA binds is not known. Most of
    them are training positives of the network (`pairs` is its sample set); measures named
    `unseen` leave those out. Thresholds are set per miRNA on random sequence.
    """
    genes = pd.read_csv(Path(data) / "clash/helwak2013_artificial_genes.csv", dtype=str)
    genes["gene"], genes["miRNA"] = (genes[c].map(normalise) for c in ("gene", "miRNA"))
    tracks = score_genes(genes, scanner, attributor, encoding)
    seen = pairs[pairs["split"].isin(["train", "validation"]) & (pairs["label"] == 1)]
    seen = set(zip(seen["mirna_sequence"].str[:20], seen["target"], strict=True))
    positive = [block_spans(label) for label in genes["label"]]
    known = [
        [(a, b) for a, b in spans if (mirna, gene[a:b]) in seen]
        for mirna, gene, spans in zip(
            genes["miRNA"], genes["gene"], positive, strict=True
        )
    ]
    unseen = [
        [span for span in spans if span not in left]
        for spans, left in zip(positive, known, strict=True)
    ]
    result = {}
    for rate in RATES:
        compared = {name: tracks[name, rate] for name in ("called", "score")}
        compared = {"prediction": tracks["prediction"], **compared}
        every = measure_localisation(compared, positive)
        result |= flatten(f"artificial_{rate}", every)
        result |= flatten(
            f"artificial_unseen_{rate}", measure_localisation(compared, unseen, known)
        )
    seeds = {"seed_match": tracks["seed_match"]}
    result |= flatten("artificial", measure_localisation(seeds, positive))
    return result | flatten(
        "artificial_unseen", measure_localisation(seeds, unseen, known)
    )


def score_genes(genes, scanner, attributor, encoding):
    """Return the tracks of the genes by predictor (and false-positive rate)."""
    rng = np.random.default_rng(1)
    transitions = fit_transitions(genes["gene"])
    random = random_transcripts(transitions, np.full(100, 1000), rng)
    predictor = PredictionScorer(scanner, encoding)
    scorer = AttributionScorer(scanner, attributor, encoding)
    found = {"prediction": {}}
    found |= {(kind, rate): {} for rate in RATES for kind in ("called", "score")}
    for mirna, group in genes.groupby("miRNA"):
        p = np.concatenate([t[:, 0] for t in predictor.score(random, mirna, 0)[0]])
        codes = [encode(gene) for gene in group["gene"]]
        for rate in RATES:
            threshold = float(np.quantile(p, 1 - rate))
            tracks, _ = scorer.score(codes, mirna, threshold)
            for row, track in zip(group.index, tracks, strict=True):
                found["prediction"][row] = track[:, 0]
                found["called", rate][row] = keep_above(track[:, 0], threshold)
                found["score", rate][row] = track[:, -1]
    tracks = {name: [of[row] for row in genes.index] for name, of in found.items()}
    pairs = zip(genes["miRNA"], genes["gene"], strict=True)
    return tracks | {"seed_match": [seed_match_track(m, g) for m, g in pairs]}


def block_spans(label):
    """Return [start, end) of each positive 50-mer of a string of 0s and 1s."""
    return [(at, at + 50) for at in range(0, len(label), 50) if label[at] == "1"]


def planted_truth():
    """Return the localisation of the demo study, where it was run."""
    path = Path("results/demo/comparison/main/truth.json")
    if not path.exists():
        return {}
    return flatten("planted", read_json(path)["scan"]["localisation"])


def flatten(lead, measured):
    """Return measures by predictor as one dictionary of `lead`_predictor_measure."""
    return {
        f"{lead}_{name}_{key}": value
        for name, found in measured.items()
        for key, value in found.items()
    }
