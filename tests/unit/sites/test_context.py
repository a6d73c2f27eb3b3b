"""Surroundings of sites: read, joined by id, and left unknown where nothing is known."""

import numpy as np
import pandas as pd
import pytest

from mirsignal.errors import InputError
from mirsignal.files.resources import COEFFICIENTS, resource
from mirsignal.sites.context import (
    SiteContext,
    cut_windows,
    read_conserved_sites,
    read_stability,
)
from mirsignal.sites.contextpp import (
    fill_typical,
    read_coefficients,
    score_sites,
    tabulate_sites,
)

CONSERVED = """transcript\tseed\tstart\tconserved
ENST00000000001.2\tGAGGTAG\t10\t1
ENST00000000001.2\tGAGGTAG\t50\t0
"""
MIRNAS = pd.DataFrame(
    {
        "mirna": ["let-7", "other"],
        "sequence": ["UGAGGUAGUAGGUUGUAUAGUU", "UAAAAAAAUAGGUUGUAUAGUU"],
        "passenger": ["CUGAGGUAGAAAAAAAAAAAAA", None],
    }
)


def site_table(*rows):
    columns = ["mirna", "transcript", "gene", "group", "start", "end"]
    return pd.DataFrame(rows, columns=columns)


SITES = site_table(
    ("let-7", "ENST00000000001", "A", "guide_utr", 10, 17),
    ("let-7", "ENST00000000001", "A", "guide_utr", 50, 57),
    ("let-7", "ENST00000000001", "A", "guide_utr", 80, 87),  # not in the table
    ("let-7", "ENST00000000001", "A", "passenger_utr", 10, 17),  # of another seed
    ("other", "ENST00000000001", "A", "guide_utr", 10, 17),
    ("let-7", "ENST00000000001", "A", "guide_orf", 10, 17),
    ("let-7", "T2", "B", "guide_utr", 10, 17),  # of an unknown transcript
)


def with_column(name, of_conserved):
    """Return CONSERVED with a column more, which says nothing of the other sites."""
    table = CONSERVED.replace("conserved\n", f"conserved\t{name}\n")
    return table.replace("\t1\n", f"\t1\t{of_conserved}\n").replace("\t0\n", "\t0\tNA\n")


def test_what_is_known_of_sites(table_of):
    context = SiteContext(
        usage=pd.DataFrame(
            {"transcript": "ENST00000000001", "end": [60, 100], "reads": [75.0, 25.0]}
        ),
        stability=read_stability(table_of("gene\tstability\nA\t2\nA\t4\nC\t1\n")),
        conserved=read_conserved_sites(table_of(CONSERVED)),
    )
    found = context.add_to(SITES, MIRNAS)
    nothing = np.nan
    np.testing.assert_allclose(found["conserved"], [1, 0, 0, 0, 0, nothing, nothing])
    np.testing.assert_allclose(
        np.exp(found["log_air"]), [1, 1, 0.25, 1, 1, nothing, nothing]
    )
    np.testing.assert_allclose(found["stability"], [3, 3, 3, 3, 3, 3, nothing])
    assert found.index.equals(SITES.index)


def test_pct_lowers_the_context_score_as_the_published_coefficients_say(table_of):
    table = table_of(with_column("pct", 0.816))
    context = SiteContext(conserved=read_conserved_sites(table))
    guides = SITES[SITES["group"] == "guide_utr"].drop(columns="group")
    found = context.add_pct(guides, MIRNAS)
    np.testing.assert_allclose(found["pct"], [0.816, np.nan, 0, 0, np.nan])
    assert SiteContext().add_pct(guides, MIRNAS) is guides
    plain = SiteContext(conserved=read_conserved_sites(table_of(CONSERVED)))
    assert plain.add_pct(guides, MIRNAS) is guides


def test_sites_have_what_else_the_table_measures(table_of):
    table = table_of(with_column("Branch_length", 2.5))
    context = SiteContext(conserved=read_conserved_sites(table))
    found = context.add_to(SITES, MIRNAS)
    nothing = np.nan
    np.testing.assert_allclose(
        found["branch_length"], [2.5, nothing, 0, 0, 0, nothing, nothing]
    )
    assert "pct" not in found
    context.require(["conserved", "branch_length"])
    with pytest.raises(InputError, match="no column 'pct' with values, which a recipe"):
        context.require(["conserved", "pct", "local_au"])
    empty = context.conserved.assign(pct=np.nan)
    with pytest.raises(InputError, match="no column 'pct' with values"):
        SiteContext(conserved=empty).require(["pct"])
    SiteContext().require(["pct"])


def test_pct_is_part_of_the_score_where_it_is_known():
    coefficients = read_coefficients(resource(COEFFICIENTS))
    let7 = pd.DataFrame({"mirna": ["m"], "sequence": [MIRNAS["sequence"][0]]})
    utr = "GCAU" * 10 + "CUACCUCA" + "GAUU" * 30
    sites = tabulate_sites(let7, {"t": utr}, pd.Series({"t": ""}))
    sites = fill_typical(sites, coefficients)
    scores = {
        pct: score_sites(sites.assign(pct=pct), coefficients)[0]
        for pct in (0.0, 0.408, 0.816, np.nan)
    }
    without = score_sites(sites, coefficients)[0]
    assert scores[0.0] == scores[np.nan] == without
    assert scores[0.816] == pytest.approx(without - 0.103)
    assert scores[0.408] == pytest.approx(without - 0.103 / 2)


def test_tables_that_share_nothing_are_refused(table_of, caplog):
    caplog.set_level("INFO")
    transcripts = pd.DataFrame({"transcript": ["ENST00000000001.5"], "gene": ["A"]})
    known = SiteContext(conserved=read_conserved_sites(table_of(CONSERVED)))
    known.check_shared(transcripts)
    assert "conserved sites: known of 1 of 1" in caplog.text
    with pytest.raises(
        InputError, match=r"shares no id .*\(there: ENST00000000001; here"
    ):
        known.check_shared(transcripts.assign(transcript="NM_1"))
    stability = SiteContext(stability=read_stability(table_of("gene\tstability\nX\t2\n")))
    with pytest.raises(InputError, match="stability: the table shares no id"):
        stability.check_shared(transcripts)
    SiteContext().check_shared(transcripts)
    table = table_of(CONSERVED, "mine.tsv")
    read = SiteContext.read({"conserved_sites": table}, {})
    with pytest.raises(InputError, match=r"mine\.tsv: conserved sites: the table shares"):
        read.check_shared(transcripts.assign(transcript="NM_1"))


@pytest.mark.parametrize("start", ["-5", "1.7"])
def test_starts_of_conserved_sites_are_whole_numbers(table_of, start):
    with pytest.raises(InputError, match="line 2: start is no whole number"):
        read_conserved_sites(table_of(CONSERVED.replace("\t10\t", f"\t{start}\t")))


def test_nothing_is_known_without_tables():
    found = SiteContext().add_to(SITES, MIRNAS)
    assert found[["log_air", "stability", "conserved"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("reader", "text", "message"),
    [
        (read_stability, "gene\tstability\nA\tlong\n", "line 2: 'long'"),
        (read_stability, "gene\tstability\nA\tNA\n", "no gene has a stability"),
        (read_stability, "gene\thalf_life\nA\t2\n", "inputs: stability: columns"),
        (read_conserved_sites, CONSERVED + "T\tGAGGT\t5\t1\n", "line 4: 'GAGGT' has 5"),
        (read_conserved_sites, CONSERVED + "T\tGAGGXAG\t5\t1\n", "line 4"),
        (read_conserved_sites, CONSERVED + "T\tGAGGUAG\t5\t7\n", "line 4: '7'"),
        (
            read_conserved_sites,
            "transcript\tseed\tstart\tconserved\tPct\nT\tGAGGUAG\t5\t1\t85\n",
            "line 2: 85 in column 'Pct' is not from 0 to 1; correct it",
        ),
    ],
)
def test_bad_tables_are_refused_in_one_line(table_of, reader, text, message):
    with pytest.raises(InputError, match=message) as refused:
        reader(table_of(text))
    assert "\n" not in str(refused.value)


def test_windows_have_their_site_in_the_middle():
    sequence = "A" * 30 + "C" * 7 + "G" * 63
    sites = site_table(
        ("m", "T", "A", "guide_utr", 30, 37), ("m", "T", "A", "guide_utr", 0, 6)
    )
    whole, at_start = cut_windows(sites, {"T": sequence})
    assert whole == sequence[8:58]
    assert whole[22:29] == "C" * 7
    assert at_start == "N" * 22 + sequence[:28]


UTR = "GGGGGGGGGG" + "CUACCUC" + "G" * 33 + "CUACCUC" + "G" * 20  # at 10 and 50


def test_starts_that_count_from_1_are_refused(table_of):
    utrs = {"ENST00000000001.2": UTR, "T2": UTR}
    fits = SiteContext(conserved=read_conserved_sites(table_of(CONSERVED)))
    assert len(fits.fitting(utrs).conserved) == 2
    later = CONSERVED.replace("\t10\t", "\t11\t").replace("\t50\t", "\t51\t")
    shifted = SiteContext(conserved=read_conserved_sites(table_of(later)))
    with pytest.raises(InputError, match="take 1 from each"):
        shifted.fitting(utrs)
    assert shifted.fitting({"T2": UTR}).conserved.empty
    assert SiteContext().fitting(utrs) == SiteContext()


def test_nothing_is_known_of_3_utrs_that_are_others_in_the_table(table_of, caplog):
    """As of another annotation, of which a conserved site looks as if it were none."""
    caplog.set_level("INFO")
    rows = [f"T{n}\tGAGGUAG\t{at}\t1\n" for n in range(16) for at in (10, 50)]
    listed = read_conserved_sites(
        table_of(CONSERVED.split("\n")[0] + "\n" + "".join(rows))
    )
    utrs = dict.fromkeys((f"T{n}" for n in range(16)), UTR)
    context = SiteContext(conserved=listed)
    cut = utrs | {"T1": UTR[3:], "T2": "ACGU"}
    sites = site_table(
        ("let-7", "T0", "A", "guide_utr", 10, 17),
        ("let-7", "T1", "A", "guide_utr", 7, 14),
    )
    found = context.fitting(cut).add_to(sites, MIRNAS)
    np.testing.assert_array_equal(found["conserved"], [1, np.nan])
    assert (
        "unknown of 2 3' UTRs, which have other nucleotides there: T1, T2" in caplog.text
    )
    with pytest.raises(InputError, match="16 of 16 3' UTRs, such as T0, have other nuc"):
        context.fitting(dict.fromkeys(utrs, UTR[3:]))
    one_more = {name: text + "G" for name, text in utrs.items()}
    assert context.fitting(one_more).conserved.equals(listed)


def test_pct_is_found_in_any_case_of_letters(table_of):
    text = CONSERVED.replace("conserved\n", "conserved\tPCT\n").replace(
        "\t1\n", "\t1\t0.5\n"
    )
    found = read_conserved_sites(table_of(text.replace("\t0\n", "\t0\t0.25\n")))
    assert found["pct"].tolist() == [0.5, 0.25]


def test_poly_a_sites_beyond_all_3_utrs_are_refused():
    names = [f"T{n}" for n in range(12)]
    usage = pd.DataFrame({"transcript": names, "end": 900.0, "reads": 1.0})
    with pytest.raises(InputError, match=r"of 12 of 12 3' UTRs all ends lie beyond .*T0"):
        SiteContext(usage).fitting(dict.fromkeys(names, "A" * 300))
    SiteContext(usage).fitting(dict.fromkeys(names, "A" * 900))
