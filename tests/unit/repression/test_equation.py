"""Sites compete, repression saturates: unchanged where weak, never above the ceiling."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import check_grad

from mirsignal.repression.equation import (
    CEILING,
    bound_scores,
    compete,
    limit_repression,
    saturate,
    slope_of_competition,
    slope_of_saturation,
)


@given(st.lists(st.floats(0, 1e6), min_size=2), st.floats(0.5, 10))
def test_rises_and_stays_within_the_ceiling(repression, ceiling):
    values = saturate(np.sort(repression), ceiling)
    assert (np.diff(values) >= 0).all()
    assert (values >= 0).all()
    assert (values <= ceiling).all()


def test_weak_repression_stays_as_it_is():
    assert saturate(np.array([0.0, 0.001])) == pytest.approx([0, 0.001], rel=1e-3)


@pytest.mark.parametrize("at", [0.0, 0.1, 2.0, 10.0])
def test_slopes_are_the_derivatives(at):
    for function, slope in (
        (saturate, slope_of_saturation),
        (lambda x: compete(x, 0.5), lambda x: slope_of_competition(x, 0.5)),
    ):
        error = check_grad(lambda x, f=function: f(x)[0], slope, np.array([at]))
        assert error < 1e-6


def test_half_of_a_site_is_left_where_sites_do_as_much_as_the_strength():
    assert slope_of_competition(0.5, 0.5) == 0.5
    assert compete(0.5, 0.5) == pytest.approx(0.5 * np.log(2))


def test_scores_keep_their_order_and_sign():
    scores = pd.Series([0.0, -0.1, -1.0, -20.0])
    bounded = bound_scores(scores)
    assert bounded.iloc[0] == 0
    assert (bounded.diff().dropna() < 0).all()
    assert bounded.iloc[-1] > -CEILING


def test_predictions_end_at_the_ceiling_and_are_as_they_are_above():
    predicted = np.array([-9.0, -CEILING, -3.9, 0.0, 5.0])
    assert limit_repression(predicted).tolist() == [-CEILING, -CEILING, -3.9, 0, 5]
