"""Scans of single genes: which ones to show, and what is known of them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd
from numpy.typing import NDArray

from mirsignal.errors import InputError
from mirsignal.files.tracks import load_scans


def choose_scans(
    wanted: Sequence[Mapping[str, str]],
    fold_changes: pd.DataFrame,
    transcripts: pd.DataFrame,
    names: Mapping[str, str],
    n: int,
) -> list[tuple[str, str]]:
    """Return the (miRNA, transcript) to show.

    `wanted` names them, as `mirna`, by any of its `names` (`mirnas.scan_names`), and
    `gene`, which may also be a transcript; a gene stands for its longest transcript.
    Where nothing is wanted, the `n` strongest measured repressions (`fold_changes`:
    mirna, gene, log2fc) are taken, each gene once, and each miRNA once at first.
    Raises InputError for an unknown miRNA or gene.
    """
    if wanted:
        return find_scans(wanted, transcripts, names)
    longest = _longest(transcripts)
    strong = fold_changes.sort_values("log2fc", kind="stable").drop_duplicates("gene")
    turn = strong.groupby("mirna").cumcount().sort_values(kind="stable")
    chosen = strong.loc[turn.index[:n]]
    return list(zip(chosen["mirna"], chosen["gene"].map(longest), strict=True))


def _longest(transcripts: pd.DataFrame) -> pd.Series:
    """Return the longest transcript of each gene, by gene."""
    by_length = transcripts.sort_values("length", ascending=False, kind="stable")
    return by_length.drop_duplicates("gene").set_index("gene")["transcript"]


def find_scans(
    wanted: Sequence[Mapping[str, str]],
    transcripts: pd.DataFrame,
    names: Mapping[str, str],
) -> list[tuple[str, str]]:
    """Return the (miRNA, transcript) of `wanted`, as `choose_scans`."""
    longest = _longest(transcripts)
    known = {name: name for name in transcripts["transcript"]} | longest.to_dict()
    pairs = []
    for entry in wanted:
        _check("mirna", entry["mirna"], list(names))
        _check("gene", entry["gene"], list(known))
        pairs.append((names[entry["mirna"]], known[entry["gene"]]))
    return list(dict.fromkeys(pairs))


def _check(key: str, name: str, known: list[str]) -> None:
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1) or known[:3]
        raise InputError(
            f"config: interpretation: genes: {key} {name!r} is not in this study; it has "
            f"{', '.join(map(repr, close))}"
        )


def find_scan(
    paths: Iterable[str],
    batches: Mapping[str, Sequence[str]],
    mirna: str,
    transcript: str,
) -> tuple[NDArray, NDArray]:
    """Return prediction (L,) and score (L,) of a transcript from the files of all scans.

    `paths` and `batches` are those of `load_scans`. Raises KeyError where no file holds
    the transcript.
    """
    only = {batch: [mirna] for batch, names in batches.items() if mirna in names}
    for _, tracks in load_scans(paths, only):
        found = tracks.ids == transcript
        if found.any():
            values = tracks[int(found.argmax())].T
            columns = dict(zip(tracks.channels, values, strict=True))
            return columns["prediction"], columns["score"]
    raise KeyError(f"{mirna} {transcript}")


def describe_totals(scores: Mapping[str, pd.Series]) -> str:
    """Return the sum of each of `scores`, and of how many sites it is, in words."""
    return "; ".join(_total_in_words(*each) for each in scores.items())


def _total_in_words(name: str, values: pd.Series) -> str:
    if not len(values):
        return f"{name}: none"
    n = f" (sum of {len(values)} sites)" if len(values) > 1 else ""
    return f"{name} {values.sum():.2f}{n}"
