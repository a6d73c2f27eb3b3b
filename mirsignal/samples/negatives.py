"""Negative pairs: partners that were not seen together.

Every protocol takes the positives of one split and returns, for a round of at most one
negative per positive, whose miRNA and whose target make a negative.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.axes import WINDOW
from mirsignal.errors import InputError
from mirsignal.samples.clusters import is_in_sorted, kmer_keys, merge_sorted
from mirsignal.sequences.codes import UNKNOWN, decode_many, encode, encode_many
from mirsignal.sequences.fasta import Transcripts

_ATTEMPTS = 200
_MOST_STALLED = 20
Rows = NDArray[np.int64]


@dataclass
class Positives:
    """All positives as numbers, (N,) each, as protocols use them."""

    mirna: Rows
    family: Rows
    target: Rows
    cluster: Rows
    seen: Rows
    """Sorted keys of the (family, cluster) pairs that have a positive."""

    @classmethod
    def of(cls, table: pd.DataFrame) -> Positives:
        mirna, family, target, cluster = (
            pd.factorize(table[name])[0].astype(np.int64)
            for name in ("mirna_sequence", "family", "target", "cluster")
        )
        seen = np.unique(family * (cluster.max() + 1) + cluster)
        return cls(mirna, family, target, cluster, seen)

    def pair_keys(self, mirna_of: Rows, target_of: Rows) -> Rows:
        """Return one number per (miRNA, target)."""
        return self.mirna[mirna_of] * (self.target.max() + 1) + self.target[target_of]

    def related(self, mirna_of: Rows, target_of: Rows) -> NDArray[np.bool_]:
        """Tell whether the miRNA's family has a positive in the target's cluster."""
        keys = self.family[mirna_of] * (self.cluster.max() + 1) + self.cluster[target_of]
        return is_in_sorted(keys, self.seen)


def draw_negatives(
    positives: pd.DataFrame,
    members: Rows,
    protocol: str,
    ratio: int,
    seed: Sequence[int],
) -> pd.DataFrame:
    """Return rows (mirna_of, target_of, row_of, round) of `ratio` rounds.

    `positives` holds all positives (mirna_sequence, family, target, cluster); `members`
    are the rows of one split. `row_of` is the positive to which a negative belongs.
    Each round has a random stream of its own and repeats no pair of those before, so
    that a 1:1 set is contained in the 1:10 set of the same `seed`. Raises InputError for
    an unknown protocol.
    """
    if protocol not in PROTOCOLS:
        raise InputError(f"unknown negatives {protocol!r}; use {sorted(PROTOCOLS)}")
    known = Positives.of(positives)
    every_row = np.arange(len(positives))
    taken = np.unique(known.pair_keys(every_row, every_row))
    rounds = []
    for number in range(ratio):
        rng = np.random.default_rng([*seed, number])
        drawn = PROTOCOLS[protocol](known, members, taken, rng)
        keys = known.pair_keys(drawn["mirna_of"], drawn["target_of"])
        taken = merge_sorted(taken, np.unique(keys))
        rounds.append(pd.DataFrame(drawn)[~_repeats(keys)].assign(round=number))
    return pd.concat(rounds, ignore_index=True)


def _balanced(
    known: Positives, members: Rows, taken: Rows, rng: np.random.Generator
) -> dict[str, Rows]:
    """Permute the targets of the split among its miRNAs.

    Every miRNA and every target is then as common among negatives as among positives,
    so that neither alone predicts the label. A target is never given to a miRNA family
    that has a positive in the target's cluster, in whichever split, nor to a miRNA that
    already has it (`taken`). Forbidden pairs are swapped where both new pairs are
    allowed; what is still forbidden is left out.
    """

    def forbidden(mirna_of: Rows, target_of: Rows) -> NDArray[np.bool_]:
        keys = known.pair_keys(mirna_of, target_of)
        return known.related(mirna_of, target_of) | is_in_sorted(keys, taken)

    targets = rng.permutation(members)
    keys = known.pair_keys(members, targets)
    wrong = forbidden(members, targets)
    bad = np.flatnonzero(wrong | _repeats(keys))
    fewest, stalled = bad.size, 0
    for _ in range(_ATTEMPTS):
        if not bad.size or (stalled >= _MOST_STALLED and bad.size > 0.02 * len(members)):
            break  # done, or common miRNAs have run out of partners
        partners = rng.choice(len(members), bad.size, replace=False)
        apart = ~np.isin(partners, bad)
        places, partners = bad[apart], partners[apart]
        allowed = ~forbidden(members[places], targets[partners])
        allowed &= ~forbidden(members[partners], targets[places])
        places, partners = places[allowed], partners[allowed]
        targets[places], targets[partners] = targets[partners], targets[places]
        for rows in (places, partners):
            keys[rows] = known.pair_keys(members[rows], targets[rows])
            wrong[rows] = False
        bad = np.flatnonzero(wrong | _repeats(keys))
        stalled = 0 if bad.size < 0.98 * fewest else stalled + 1
        fewest = min(fewest, bad.size)
    good = np.setdiff1d(np.arange(len(members)), bad)
    return {
        "mirna_of": members[good],
        "target_of": targets[good],
        "row_of": members[good],
    }


def _repeats(keys: Rows) -> NDArray[np.bool_]:
    """Mark all but the first of equal keys."""
    repeated = np.ones(len(keys), bool)
    repeated[np.unique(keys, return_index=True)[1]] = False
    return repeated


def _legacy(
    known: Positives, members: Rows, taken: Rows, rng: np.random.Generator
) -> dict[str, Rows]:
    """Give targets a miRNA drawn uniformly over all miRNA sequences.

    This is how the published CLASH 2013 sets were made, over all positives before the
    split: rare miRNAs then predict a negative, and so do targets that were positives in
    training. Kept for comparison only.
    """
    first_of_mirna = np.unique(known.mirna, return_index=True)[1]
    targets = rng.permutation(members)
    chosen = rng.choice(first_of_mirna, size=len(members))
    bad = np.arange(len(members))
    for _ in range(_ATTEMPTS):
        bad = bad[is_in_sorted(known.pair_keys(chosen[bad], targets[bad]), taken)]
        if not bad.size:
            break
        chosen[bad] = rng.choice(first_of_mirna, size=bad.size)
    good = np.setdiff1d(np.arange(len(members)), bad)
    return {
        "mirna_of": chosen[good],
        "target_of": targets[good],
        "row_of": members[good],
    }


Protocol = Callable[[Positives, Rows, Rows, np.random.Generator], dict[str, Rows]]
PROTOCOLS: dict[str, Protocol] = {"balanced": _balanced, "legacy": _legacy}
DRAWN_BEFORE_SPLIT = frozenset({"legacy"})


def draw_background(
    positives: pd.DataFrame,
    members: Rows,
    transcripts: Transcripts,
    ratio: int,
    seed: Sequence[int],
    k: int = 16,
) -> pd.DataFrame:
    """Return windows (row_of, start, target, round) of the positives' own transcripts.

    Each is a window of the transcript in which its positive lies; it overlaps no
    positive of the same miRNA family there, and shares no k nucleotides in a row with
    one elsewhere (another isoform, a paralogue, a repeat). miRNA and gene are the same,
    so that a network must find the site. `positives` hold mirna_sequence, family, target,
    transcript and 0-based start, -1 where not known; those get no negative, nor do
    positives of transcripts without room, and no window with N is taken.
    """
    starts = positives["start"].to_numpy(np.int64)
    placed = np.flatnonzero(starts >= 0)
    names, name_of = np.unique(positives["transcript"].iloc[placed], return_inverse=True)
    codes = [encode(transcripts[name]) for name in names]
    offset = np.cumsum([0, *(len(piece) + WINDOW for piece in codes)])
    joined = np.full(offset[-1], UNKNOWN, dtype=np.uint8)  # N between transcripts
    for piece, begin in zip(codes, offset, strict=False):
        joined[begin : begin + len(piece)] = piece
    n_before = np.r_[0, np.cumsum(joined == UNKNOWN)]
    begin, room = np.zeros((2, len(positives)), np.int64)
    begin[placed] = offset[name_of]
    room[placed] = np.array([len(piece) - WINDOW + 1 for piece in codes])[name_of]
    known = Positives.of(positives.assign(cluster=0))
    alike = _family_kmers(known.family, positives["target"], k)
    sites = np.sort((known.family * len(joined) + begin + starts)[placed])
    taken: Rows = np.empty(0, np.int64)
    rounds = []
    for number in range(ratio):
        rng = np.random.default_rng([*seed, number])
        left = members[room[members] > 0]
        rows, found = [], []
        for _ in range(_MOST_STALLED):
            at = begin[left] + rng.integers(0, room[left])
            free = n_before[at + WINDOW] == n_before[at]
            free &= ~_overlaps(known.family[left] * len(joined) + at, sites)
            free &= ~is_in_sorted(known.mirna[left] * len(joined) + at, taken)
            at_free = at[free][:, None] + np.arange(WINDOW)
            keys = kmer_keys(joined[at_free], k) + 5**k * known.family[left[free], None]
            free[free] = ~is_in_sorted(keys.ravel(), alike).reshape(keys.shape).any(
                axis=1
            )
            rows.append(left[free])
            found.append(at[free])
            left = left[~free]
        row_of, at = np.concatenate(rows), np.concatenate(found)
        keys = known.mirna[row_of] * len(joined) + at
        row_of, at = row_of[~_repeats(keys)], at[~_repeats(keys)]
        taken = merge_sorted(taken, np.unique(keys))
        rounds.append(
            pd.DataFrame(
                {
                    "row_of": row_of,
                    "start": at - begin[row_of],
                    "target": decode_many(joined[at[:, None] + np.arange(WINDOW)]),
                    "round": number,
                }
            )
        )
    return pd.concat(rounds, ignore_index=True)


def _family_kmers(family: Rows, targets: pd.Series, k: int) -> Rows:
    """Return sorted keys of each k-mer of each target, apart by family; k <= 20."""
    keys = kmer_keys(encode_many(targets, WINDOW), k)
    return np.unique(keys + 5**k * family[:, None])


def _overlaps(keys: Rows, sites: Rows) -> NDArray[np.bool_]:
    """Tell which windows, by key of their start, overlap one of the sorted sites."""
    next_site = np.searchsorted(sites, keys - (WINDOW - 1))
    nearest = sites[np.minimum(next_site, len(sites) - 1)]
    return (next_site < len(sites)) & (nearest <= keys + (WINDOW - 1))
