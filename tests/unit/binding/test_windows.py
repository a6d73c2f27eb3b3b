"""Windows to be labelled: where they lie, and the energies of their duplexes."""

import numpy as np
import pandas as pd
import pytest

from mirsignal.axes import WINDOW
from mirsignal.binding.windows import draw_windows, duplex_energies
from mirsignal.sequences.codes import reverse_complement


def test_windows_lie_around_seed_matches_and_anywhere(rng):
    sequences = ["".join(rng.choice(list("ACGU"), 3000)) for _ in range(20)]
    mirnas = pd.DataFrame(
        {"sequence": ["UGAGGUAGUAGGUUGUAUAGUU", "UGGAAUGUAAAGAAGUAUGUAU"]}
    )
    for share in (0.0, 0.5, 1.0):
        drawn = draw_windows(mirnas, sequences, 2000, share, seed=1)
        assert (drawn["target"].str.len() == WINDOW).all()
        assert set(drawn["mirna_sequence"]) == set(mirnas["sequence"])
        match = drawn["mirna_sequence"].map(lambda text: reverse_complement(text[1:7]))
        with_site = [
            site in target for site, target in zip(match, drawn["target"], strict=True)
        ]
        assert np.mean(with_site) == pytest.approx(share + (1 - share) * 0.011, abs=0.045)
    again = draw_windows(mirnas, sequences, 2000, 1.0, seed=1)
    assert again.equals(drawn)


def test_windows_at_the_end_of_a_short_sequence_hold_unknown_nucleotides():
    mirnas = pd.DataFrame({"sequence": ["UGAGGUAGUAGGUUGUAUAGUU"]})
    drawn = draw_windows(mirnas, ["CUACCUCA", "ACUACCUC"], 50, 1.0, seed=2)
    assert drawn["target"].str.contains("UACCUC").all()
    assert (drawn["target"].str.count("N") == WINDOW - 8).all()


def test_the_better_a_duplex_pairs_the_higher_its_energy():
    perfect, seed, nothing = duplex_energies(
        ["UGAGGUAGUAGGUUGUAUAGUU"] * 3,
        ["AACUAUACAACCUACUACCUCA", "A" * 20 + "CUACCUCA" + "A" * 20, "A" * 50],
    )
    assert perfect > 30 > seed > 8
    assert nothing < 2
    assert duplex_energies(["A" * 20], ["A" * 50]).tolist() == [0.0]
