"""Mutagenesis against one mutant at a time, and what is no mutation."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirsignal.axes import CHANGES, MIRNA, MIRNA_LENGTH, TARGET, WINDOW
from mirsignal.binding.pairing import pair_matrix
from mirsignal.errors import InputError
from mirsignal.figures.mutagenesis import draw_mutants
from mirsignal.files.schemas import find_table
from mirsignal.interpretation.mutagenesis import (
    mutants_of,
    mutate_pairs,
    tabulate_mutants,
)
from mirsignal.scan.scanning import logit_model, sigmoid
from mirsignal.sequences.codes import decode, encode, encode_many

ENCODING = "wc_gu"
LET7 = "UGAGGUAGUAGGUUGUAUAGUU"


def mutate_text(sequence, place, change):
    """Return a string with one nucleotide changed."""
    middle = "" if change == "deletion" else change
    return sequence[:place] + middle + sequence[place + 1 :]


def named(*ids):
    """Return pairs of these ids."""
    return pd.DataFrame({"id": ids, "mirna": "let-7a"})


@given(st.integers(0, 50), st.integers(0, 20), st.randoms())
def test_mutants_are_those_of_the_strings(n_target, n_mirna, random):
    pair = [
        "".join(random.choices("ACGU", k=n)).ljust(length, "N")
        for n, length in ((n_target, WINDOW), (n_mirna, MIRNA_LENGTH))
    ]
    mutants = mutants_of(encode("".join(pair)))
    assert mutants.shape == (WINDOW + MIRNA_LENGTH, 5, WINDOW + MIRNA_LENGTH)
    for place in range(WINDOW + MIRNA_LENGTH):
        molecule, at = divmod(place, WINDOW)
        for number, change in enumerate(CHANGES):
            expected = list(pair)
            mutant = mutate_text(pair[molecule], at, change)
            expected[molecule] = mutant.ljust(len(pair[molecule]), "N")
            assert decode(mutants[place, number]) == "".join(expected)


@pytest.fixture(scope="module")
def predict(network):
    """Return a function: target, miRNA -> logit, a pair at a time."""
    model = logit_model(network)

    def logit(target, mirna):
        codes = encode_many([target], WINDOW), encode_many([mirna], MIRNA_LENGTH)
        return float(np.asarray(model(pair_matrix(*codes, ENCODING)))[0, 0])

    return logit


def test_logits_are_those_of_single_mutants(network, predict, random_rna, rng):
    targets = [random_rna(50), random_rna(40)]
    mirnas = [LET7[:20], LET7[:15]]
    mutants = mutate_pairs(network, targets, mirnas, ENCODING)
    for pair, (target, mirna) in enumerate(zip(targets, mirnas, strict=True)):
        assert mutants.logit[pair] == pytest.approx(predict(target, mirna), abs=1e-5)
        for place in rng.choice(WINDOW + MIRNA_LENGTH, 25, replace=False):
            in_target = place < WINDOW
            sequence, at = (target, place) if in_target else (mirna, place - WINDOW)
            for number, change in enumerate(CHANGES):
                found = mutants.mutated[pair, place, number]
                if at >= len(sequence) or sequence[at] == change:
                    assert np.isnan(found)
                    continue
                mutant = mutate_text(sequence, at, change)
                both = (mutant, mirna) if in_target else (target, mutant)
                assert found == pytest.approx(predict(*both), abs=1e-5)


def test_changes_and_importance_follow_from_the_logits(network, random_rna):
    mutants = mutate_pairs(network, [random_rna(50)], [LET7], ENCODING)
    at = np.isfinite(mutants.mutated[0])
    assert at.sum() == 4 * (WINDOW + MIRNA_LENGTH)
    logits, before = mutants.mutated[0][at], mutants.logit[0]
    np.testing.assert_allclose(mutants.delta_logit[0][at], logits - before)
    change = sigmoid(logits) - sigmoid(before)
    np.testing.assert_allclose(mutants.delta_p[0][at], change, atol=1e-7)
    letters = np.nanmean(mutants.delta_logit[0, :, :4], axis=1)
    np.testing.assert_allclose(mutants.importance()[0], -letters, rtol=1e-4, atol=1e-6)


def test_unknown_target_has_no_mutants_and_gives_the_mirna_no_importance(network):
    mutants = mutate_pairs(network, ["N" * 50], [LET7], ENCODING)
    assert np.isnan(mutants.mutated[0, TARGET]).all()
    assert np.isnan(mutants.importance()[0, TARGET]).all()
    changes = mutants.delta_logit[0, MIRNA]
    np.testing.assert_allclose(changes[np.isfinite(changes)], 0, atol=1e-5)
    assert len(tabulate_mutants(mutants, named("all N"))) == 4 * MIRNA_LENGTH


def test_short_mirna_has_no_mutants_beyond_its_end(network, random_rna):
    target = random_rna(50)
    mutants = mutate_pairs(network, [target], [LET7[:15]], ENCODING)
    assert np.isnan(mutants.mutated[0, MIRNA][15:]).all()
    shorter = mutate_pairs(network, [target], [LET7[:14]], ENCODING)
    last = mutants.mutated[0, MIRNA][14, CHANGES.index("deletion")]
    assert last == pytest.approx(shorter.logit[0], abs=1e-5)
    table = tabulate_mutants(mutants, named("short"))
    assert table[table["molecule"] == "mirna"]["position"].max() == 15


def test_every_pair_is_drawn_and_the_table_is_explained(network, random_rna, tmp_path):
    """Also where nothing can be mutated."""
    targets, mirnas = [random_rna(50), "N" * 50], [LET7, LET7[:15]]
    mutants = mutate_pairs(network, targets, mirnas, ENCODING)
    schema = find_table("results/a/interpretation/b.c/mutagenesis.tsv")
    assert list(tabulate_mutants(mutants, named("a", "b"))) == list(schema.columns)
    draw_mutants(mutants.arrays(), ["a", "b"], tmp_path / "two.svg")
    none = mutate_pairs(network, targets[1:], ["N"], ENCODING)
    draw_mutants(none.arrays(), ["b"], tmp_path / "none.svg")
    assert (tmp_path / "two.svg").stat().st_size > (tmp_path / "none.svg").stat().st_size


def test_any_case_and_dna_are_read_and_other_letters_refused(network, random_rna):
    target = random_rna(50)
    rna = mutate_pairs(network, [target], [LET7], ENCODING)
    dna = mutate_pairs(
        network, [target.replace("U", "t")], [LET7.replace("U", "T")], ENCODING
    )
    np.testing.assert_array_equal(rna.mutated, dna.mutated)
    with pytest.raises(InputError, match="'X'"):
        mutate_pairs(network, ["X" * 50], [LET7], ENCODING)
