"""Simulated CLASH chimeras: of sites by their affinity, and ligations without a site."""

from __future__ import annotations

import numpy as np
import pandas as pd


def sample_chimeras(
    mirnas: pd.DataFrame,
    transcripts: dict[str, str],
    sites: pd.DataFrame,
    n_chimeras: int,
    n_background: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Sample chimeras from sites by affinity, `n_background` of them ligations at random.

    The layout is that of Helwak 2013, data S1: 1-based inclusive coordinates, the end
    extended by 25 nt beyond the sequenced part.
    """
    sequence_of = dict(zip(mirnas["mirna"], mirnas["sequence"], strict=True))
    weights = sites["affinity"].to_numpy() ** 2
    chosen = sites.iloc[
        rng.choice(len(sites), n_chimeras - n_background, p=weights / weights.sum())
    ]
    names = np.array(list(transcripts))
    where = rng.choice(names, n_background)
    at = np.array([rng.integers(60, len(transcripts[name]) - 60) for name in where])
    rows = pd.DataFrame(
        {
            "microRNA_name": np.r_[
                chosen["mirna"], rng.choice(mirnas["mirna"], n_background)
            ],
            "mRNA_name": np.r_[chosen["transcript"], where],
            "middle": np.r_[chosen["start"], at] + rng.integers(-12, 9, n_chimeras),
        }
    )
    length = rows["mRNA_name"].map({name: len(s) for name, s in transcripts.items()})
    start = (rows["middle"] - rng.integers(20, 30, len(rows))).clip(lower=1)
    end = (2 * rows["middle"] - start).clip(upper=length)
    table = pd.DataFrame(
        {
            "seq_ID": [f"SIM{number:05d}" for number in range(1, len(rows) + 1)],
            "microRNA_name": rows["microRNA_name"],
            "miRNA_start": 1,
            "miRNA_end": rows["microRNA_name"].map(sequence_of).str.len(),
            "miRNA_seq": rows["microRNA_name"].map(sequence_of).str.replace("U", "T"),
            "mRNA_name": rows["mRNA_name"],
            "mRNA_start": start,
            "mRNA_end_extended": end,
        }
    )
    return table.sample(frac=1, random_state=int(rng.integers(2**31)))
