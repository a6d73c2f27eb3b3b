"""Stacks: weights from validation genes only, none below 0."""

import numpy as np
import pandas as pd
import pytest

from mirsignal.repression.equation import CEILING
from mirsignal.repression.stacking import stack, stack_folds


@pytest.fixture
def table(rng):
    """Return 300 pairs whose target is half of `good`; `bad` is its opposite."""
    good = rng.normal(size=300)
    return pd.DataFrame(
        {"target_log2fc": good / 2 - 1, "good": good, "bad": -good, "targetscan": np.nan}
    )


def test_weights_find_what_predicts(table):
    predicted, weights = stack(table[:200], table[200:], ["good", "bad", "targetscan"])
    assert weights.to_dict() == pytest.approx({"good": 0.5, "bad": 0, "targetscan": 0})
    assert predicted == pytest.approx(table["target_log2fc"][200:].to_numpy())


def test_targets_of_the_test_genes_play_no_part(table):
    test = table[200:]
    predicted, _ = stack(table[:200], test, ["good"])
    again, _ = stack(table[:200], test.assign(target_log2fc=9.0), ["good"])
    assert (predicted == again).all()


def test_folds_are_stacked_apart_and_isoforms_averaged(rng):
    n = 40
    keys = pd.DataFrame({"mirna": "a", "gene": [f"g{number}" for number in range(n)]})
    target = rng.normal(size=n)
    part = np.repeat(["validation", "test"], n // 2)
    held_out = []
    for weight in (0.5, 1.0):  # of the signal network, in either fold
        table = keys.assign(part=part)
        isoforms = [table.assign(predicted=target / weight + by) for by in (-1, 1)]
        occupancy = table.assign(occupancy=0.0, unseen=0.0, target_log2fc=target)
        held_out.append((pd.concat(isoforms), occupancy))
    scores = keys.assign(contextpp=0.0)
    stacked, weights = stack_folds(held_out, scores)
    assert stacked["stacked"].to_numpy() == pytest.approx(np.tile(target[n // 2 :], 2))
    assert "stacked_targetscan" not in stacked
    own = weights[weights["input"] == "predicted"]
    assert own["fold"].tolist() == [0, 1]
    assert own["weight"].tolist() == pytest.approx([0.5, 1.0])
    both, _ = stack_folds(held_out, scores.assign(targetscan=np.nan))
    assert both["stacked_targetscan"].to_numpy() == pytest.approx(stacked["stacked"])


def test_stack_does_not_predict_beyond_the_ceiling(table):
    extreme = table[200:].assign(good=-1000.0)
    predicted, _ = stack(table[:200], extreme, ["good"])
    assert (predicted == -CEILING).all()
