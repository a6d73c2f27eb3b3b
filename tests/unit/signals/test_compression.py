"""Signals: compression that can be undone, scaling that leaves 0 to padding."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mirsignal.errors import InputError
from mirsignal.signals.compression import (
    SMALLEST,
    bin_starts,
    compress,
    compress_by,
    fit_limits,
    pad,
    scale,
)

runs = st.lists(st.tuples(st.booleans(), st.integers(1, 350)), max_size=8)


def make_signal(runs, n_channels=2):
    """Return a signal of zero and non-zero runs; single channels may be zero anywhere."""
    rng = np.random.default_rng(1)
    parts = [np.zeros((0, n_channels))]
    for is_zero, length in runs:
        values = rng.integers(0, 2, (length, n_channels)) * rng.random((length, 1))
        parts.append(0 * values if is_zero else values)
    return np.concatenate(parts).astype(np.float32)


@given(runs, st.just(0) | st.integers(2, 120))
@example([(False, 3), (True, 2)], 1)
@example([], 100)
def test_compression_can_be_undone(runs, divisor):
    signal = make_signal(runs)
    bins, spans = compress(signal, divisor)
    np.testing.assert_array_equal(np.repeat(bins, spans, axis=0), signal)
    assert spans.sum() == len(signal)
    assert (spans > 0).all()
    np.testing.assert_array_equal(signal[bin_starts(spans)], bins)


@pytest.mark.parametrize("n", [1, 2, 99, 100, 101, 199, 200, 12_345])
def test_zeros_become_the_quotient_and_one(n):
    around = np.ones((3, 1), np.float32)
    bins, spans = compress(np.concatenate([around, np.zeros((n, 1)), around]))
    assert len(bins) == 3 + n // 100 + 1 + 3
    assert spans[3:-3].sum() == n
    assert np.ptp(spans[3:-3]) <= 1


def test_only_nucleotides_zero_in_all_channels_are_zero():
    signal = np.zeros((400, 2), np.float32)
    signal[:200, 0] = 1
    signal[100:300, 1] = 1
    assert len(compress(signal)[0]) == 300 + 2


@given(runs)
def test_other_channels_are_averaged_over_zeros_of_the_score(runs):
    score = make_signal(runs, n_channels=1)[:, 0]
    others = np.random.default_rng(2).random((len(score), 2)).astype(np.float32)
    values = np.column_stack([score, others])
    bins, spans = compress_by(score, values, 100)
    alone, expected = compress(score[:, None], 100)
    np.testing.assert_array_equal(bins[:, :1], alone)
    np.testing.assert_array_equal(spans, expected)
    for start, span, found in zip(bin_starts(spans), spans, bins, strict=True):
        mean = values[start : start + span].mean(axis=0)
        np.testing.assert_allclose(found, mean, rtol=1e-5)


@given(
    st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=30),
    st.lists(st.floats(-(2.0**99), 2.0**99, width=32), min_size=1, max_size=30),
    st.sampled_from([0.5, 0.999, 1.0]),
)
def test_scaled_values_never_meet_padding(training, values, quantile):
    limits = fit_limits(np.array(training, np.float32)[:, None], quantile)
    scaled = scale(np.array(values, np.float32)[:, None], limits)
    assert scaled.dtype == np.float32
    assert scaled.min() >= np.float32(SMALLEST) > 0
    assert scaled.max() <= 1
    order = np.argsort(values, kind="stable")
    assert (np.diff(scaled[order, 0]) >= 0).all()


def test_limits_and_scale_by_hand():
    bins = np.array([[0, 5], [1, 5], [2, 5], [4, 5]], np.float32)
    limits = fit_limits(bins)
    np.testing.assert_array_equal(limits, [[0, 5], [4, 5]])
    scaled = scale(np.array([[-1, 5], [2, 5], [9, 5]], np.float32), limits)
    np.testing.assert_allclose(scaled[:, 0], [1e-5, 0.500005, 1], rtol=1e-6)
    np.testing.assert_allclose(scaled[:, 1], 1e-5)
    # the medians of 0, 1, 2 and of 1, 2, 4
    assert fit_limits(bins, quantile=0.5)[:, 0].tolist() == [1, 2]
    with pytest.raises(InputError, match=r"no signal .* has a bin"):
        fit_limits(bins[:0])


def test_limits_of_a_score_start_at_its_zeros_and_of_others_leave_out_both_ends():
    score = np.r_[np.zeros(500), np.linspace(0.1, 1, 500)]
    logit = np.linspace(-10, 10, 1000)
    logit[[0, -1]] = -1e6, 1e6
    bins = np.stack([score, logit], axis=1).astype(np.float32)
    low, high = fit_limits(bins, quantile=0.99)
    assert low[0] == 0
    np.testing.assert_allclose([low[1], high[1]], [-9.8, 9.8], atol=0.05)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=6), st.integers(1, 16))
def test_padding_is_zero_and_masked(lengths, multiple):
    signals = [np.full((length, 3), 0.5, np.float32) for length in lengths]
    values, mask = pad(signals, multiple)
    assert values.shape == (*mask.shape, 3)
    assert mask.shape[1] % multiple == 0
    assert mask.shape[1] - max(lengths) < multiple + (max(lengths) == 0)
    assert mask.sum(axis=1).tolist() == lengths
    np.testing.assert_array_equal(values, 0.5 * mask[:, :, None] * np.ones(3))
