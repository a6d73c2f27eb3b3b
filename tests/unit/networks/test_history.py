"""The best epoch is the first of the best measure, and a training ends in time."""

import numpy as np
import pytest

from mirsignal.errors import InputError
from mirsignal.networks.history import BestEpoch, check_predictions, refuse_constant


def add(best, values):
    """Add epochs until the training is over; the weights of an epoch are its value."""
    for value in values:
        if best.is_over:
            break
        best.add({best_measure: value}, lambda value=value: [value])
    return best


best_measure = "validation_error"


def test_first_of_the_lowest_is_kept_until_patience_ends():
    best = add(BestEpoch(best_measure, epochs=9, patience=3), [3, 1, 2, 1, 1, 0])
    assert [row["epoch"] for row in best.rows] == [1, 2, 3, 4, 5]
    assert (best.number, best.weights) == (2, [1])


def test_highest_is_kept_where_it_is_the_best():
    best = BestEpoch(best_measure, epochs=4, patience=9, lowest=False)
    add(best, [0.5, 0.9, 0.9, 0.1, 1.0])
    assert (len(best.rows), best.number, best.weights) == (4, 2, [0.9])


def test_training_goes_on_from_its_rows_with_the_same_end():
    values = [3, 1, 2, 4, 5, 0]
    whole = add(BestEpoch(best_measure, 9, patience=3), values)
    begun = add(BestEpoch(best_measure, 9, patience=3), values[:3])
    again = BestEpoch(best_measure, 9, 3, rows=begun.rows, weights=begun.weights)
    add(again, values[3:])
    assert (again.rows, again.weights) == (whole.rows, whole.weights)
    assert BestEpoch(best_measure, 9, 3, rows=whole.rows).is_over


def test_error_that_is_not_finite_is_told_and_kept_nowhere():
    best = add(BestEpoch(best_measure, 9, 9), [1.0])
    with pytest.raises(InputError, match="epoch 2: validation error is nan"):
        add(best, [float("nan")])
    assert best.weights == [1.0]


def test_predictions_that_are_all_the_same_are_told(caplog):
    same = np.array([0.3, 0.3 + 1e-8, 0.3])
    assert check_predictions(same) is same
    assert "all 3 predictions are 0.3000" in caplog.text
    caplog.clear()
    check_predictions(np.array([0.3, 0.3001, 0.3]))
    check_predictions(same[:1])
    assert not caplog.text


def test_network_that_gives_all_pairs_one_probability_is_refused():
    with pytest.raises(InputError, match=r"P\(binding\) = 0.500 to each of 2 .* lower"):
        refuse_constant(np.array([0.5, np.nan, 0.5]))
    refuse_constant(np.array([0.5, np.nan, 0.51]))
