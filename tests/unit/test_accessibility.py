"""Accessibility: what is folded, and that it equals folding the whole transcript."""

import numpy as np
import pandas as pd
import pytest

from mirsignal import accessibility
from mirsignal.accessibility import fold_context, fold_sites, site_context


def test_context_is_the_14_nt_and_80_on_either_side():
    sequence = "".join("ACGU"[at % 4] for at in range(400))
    assert site_context(sequence, 200) == (sequence[114:288], 80)
    assert site_context(sequence, 16) == (sequence[:104], 10)
    assert site_context(sequence, 392) == (sequence[306:400], 80)


@pytest.mark.parametrize(("length", "p8"), [(40, 33), (13, 6), (40, 5), (0, 0)])
def test_14_nt_that_leave_the_transcript_have_no_accessibility(length, p8):
    assert site_context("A" * length, p8) == ("", 0)
    assert np.isnan(fold_context("", 0))


@pytest.mark.parametrize("length", [30, 90, 400])
def test_context_alone_folds_like_the_whole_transcript(random_rna, length):
    import RNA

    sequence = random_rna(length)
    whole = RNA.pfl_fold_up(sequence, 14, 80, 40)
    for p8 in {6, 15, length // 2, length - 8}:
        alone = fold_context(*site_context(sequence, p8))
        assert alone == pytest.approx(np.log10(whole[p8 + 8][14]), abs=1e-6)


def test_paired_nucleotides_are_less_accessible():
    stem = "GGGCGCGCGCGGGC"
    paired = "A" * 20 + stem + "AAAA" + "GCCCGCGCGCGCCC" + "A" * 20
    assert fold_context(paired, 20) < -3
    assert fold_context("A" * 72, 20) == pytest.approx(0, abs=1e-6)
    unknown = paired.replace(stem, "N" * 14)
    assert fold_context(unknown, 20) == pytest.approx(0, abs=1e-6)


def test_each_place_is_folded_once(random_rna, monkeypatch):
    folded = []
    monkeypatch.setattr(
        accessibility, "fold_context", lambda *context: folded.append(context) or -1.0
    )
    utr = random_rna(300)
    sites = pd.DataFrame({"transcript": ["a", "b", "a", "a"], "p8": [150, 150, 150, 299]})
    table = fold_sites(sites, {"a": utr, "b": utr})  # isoforms share a context
    assert table[["transcript", "p8"]].to_numpy().tolist() == [
        ["a", 150],
        ["b", 150],
        ["a", 299],
    ]
    assert len(folded) == 2  # one, and the one that is empty
    assert fold_sites(sites[:0], {}).empty
