"""The miRNA table: read in any spelling, refused where a scan would go wrong."""

import numpy as np
import pytest

from mirsignal.errors import InputError
from mirsignal.sequences.mirnas import (
    plan_batches,
    read_mirnas,
    scan_names,
    sequences_by_name,
)

LET7 = "UGAGGUAGUAGGUUGUAUAGUU"


def read(tmp_path, *rows, header="mirna\tsequence", **kwargs):
    path = tmp_path / "mirnas.tsv"
    path.write_text("\n".join([header, *("\t".join(row) for row in rows)]) + "\n")
    return read_mirnas(path, **kwargs)


@pytest.mark.parametrize("spelling", [LET7, LET7.lower(), LET7.replace("U", "T")])
def test_case_u_and_t_do_not_matter(tmp_path, spelling):
    table = read(tmp_path, ("let-7a", spelling))
    row = table.iloc[0].to_dict()
    assert np.isnan(row.pop("passenger_share"))
    assert row == {
        "mirna": "let-7a",
        "sequence": LET7,
        "passenger": "CUAUACAACCUACUACCUCAUU",
        "passenger_source": "assumed",
        "seed": "GAGGUAG",
        "aliases": "",
    }


def test_passenger_may_be_given(tmp_path):
    header = "mirna\tsequence\tpassenger"
    given = "cuauacaaTctactgtctttc"
    table = read(
        tmp_path, ("a", LET7, given), ("b", LET7[1:], "NA"), header=header
    ).set_index("mirna")
    assert table.loc["a", "passenger"] == "CUAUACAAUCUACUGUCUUUC"
    assert table.loc["b", "passenger"] == "CUAUACAACCUACUACCUCUU"
    with pytest.raises(InputError, match=r"line 2: .*miRNA 'ACGU' has 4 nt"):
        read(tmp_path, ("a", LET7, "ACGU"), header=header)


def test_passenger_may_be_none_or_blocked(tmp_path):
    header = "mirna\tsequence\tpassenger"
    table = read(tmp_path, ("a", LET7, "None"), ("b", LET7[1:], "Blocked"), header=header)
    assert table["passenger_source"].tolist() == ["none", "blocked"]
    assert table["passenger"].isna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("passenger", "share", "message"),
    [
        ("NA", "1", "line 2: passenger_share '1' is no number from 0 to below 1"),
        ("NA", "-0.1", "line 2: passenger_share '-0.1' is no number"),
        ("NA", "30%", "line 2: passenger_share '30%' is no number"),
        ("none", "0.2", "line 2: passenger_share 0.2 of a miRNA without a passenger"),
    ],
)
def test_share_that_is_none_is_refused(tmp_path, passenger, share, message):
    header = "mirna\tsequence\tpassenger\tpassenger_share"
    with pytest.raises(InputError, match=message):
        read(tmp_path, ("a", LET7, passenger, share), header=header)


def test_columns_may_have_other_names(tmp_path):
    columns = {"mirna": "ID", "sequence": "mature"}
    table = read(
        tmp_path, ("1", LET7, "let-7a"), header="no\tmature\tID", columns=columns
    )
    assert table["mirna"].tolist() == ["let-7a"]


@pytest.mark.parametrize("length", [15, 30])
def test_shortest_and_longest_are_read(tmp_path, length):
    assert read(tmp_path, ("a", (LET7 * 2)[:length]))["sequence"].str.len()[0] == length


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("a", LET7[:14])], "line 2: .*14 nt"),
        ([("a", (LET7 * 2)[:31])], "line 2: .*31 nt"),
        ([("a", "X" + LET7)], "line 2: letter 'X' at position 1"),
        ([("a", LET7[:-1] + "N")], "line 2: .*unknown nucleotide"),
        ([("a", LET7), ("a", LET7[:-1])], "line 3: mirna 'a' stands on line 2"),
        ([("let-7a/b", LET7)], "line 2: .*file name"),
        ([("../a", LET7)], "line 2: .*file name"),
        ([("", LET7)], "line 2: .*missing"),
        ([("a", "NA")], "line 2: .*missing"),
    ],
)
def test_faulty_row_is_refused_with_its_line(tmp_path, rows, message):
    with pytest.raises(InputError, match=message):
        read(tmp_path, *rows)


@pytest.mark.parametrize("name", ["mirnas_demo", "mirnas_hct116", "mirnas_human"])
def test_tables_of_the_project_are_sound(root, name):
    table = read_mirnas(root / "resources" / f"{name}.tsv")
    assert table["sequence"].str.len().between(17, 25).all()


@pytest.mark.parametrize(
    ("size", "batches"),
    [
        (1, {"a": ["a"], "c": ["c"], "b": ["b"]}),
        (2, {"batch_0000": ["a", "c"], "batch_0001": ["b"]}),
        (9, {"batch_0000": ["a", "c", "b"]}),
    ],
)
def test_batches_keep_the_order_of_the_table(size, batches):
    assert plan_batches(["a", "c", "b"], size) == batches


MATURE = (
    ">hsa-let-7a-5p MIMAT0000062 Homo sapiens let-7a-5p\nUGAGGUAGUAGG\nUUGUAUAGUU\n"
    ">hsa-miR-199a-3p MIMAT0000232 Homo sapiens miR-199a-3p\nACAGUAGUCUGCACAUUGGUUA\n"
    ">mmu-let-7g-5p MIMAT0000121 Mus musculus let-7g-5p\nUGAGGUAGUAGUUUGUACAGUU\n"
    ">hsa-miR-199b-3p MIMAT0004563 Homo sapiens miR-199b-3p\nACAGUAGUCUGCACAUUGGUUA\n"
)


def test_mature_fa_of_one_species_and_names_of_one_sequence(table_of, caplog):
    path = table_of(MATURE, "mature.fa")
    with caplog.at_level("INFO", logger="mirsignal"):
        table = read_mirnas(path, species="hsa")
    assert table["mirna"].tolist() == ["hsa-let-7a-5p", "hsa-miR-199a-3p"]
    assert table["sequence"].iloc[0] == LET7
    assert table["aliases"].tolist() == ["", "hsa-miR-199b-3p"]
    assert "hsa-miR-199b-3p has the sequence of hsa-miR-199a-3p" in caplog.text
    assert scan_names(table)["hsa-miR-199b-3p"] == "hsa-miR-199a-3p"
    assert sequences_by_name(table)["hsa-miR-199b-3p"] == "ACAGUAGUCUGCACAUUGGUUA"


@pytest.mark.parametrize(
    ("text", "species", "message"),
    [
        (MATURE, None, r"2 species \(hsa 3, mmu 1, .* inputs: mirnas: \{species: hsa\}"),
        (MATURE, "ssc", r"no miRNA is called ssc-\.\.\. \(it has: hsa 3, mmu 1\)"),
        (
            f">hsa-let-7a-1 MI0000060\n{LET7 * 4}\n",
            "hsa",
            "'hsa-let-7a-1'.*88 nt.*hairpin",
        ),
        (f">hsa-let-7a\n{LET7}\n>hsa-let-7a\n{LET7}\n", "hsa", "twice"),
    ],
)
def test_faulty_fasta_of_mirnas_is_refused(table_of, text, species, message):
    with pytest.raises(InputError, match=message):
        read_mirnas(table_of(text, "mature.fa"), species=species)


@pytest.mark.parametrize(
    ("names", "species"),
    [
        (("Hsa-Let-7-P1a_5p", "Mmu-Let-7-P1a_5p"), "Hsa"),  # MirGeneDB
        (("ath-miR156a-5p", "osa-miR156a-5p"), "ath"),  # plants of miRBase
        (("dme-bantam-3p", "aga-bantam"), "dme"),
        (("hsa-let-7a-5p", "mmu-let-7a-5p"), "HSA"),
    ],
)
def test_species_of_names_in_other_dress(table_of, names, species):
    path = table_of("".join(f">{name}\n{LET7}\n" for name in names), "mature.fa")
    assert read_mirnas(path, species=species)["mirna"].tolist() == [names[0]]
    with pytest.raises(InputError, match="miRNAs of 2 species"):
        read_mirnas(path)


def test_decimal_comma_of_a_share_and_the_column_of_a_fault(tmp_path):
    header = "mirna\tsequence\tpassenger\tpassenger_share"
    table = read(tmp_path, ("a", LET7, "NA", "0,05"), header=header)
    assert table["passenger_share"].tolist() == [0.05]
    with pytest.raises(InputError, match=r"line 2: the passenger is no sequence.*'-'"):
        read(tmp_path, ("a", LET7, "-", "NA"), header=header)


def test_names_of_one_sequence_with_other_passengers_are_told(tmp_path, caplog):
    header, mirna = "mirna\tsequence\tpassenger", "UGGAAUGUAAAGAAGUAUGUAU"
    read(tmp_path, ("a", mirna, ""), ("b", mirna, ""), header=header)
    assert "passenger" not in caplog.text
    rows = (("a", mirna, "none"), ("b", mirna, "blocked"))
    table = read(tmp_path, *rows, header=header)
    assert table["passenger_source"].tolist() == ["none"]
    assert "b has another passenger than a, whose is taken" in caplog.text


def test_families_of_targetscan_are_read_as_a_table(table_of):
    path = table_of(
        "miR family\tSeed+m8\tSpecies ID\tMiRBase ID\tMature sequence\n"
        f"let-7\tGAGGUAG\t9606\thsa-let-7a-5p\t{LET7}\n"
        f"let-7\tGAGGUAG\t10090\tmmu-let-7a-5p\t{LET7}\n"
    )
    columns = {"mirna": "MiRBase ID", "sequence": "Mature sequence"}
    assert read_mirnas(path, columns, "mmu")["mirna"].tolist() == ["mmu-let-7a-5p"]
    assert read_mirnas(path, columns)["aliases"].tolist() == ["mmu-let-7a-5p"]
    with pytest.raises(InputError, match=r"mirnas: columns: \{mirna: NAME\}"):
        read_mirnas(path)
    with pytest.raises(InputError, match="'name' is no column that is read"):
        read_mirnas(path, {"name": "MiRBase ID"})


def test_stars_of_old_names_can_stand_in_a_path(table_of):
    path = table_of("mirna\tsequence\nhsa-miR-199a*\tACAGUAGUCUGCACAUUGGUU\n")
    assert read_mirnas(path)["mirna"].tolist() == ["hsa-miR-199a-star"]


def test_a_table_of_several_species_is_told(table_of, caplog):
    path = table_of(
        "mirna\tsequence\nhsa-let-7a\tUGAGGUAGUAGGUUG\nmmu-miR-1\tUGGAAUGUAAAGAAG\n"
    )
    assert len(read_mirnas(path)) == 2
    assert "miRNAs of 2 species" in caplog.text


def test_a_sequence_is_compared_with_that_of_its_name(tmp_path, caplog):
    with pytest.raises(InputError, match="line 2: hsa-let-7a-5p is written from 3' to"):
        read(tmp_path, ("hsa-let-7a-5p", LET7[::-1]))
    read(tmp_path, ("hsa-let-7a-5p", "d".join(["", "T" + LET7[1:-1], "T"])))
    assert not caplog.text
    read(tmp_path, ("hsa-miR-21-5p", LET7))
    assert "line 2: hsa-miR-21-5p has another seed than in miRBase" in caplog.text


def test_equal_rows_are_one(tmp_path):
    assert len(read(tmp_path, ("let-7a", LET7), ("let-7a", LET7))) == 1
