"""The published network as Keras has it, and the windows that it is asked about."""

import numpy as np
import pandas as pd
import pytest

from mirsignal.binding.teacher import load_teacher, teacher_logits
from mirsignal.errors import InputError


@pytest.mark.realdata
def test_logits_are_those_of_the_published_network(shared_data):
    folder = shared_data / "affinity"
    table = pd.read_csv(folder / "mirbind2_expected.tsv.gz", sep="\t")
    found = teacher_logits(load_teacher(folder / "mirbind2_binding_cnn.npz"), table)
    np.testing.assert_allclose(found, table["logit"], atol=1e-4)


def test_another_file_is_refused(tmp_path):
    np.savez(tmp_path / "other.npz", kernel=np.zeros(3))
    with pytest.raises(InputError, match=r"other.npz: not miRBind2's"):
        load_teacher(tmp_path / "other.npz")
    with pytest.raises(OSError, match=r"none\.npz"):
        load_teacher(tmp_path / "none.npz")
