"""Length and composition of genes, counted by hand."""

import numpy as np
import pandas as pd

from mirsignal.sites.gene_features import describe_genes, fit_scale

UTR = "ACGU" * 25  # 100 nt: half A and U, 25 CG


def describe(orfs):
    names = [f"t{number}" for number in range(len(orfs))]
    transcripts = pd.DataFrame({"transcript": names, "gene": names})
    return transcripts, describe_genes(
        transcripts, dict.fromkeys(names, UTR), pd.Series(orfs, index=names)
    )


def test_features_by_hand():
    _, table = describe(["AUGGCGUAA"])
    assert table.loc["t0"].round(4).to_dict() == {
        "utr_length": 2.0,
        "utr_length_squared": 4.0,
        "utr_au": 0.5,
        "utr_u": 0.25,
        "utr_cpg": round(25 / 99, 4),
        "orf_length": round(np.log10(9), 4),
        "orf_known": 1.0,
        "orf_gc": round(4 / 9, 4),
        "orf_gc3": round(2 / 3, 4),
    }


def test_unknown_frame_is_left_to_the_models():
    """Filled in here, a held-out gene's value would stand in a training gene's row."""
    for other in ("AUGGCGUAA", "AUGUUUUUUUUUUAA"):
        _, table = describe([other, ""])
        assert table["orf_known"].tolist() == [1, 0]
        assert table.loc["t1", ["orf_length", "orf_gc", "orf_gc3"]].isna().all()


def test_scale_leaves_unknown_values_out():
    mean, spread = fit_scale([[1.0, np.nan, 5.0], [3.0, np.nan, 5.0], [np.nan] * 3])
    assert mean.tolist() == [2, 0, 5]
    assert spread.tolist() == [1, 1, 1]


def test_isoforms_are_averaged():
    transcripts = pd.DataFrame({"transcript": ["a", "b"], "gene": ["g", "g"]})
    sequences = {"a": "A" * 10, "b": "C" * 10}
    table = describe_genes(transcripts, sequences, pd.Series({"a": "", "b": ""}))
    assert table.loc["g", "utr_au"] == 0.5


def test_isoforms_without_a_frame_do_not_count():
    transcripts = pd.DataFrame({"transcript": ["a", "b"], "gene": ["g", "g"]})
    orfs = pd.Series({"a": "AUGGCGUAA", "b": ""})
    table = describe_genes(transcripts, {"a": UTR, "b": UTR}, orfs)
    assert table.loc["g", "orf_gc"] == 4 / 9
    assert table.loc["g", "orf_known"] == 0.5
