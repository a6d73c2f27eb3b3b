"""The page in a real browser: its numbers are those of the tables."""

import os
import shutil

import numpy as np
import pandas as pd
import pytest

from mirsignal.ready.command import main
from mirsignal.ready.page import TargetPage, _fold
from mirsignal.repression.prediction import Prediction

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
MIRNA = "UGAGGUAGUAGGUUGUAUAGUU"


@pytest.fixture(scope="module")
def browser():
    """Return a headless Chromium; skip where there is none."""
    if CHROMIUM is None or DRIVER is None:
        assert "MIRSIGNAL_NEED_CHROMIUM" not in os.environ
        pytest.skip("no chromium and chromedriver (Debian: chromium, chromium-driver)")
    webdriver = pytest.importorskip("selenium.webdriver")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in ("headless=new", "no-sandbox", "disable-gpu", "window-size=1200,900"):
        options.add_argument(f"--{argument}")
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    driver.set_script_timeout(20)
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def folder(ready, tmp_path_factory):
    """Return the results of two miRNAs on 40 random 3' UTRs, with a name to escape."""
    rng = np.random.default_rng(7)
    place = tmp_path_factory.mktemp("page")
    utrs = {f"t{n}": "".join(rng.choice(list("ACGU"), 900)) for n in range(38)}
    utrs["</script><b>x"] = "ACGGA" * 6 + "CUACCUCA" * 3 + "GG" * 40
    utrs["short"] = "ACGU"
    (place / "u.fa").write_text("".join(f">{n}\n{s}\n" for n, s in utrs.items()))
    given = ["--utrs", place / "u.fa", "--out", place / "out", "--model", ready]
    assert main(["predict", "--mirna", "let-7a", "miR-155", *map(str, given)]) == 0
    return place / "out"


@pytest.fixture
def page(browser, folder):
    browser.get(f"file://{folder / 'index.html'}")
    wait(browser, "return document.body.dataset.ready === 'true'")
    return browser


def wait(browser, condition):
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(browser, 20).until(lambda driver: driver.execute_script(condition))


def rows(browser):
    return browser.execute_script("return table.getData('active')")


def test_genes_are_those_of_the_table(page, folder):
    genes = pd.read_parquet(folder / "genes.parquet")
    own = genes[genes["mirna"] == "hsa-let-7a-5p"].set_index("gene")
    shown = pd.DataFrame(rows(page)).set_index("id")
    assert set(shown.index) == set(own.index[own["status"] == "sites"])
    own = own.loc[shown.index]
    for name, column in (("predicted", "predicted_log2fc"), ("low", "low")):
        np.testing.assert_allclose(shown[name], own[column], atol=1e-3)
    assert shown["n_8mer"].tolist() == own["n_8mer"].tolist()
    assert shown["rank"].is_monotonic_increasing
    page.find_element("id", "with-sites").click()
    wait(page, "return table.getData('active').length === 40")
    statuses = pd.DataFrame(rows(page)).set_index("id")["status"]
    assert statuses["short"] == "not scanned"
    assert not page.get_log("browser")


def test_a_gene_is_searched_and_opened_with_its_sites(page, folder):
    page.find_element("id", "search").send_keys("<B>X")
    wait(page, "return table.getData('active').length === 1")
    page.find_element("css selector", "#genes button.plain").click()
    text = page.find_element("id", "gene").text
    assert text.startswith("</script><b>x")
    sites = pd.read_parquet(folder / "sites.parquet")
    own = sites[(sites["gene"] == "</script><b>x") & (sites["mirna"] == "hsa-let-7a-5p")]
    cells = page.execute_script(
        "return [...document.querySelectorAll('#gene > .scroll > table.sites tbody tr')]"
        ".map(row => [...row.cells].map(cell => cell.textContent))"
    )
    assert len(cells) == len(own) == 3
    assert {(int(c[2]), int(c[3]), c[0]) for c in cells} == set(
        own[["start", "end", "site_type"]].itertuples(index=False, name=None)
    )
    assert sorted(float(c[1]) for c in cells) == pytest.approx(
        sorted(own["effect"]), abs=6e-4
    )
    bars = page.find_elements("css selector", "#gene svg rect.site")
    tall = sorted(float(bar.get_attribute("height")) for bar in bars)
    assert len(tall) == 3
    effect = np.sort(-own["effect"])
    np.testing.assert_allclose(tall, np.maximum(70 * effect / effect[-1], 4), rtol=0.01)


def test_a_page_prints_its_strongest_genes_and_all_that_is_folded_in(page):
    page.execute_script("openGene(table.getData('active')[0].at)")
    assert not page.execute_script("return document.querySelector('details').open")
    page.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    printed = "return document.querySelectorAll('.tabulator-print-table tbody tr').length"
    assert page.execute_script("return document.querySelector('details').open")
    assert page.execute_script(printed) == len(rows(page)) <= 200


def test_another_mirna_is_chosen_by_keyboard(page):
    page.find_element("id", "mirna").send_keys("hsa-miR-155")
    wait(page, "return current.mirna === 'hsa-miR-155-5p'")
    wait(page, "return table.getData('active').length > 0")
    assert "hsa-miR-155-5p" in page.find_element("id", "summary").text
    assert page.find_element("id", "guide").text.startswith("5' UUAAUGCUAAUCGUGAUAGGGGU")


def test_the_drawn_3_part_has_the_score_of_the_table(page):
    """Of every site, pairs found by the page and by context++ weigh the same."""
    scores = page.execute_script(
        "return current.sites.window.map((window, at) => [threePrime(current.strands[0], "
        "window, current.sites.p8[at], current.sites.type[at]).score, "
        "current.sites.three_prime[at]])"
    )
    found, expected = np.array(scores).T
    assert len(found) > 5
    np.testing.assert_allclose(found, expected)
    assert len(set(expected)) > 3


def test_a_duplex_by_hand(page):
    window = "GGGGGGGGGGGGGGG" + "CUACCUCA" + "GGGG"
    drawn = page.execute_script(f"return drawDuplex('{MIRNA}', '{window}', 15, '8mer')")
    mrna, marks, mirna = drawn.split("\n")
    assert mrna == "mRNA  5' GGGGGGGGGGGGGGGCUACCUCAGGGG 3'"
    assert mirna.endswith(f"{MIRNA[::-1]} 5'")
    at = marks.index("|||||||")
    assert mrna[at : at + 7] == "CUACCUC"
    assert mirna[at : at + 7] == "GAUGGAG"


def test_genes_are_sorted_by_keyboard(page):
    from selenium.webdriver.common.keys import Keys

    head = page.find_element("css selector", '[tabulator-field="n_8mer"]')
    head.send_keys(Keys.ENTER)
    assert head.get_attribute("aria-sort") == "ascending"
    head.send_keys(Keys.ENTER)
    counts = [row["n_8mer"] for row in rows(page)]
    assert counts == sorted(counts, reverse=True)
    assert head.get_attribute("aria-sort") == "descending"


def test_a_gene_without_a_site_is_drawn_to_scale_too(page, folder):
    genes = pd.read_parquet(folder / "genes.parquet")
    own = genes[(genes["mirna"] == genes["mirna"][0]) & (genes["status"] == "no site")]
    page.execute_script("openGene(arguments[0])", int(own.index[0]))
    words = page.find_element("id", "gene").text
    assert "No site of this miRNA." in words
    assert "900 nt" in words


def test_the_drawing_shows_strength_accessibility_and_p(page):
    page.execute_script(
        "current.sites.p = current.sites.effect.map(() => 0.25);"
        "Object.values(current.typical).forEach((t) => { t.p = { mean: 0, sd: 0 }; });"
        "openGene(current.sites.gene[0])"
    )
    drawing = page.find_element("css selector", "#gene svg")
    words = drawing.text
    strongest = page.execute_script(
        "const s = current.sites;"
        "return Math.min(...current.ofGene.get(s.gene[0]).map((at) => s.effect[at]))"
    )
    assert f"{strongest:.3f}" in words
    assert "P(binding)" in words
    assert "accessible" in words
    squares = drawing.find_elements("css selector", 'rect[fill-opacity="0.25"]')
    bars = drawing.find_elements("css selector", "rect.site")
    assert len(squares) == len(bars) >= 1


def test_at_most_25_mirnas_are_on_a_page(utrs):
    table = pd.DataFrame({"transcript": list(utrs), "gene": list(utrs)})
    page = TargetPage(utrs, pd.Series(dict.fromkeys(utrs, "")), table)
    genes = ["mirna", "gene", "predicted_log2fc", "low", "high", "rank", "status"]
    counts = ["n_8mer", "n_7mer-m8", "n_7mer-A1", "n_6mer", "n_orf"]
    sites = ["mirna", "gene", "transcript", "group", "start", "end", "site_type"]
    rows = pd.DataFrame(columns=[*genes, *counts])
    names = [f"m{n}" for n in range(30)]
    mirnas = pd.DataFrame({"mirna": names, "sequence": MIRNA, "passenger": None})
    for name in names:  # one after another, as batches come
        of_one = rows.reindex([0]).assign(mirna=name, status="no site")
        page.add(Prediction(of_one, pd.DataFrame(columns=[*sites, "effect"])), mirnas)
    assert list(page._data) == names[:25]


def test_a_scanned_site_is_drawn_as_its_most_stable_duplex():
    guide = "UGAGGUAGUAGGUUGUAUAGUU"
    window = "AAAAAAAAAA" + "AACUAUACAACCUACUACCUCA" + "AAAAAAAA"
    path = _fold(guide, window)
    pairs = dict(zip(path[::2], path[1::2], strict=True))
    assert pairs == {m: 31 - m for m in range(22)}
    bulged = window[:20] + "GG" + window[20:]
    path = _fold(guide, bulged)
    pairs = dict(zip(path[::2], path[1::2], strict=True))
    assert pairs[2] == 31
    assert pairs[20] == 11
