"""Length and composition of genes, counted by hand."""

import numpy as np
import pandas as pd

from mirsignal.gene_features import describe_genes

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


def test_unknown_frame_is_like_the_mean_of_the_others():
    _, table = describe(["AUGGCGUAA", ""])
    assert table["orf_known"].tolist() == [1, 0]
    assert table.loc["t1", "orf_gc"] == table.loc["t0", "orf_gc"]


def test_no_known_frame_leaves_no_nan():
    _, table = describe(["", ""])
    assert table["orf_length"].tolist() == [0, 0]


def test_isoforms_are_averaged():
    transcripts = pd.DataFrame({"transcript": ["a", "b"], "gene": ["g", "g"]})
    sequences = {"a": "A" * 10, "b": "C" * 10}
    table = describe_genes(transcripts, sequences, pd.Series({"a": "", "b": ""}))
    assert table.loc["g", "utr_au"] == 0.5
