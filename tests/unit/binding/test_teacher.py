"""The published network as Keras has it, and the windows that it is asked about."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mirsignal.axes import WINDOW
from mirsignal.binding.teacher import draw_windows, load_teacher, teacher_logits
from mirsignal.errors import InputError
from mirsignal.sequences.codes import reverse_complement

AFFINITY = Path("../shared/data/affinity")


@pytest.mark.realdata
def test_logits_are_those_of_the_published_network(root):
    folder = root / AFFINITY
    table = pd.read_csv(folder / "mirbind2_expected.tsv.gz", sep="\t")
    found = teacher_logits(load_teacher(folder / "mirbind2_binding_cnn.npz"), table)
    np.testing.assert_allclose(found, table["logit"], atol=1e-4)


def test_another_file_is_refused(tmp_path):
    np.savez(tmp_path / "other.npz", kernel=np.zeros(3))
    with pytest.raises(InputError, match=r"other.npz: not miRBind2's"):
        load_teacher(tmp_path / "other.npz")
    with pytest.raises(OSError, match=r"none\.npz"):
        load_teacher(tmp_path / "none.npz")


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
