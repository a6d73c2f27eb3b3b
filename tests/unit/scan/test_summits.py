"""Summits: those of their definition, found the slow way; each broad peak has one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirsignal.scan.summits import pick_summits


def track(length, **heights):
    values = np.zeros(length, np.float32)
    for name, height in heights.items():
        values[int(name[1:])] = height
    return values


def test_one_broad_peak_has_one_summit():
    """Positions 10 nt apart down its flanks are none (170, 180, 190, 210, 220 were)."""
    at = np.arange(400)
    broad = np.clip(0.9 - 0.015 * np.abs(at - 200), 0, None)
    ripple = broad * (1 + 0.1 * np.sin(at * 2 * np.pi / 11))
    for values in (broad, np.round(ripple * 4096) / 4096):
        (summit,) = pick_summits(values, spacing=10, min_prominence=0.25)
        assert abs(summit - 200) <= 5


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (track(60, _20=0.5, _40=0.9), [40, 20]),
        (track(60, _0=0.5, _59=0.9), [59, 0]),  # at the ends
        (track(60, _20=0.5, _29=0.9), [29]),  # too close: the higher one stays
        (track(60, _20=0.5, _30=0.9), [30, 20]),
        (track(60, _10=0.5, _30=0.5, _50=0.5), [10, 30, 50]),  # equal: in their order
        (track(60, _20=0.5, _26=0.5), [20]),  # equal and too close: the first
        (track(60, _10=0.7, _18=0.8, _26=0.9), [26, 10]),  # 18 is gone, and frees 10
        (track(60, _20=0.7, _21=0.7, _22=0.7), [21]),  # the middle of a plateau
        (track(60, _20=0.7, _21=0.7), [20]),
        (np.full(60, 0.7), [29]),  # all of a transcript is a plateau
        (np.r_[np.full(21, 0.7), np.zeros(39)], [10]),  # a plateau at an end
        (track(60), []),
        (track(1, _0=0.3), [0]),
        (track(2, _1=0.3), [1]),
        (track(0), []),
    ],
)
def test_summits_by_hand(values, expected):
    assert pick_summits(values, 10, min_prominence=0.25).tolist() == expected


def test_prominence_is_the_fall_towards_a_higher_summit():
    values = np.full(60, 0.2)
    values[[10, 30]] = 1.0, 0.5
    values[20] = 0.4
    assert pick_summits(values, 5, min_prominence=0.55).tolist() == [10, 30]
    assert pick_summits(values, 5, min_prominence=0.5).tolist() == [10, 30, 20]
    values[45:] = 0  # the fall after it, where nothing higher follows, does not count
    assert pick_summits(values, 5, min_prominence=0.65).tolist() == [10]


def naive_summits(values, spacing, min_prominence):
    """Return what `pick_summits` is to return, by its docstring."""
    plateaus, start = [], 0
    for at in range(1, len(values) + 1):
        if at == len(values) or values[at] != values[start]:
            plateaus.append((start, at - 1))
            start = at
    found = []
    for start, end in plateaus:
        height, falls = values[start], []
        before, after = values[:start][::-1], values[end + 1 :]
        if height <= max(before[:1], default=0) or height <= max(after[:1], default=0):
            continue
        for side in (before, after):
            higher = [at for at, value in enumerate(side) if value > height]
            lowest = min(side[: higher[0]]) if higher else 0
            falls.append(height - lowest)
        if min(falls) >= min_prominence * height:
            found.append((start + end) // 2)
    taken = []
    for at in sorted(found, key=lambda at: (-values[at], at)):
        if all(abs(at - other) >= spacing for other in taken):
            taken.append(at)
    return taken


@given(
    st.lists(st.integers(0, 8), max_size=90),
    st.integers(1, 15),
    st.sampled_from([0.0, 0.25, 0.5, 1.0]),
)
def test_summits_are_those_of_the_definition(levels, spacing, min_prominence):
    values = [level / 8 for level in levels]
    found = pick_summits(np.array(values, np.float32), spacing, min_prominence)
    assert found.tolist() == naive_summits(values, spacing, min_prominence)


def test_equal_summits_are_taken_in_order_however_many():
    """numpy sorts 16 and more equal values as its build and the processor please."""
    values = np.zeros(4000)
    values[::4] = 1
    expected = list(range(0, 4000, 12))
    assert pick_summits(values, 10, min_prominence=0.25).tolist() == expected
