"""Stacks: weights from validation genes only, none below 0."""

import numpy as np
import pandas as pd
import pytest

from mirsignal.repression.stacking import stack


@pytest.fixture
def table(rng):
    """Return 300 pairs whose target is half of `good`; `bad` is its opposite."""
    good = rng.normal(size=300)
    return pd.DataFrame(
        {"target": good / 2 - 1, "good": good, "bad": -good, "targetscan": np.nan}
    )


def test_weights_find_what_predicts(table):
    predicted, weights = stack(table[:200], table[200:], ["good", "bad", "targetscan"])
    assert weights.to_dict() == pytest.approx({"good": 0.5, "bad": 0, "targetscan": 0})
    assert predicted == pytest.approx(table["target"][200:].to_numpy())


def test_targets_of_the_test_genes_play_no_part(table):
    test = table[200:]
    predicted, _ = stack(table[:200], test, ["good"])
    again, _ = stack(table[:200], test.assign(target=9.0), ["good"])
    assert (predicted == again).all()
