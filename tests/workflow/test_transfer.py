"""Several data sets: learned from together, compared, and used for predictions."""

import pandas as pd
import pytest

pytestmark = pytest.mark.workflow

DATASETS = """\
      datasets:
        first: {cells: as simulated}
        second:
          cells: the same values, other passengers
          mirnas: {file: resources/mirnas_demo.tsv}
          fold_change: {file: fold_change.tsv, id_column: gene}
        other: {trains: false}
"""
SETTINGS = """\
transfer:
  recipes: [joint, joint_without_network, network]
  binding: cnn
  n_family_parts: 2
predict: {mirnas: resources/mirnas_demo.tsv, transcripts: new.fa}
"""
HEAD = "      test_sets:"


@pytest.fixture
def project(finished, tmp_path):
    """Return the small study with data sets."""
    project = finished.copy(tmp_path / "copy")
    text = (project.root / "small.yaml").read_text()
    text = text.replace(HEAD, DATASETS + HEAD) + SETTINGS
    fast = "{n_hidden: 2, n_seeds: 1, tolerance: 0.0001, prior_share: 0}"
    recipes = f"  joint: {fast}\n  joint_without_network: {fast}\n"
    scanned = fast.replace("{", "{sites: scanned, features: [binding], ")
    recipes += f"  network: {scanned}\n"
    text = text.replace("occupancy:\n", f"occupancy:\n{recipes}")
    (project.root / "small.yaml").write_text(text)
    return project


def read(path):
    return pd.read_csv(path, sep="\t", comment="#")


def test_a_study_of_several_datasets(project):
    status, output = project.run("transfer")
    assert status == 0, output
    folder = project.root / "results/small/transfer"
    table = read(folder / "comparison.tsv")
    assert set(table["protocol"]) == {
        "genes",
        "families",
        "datasets",
        "datasets_families",
    }
    models = {"joint", "joint_without_network", "network"}
    known = {f"{model} with baseline" for model in models}
    published = {"seed_counts", "contextpp", "weighted_contextpp"}
    for protocol, rows in table.groupby("protocol"):
        wanted = models | published | (known if protocol == "genes" else set())
        assert set(rows["predictor"]) == wanted
        only_predicted = "other" in set(rows["dataset"])
        assert only_predicted == ("datasets" in protocol)
    coverage = read(folder / "joint/coverage.tsv")
    assert set(coverage["left_out"]) == {"dataset", "family"}
    log = (project.root / "results/small/logs/tabulate_dataset/first.log").read_text()
    assert "first, hsa-" in log
    assert "seed counts r = " in log
    sites = pd.read_parquet(folder / "datasets/first/sites.parquet")
    logits = pd.read_parquet(folder / "datasets/first/binding.parquet")["binding"]
    in_utr = sites["group"].str.endswith("utr")
    assert logits[in_utr].notna().all()
    assert logits[~in_utr].isna().all()
    assert not project.planned("transfer")
    figure = " ".join((folder / "comparison.svg").read_text().split())
    assert "new: datasets and families" in figure
    records = ">NEW1\n" + "ACGUACCUCA" * 30 + "\n>NEW2\n" + "ACGU" * 50 + "\n"
    (project.root / "new.fa").write_text(records)
    status, output = project.run("predict")
    assert status == 0, output
    genes = read(project.root / "results/small/predict/new/genes.tsv")
    assert set(genes["gene"]) == {"NEW1", "NEW2"}
    assert (genes["low"] <= genes["high"]).all()


def test_what_lacks_is_told_before_anything_runs(project, fresh):
    status, output = fresh.run("-n", "transfer")
    assert status != 0
    assert "names no `datasets` under `inputs`" in output
    text = (project.root / "small.yaml").read_text()
    (project.root / "small.yaml").write_text(
        text.replace("  binding: cnn\n", "  binding: taught\n")
    )
    status, output = project.run("-n", "transfer")
    assert status != 0
    assert "names no `teacher` under `inputs`" in output
