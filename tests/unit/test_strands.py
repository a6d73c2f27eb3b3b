"""Passenger strands, and which strand of a duplex is loaded."""

import pytest

from mirsignal.sequences import reverse_complement
from mirsignal.strands import end_stability, passenger_loading, passenger_strand


def test_passenger_pairs_with_all_but_two_nucleotides():
    mirna = "UGAGGUAGUAGGUUGUAUGGUU"
    passenger = passenger_strand(mirna)
    assert passenger == "CCAUACAACCUACUACCUCAUU"
    assert reverse_complement(passenger[:-2]) == mirna[:-2]


def test_stability_of_ends_by_hand():
    assert end_stability("GCAUUU") == pytest.approx(-3.42 - 2.11)
    assert end_stability("AUAUUU") == pytest.approx(-1.10 - 1.33 + 0.45)


def test_strand_with_the_weaker_end_is_loaded():
    weak, strong = "AUA" + "G" * 18, "GCC" + "G" * 18
    assert passenger_loading(strong, weak) > 0.99
    assert passenger_loading(weak, strong) < 0.01
    assert passenger_loading(weak, weak) == 0.5
