"""Several data sets: learned from together, compared, and used for predictions."""

import re
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import yaml

from docs.describe_files import describe
from mirsignal.files.atomic import read_json
from mirsignal.ready.build import COORDINATES, build
from mirsignal.ready.models import every_seed

pytestmark = pytest.mark.workflow

DATASETS = """\
      datasets:
        first: {cells: as simulated}
        second:
          cells: the same values, other passengers
          mirnas: {file: resources/mirnas_demo.tsv}
          fold_change: {file: fold_change.tsv, id_column: gene}
        other: {trains: false, fold_change: {file: resources/other.tsv, id_column: gene}}
      peaks: {file: resources/peaks.tsv, columns: {protein: rbp}}
      motifs: {file: resources/motifs.tsv, rate: 0.2}
"""
TEACHER = """\
      teacher:
        file: resources/teacher.npz
        mirnas: {file: resources/mirnas_demo.tsv}
        n_windows: 300
"""
NETWORKS = """\
  small_student:
    encoding: au_gc_gu_a
    filters: [4, 4, 4]
    n_hidden: 4
    taught_windows: 300
    epochs: 2
  summed:
    encoding: au_gc_gu_a
    parts: {cnn: 0.4, small_student: 0.6}
    n_seeds: 2
    n_resamples: 20
"""
SETTINGS = """\
transfer:
  recipes: [joint, joint_without_network, joint_proteins, network]
  mixtures:
    both: {joint_without_network: 2, network: 1}
    chosen: [joint_without_network, network]
  binding: summed
  n_family_parts: 2
"""
SHORT = "transfer: {recipes: [joint_without_network], n_family_parts: 2}\n"
PREDICT = "predict: {mirnas: resources/mirnas_demo.tsv, transcripts: new.fa}\n"
PROTOCOLS = {"genes", "families", "datasets", "datasets_families"}
PUBLISHED = {"seed_counts", "contextpp", "weighted_contextpp"}
HEAD = "      test_sets:"


@pytest.fixture
def project(finished, tmp_path):
    """Return the small study with data sets."""
    project = finished.copy(tmp_path / "copy")
    text = (project.root / "small.yaml").read_text()
    text = text.replace(HEAD, DATASETS + TEACHER + HEAD) + SETTINGS + PREDICT
    text = text.replace("interpretation:", NETWORKS + "interpretation:")
    write_teacher(project.root / "resources/teacher.npz")
    table = project.root / "results/small/simulation/fold_change.tsv"
    shutil.copy(table, project.root / "resources/other.tsv")
    fast = "{n_hidden: 2, n_seeds: 1, tolerance: 0.0001, prior_share: 0}"
    recipes = f"  joint: {fast}\n  joint_without_network: {fast}\n"
    scanned = fast.replace("{", "{sites: scanned, features: [binding], ")
    recipes += f"  network: {scanned}\n"
    recipes += f"  joint_proteins: {fast.replace('{', '{proteins: true, ')}\n"
    write_peaks(project.root)
    text = text.replace("occupancy:\n", f"occupancy:\n{recipes}")
    (project.root / "small.yaml").write_text(text)
    return project


def write_peaks(root):
    """Write a peak of one of two proteins in the first half of every 3' UTR; a motif."""
    peaks = pd.read_parquet(root / "results/small/inputs/transcripts.parquet")
    peaks = peaks.assign(start=0, end=peaks["length"] // 2, rbp="PUM2")
    peaks.loc[::2, "rbp"] = "TIA1"
    columns = ["transcript", "start", "end", "rbp"]
    peaks[columns].to_csv(root / "resources/peaks.tsv", sep="\t", index=False)
    motif = pd.DataFrame({"motif": "m", "protein": "ELAVL1", "position": range(1, 4)})
    motif = motif.assign(A=-2, C=-2, G=-2, U=1.7)
    motif.to_csv(root / "resources/motifs.tsv", sep="\t", index=False)


def write_teacher(path):
    """Write a network as the published one is built, with random weights."""
    rng = np.random.default_rng(4)
    shapes = {"pair_linear": (2, 18), "fc1": (3, 3 * 18), "fc2": (1, 3)}
    shapes |= {"conv_layers.0": (3, 2, 6, 6)}
    shapes |= {f"conv_layers.{number}": (3, 3, 3, 3) for number in (1, 2)}
    weights = {}
    for name, shape in shapes.items():
        scale = 1.6 * np.prod(shape[1:]) ** -0.5
        weights[f"{name}.weight"] = rng.normal(scale=scale, size=shape)
        weights[f"{name}.bias"] = rng.normal(size=shape[0])
    for name in (*(f"bn_layers.{number}" for number in range(3)), "bn_fc"):
        for part in ("weight", "bias", "running_mean", "running_var"):
            weights[f"{name}.{part}"] = rng.uniform(0.5, 1.5, 3)
    np.savez(path, **weights)


def read(path):
    return pd.read_csv(path, sep="\t", comment="#")


def test_sites_alone_are_compared_on_what_is_new_and_predict(project):
    path = project.root / "small.yaml"
    path.write_text(path.read_text().replace(SETTINGS, SHORT))
    status, output = project.run("transfer")
    assert status == 0, output
    table = read(project.root / "results/small/transfer/comparison.tsv")
    models = {"joint_without_network", "joint_without_network, genes alike"}
    known = {"joint_without_network with baseline"}
    assert set(table["protocol"]) == PROTOCOLS
    for protocol, rows in table.groupby("protocol"):
        of_genes = known if protocol == "genes" else set()
        assert set(rows["predictor"]) == models | of_genes | PUBLISHED
    predicted = predict_new_genes(project)
    assert set(predicted["gene"]) == {"NEW1", "NEW2"}


def predict_new_genes(project):
    """Return what the study's model predicts for two genes, one of them with sites."""
    records = ">NEW1\n" + "ACGUACCUCA" * 30 + "\n>NEW2\n" + "ACGU" * 50 + "\n"
    (project.root / "new.fa").write_text(records)
    status, output = project.run("predict")
    assert status == 0, output
    genes = read(project.root / "results/small/predict/new/genes.tsv")
    assert (genes["low"] <= genes["high"]).all()
    return genes


@pytest.mark.slow
def test_a_study_of_several_datasets(project):
    status, output = project.run("transfer")
    assert status == 0, output
    folder = project.root / "results/small/transfer"
    table = read(folder / "comparison.tsv")
    assert set(table["protocol"]) == PROTOCOLS
    recipes = {"joint", "joint_without_network", "joint_proteins", "network"}
    known = {f"{model} with baseline" for model in (*recipes, "both", "chosen")}
    models = (
        recipes | {"both", "chosen"} | {f"{recipe}, genes alike" for recipe in recipes}
    )
    models |= {f"joint_proteins, {w}" for w in ("no proteins", "peaks of other genes")}
    for protocol, rows in table.groupby("protocol"):
        wanted = models | PUBLISHED | (known if protocol == "genes" else set())
        assert set(rows["predictor"]) == wanted
        only_predicted = "other" in set(rows["dataset"])
        assert only_predicted == ("datasets" in protocol)
    proteins = read(folder / "joint_proteins/proteins.tsv")
    assert set(proteins["protein"]) == {"PUM2", "TIA1", "ELAVL1 motif"}
    assert proteins["shuffled"].tolist().count(True) == 3
    coverage = read(folder / "joint/coverage.tsv")
    assert set(coverage["left_out"]) == {"dataset", "family"}
    assert set(coverage["dataset"]) == {"all", "first", "second", "other"}
    log = (project.root / "results/small/logs/tabulate_dataset/first.log").read_text()
    assert "first, hsa-" in log
    assert "seed counts r = " in log
    sites = pd.read_parquet(folder / "datasets/first/sites.parquet")
    found = pd.read_parquet(folder / "datasets/first/binding.parquet")
    assert found.columns.tolist() == ["binding", "teacher", "energy", "seed_binding"]
    logits = found["binding"]
    in_utr = sites["group"].str.endswith("utr")
    assert logits[in_utr].notna().all()
    assert logits[~in_utr].isna().all()
    assert not project.planned("transfer")
    figure = " ".join((folder / "comparison.svg").read_text().split())
    assert "new: datasets and families" in figure
    assert set(predict_new_genes(project)["gene"]) == {"NEW1", "NEW2"}
    check_scan(project)
    check_blind_network(project)
    check_ready_model(project)
    describe(project.root / "results/small")  # stops at a file that it does not explain


def check_scan(project):
    """With a scan the study's mixture predicts."""
    scanned = "{scan: true, name: scanned, shards: 2}"
    status, output = project.run("predict", "--config", f"predict={scanned}")
    assert status == 0, output
    about = read_json(project.root / "results/small/transfer/both/mixture.json")
    assert about["share"] == pytest.approx(1 / 3)
    sites = pd.read_parquet(project.root / "results/small/predict/scanned/sites.parquet")
    assert sites["binding"].notna().all()
    genes = read(project.root / "results/small/predict/scanned/genes.tsv")
    without = genes[genes["status"] == "no site"]
    assert (without["predicted_log2fc"] != 0).all()
    assert genes["predicted_log2fc"].between(genes["low"], genes["high"]).all()


def check_blind_network(project):
    """A network may learn nothing of the families of the data sets."""
    blind = "{blind: {blind: true, filters: [4, 4, 4], n_hidden: 4, epochs: 1}}"
    model = "results/small/binding/balanced.blind/seed_1/model.keras"
    status, output = project.run(model, extra=f"binding: {blind}")
    assert status == 0, output
    pairs = pd.read_parquet(project.root / "results/small/samples/balanced/pairs.parquet")
    strands = read(project.root / "results/small/transfer/datasets/second/strands.tsv")
    own = pairs["mirna_sequence"].str[1:8].isin(strands["sequence"].str[1:8])
    assert own.any()
    left_out, n_positives = (
        int(re.search(form, output)[1].replace(",", ""))
        for form in (r"([\d,]+) of [\d,]+ pairs are of the", r"([\d,]+) training positi")
    )
    assert left_out >= own.sum()
    positives = pairs[~own & (pairs["label"] == 1) & (pairs["split"] == "train")]
    assert 0 < n_positives <= len(positives)


def check_ready_model(project):
    """A ready model of the study predicts, and is the same if it is made anew."""
    status, output = project.run("results/small/binding/balanced.summed/metrics.json")
    assert status == 0, output
    study, data = project.root / "results/small", make_data(project.root / "data")
    folders = [project.root / "ready", project.root / "again"]
    for folder in folders:
        recipes = "joint_without_network", "balanced.summed", "network", "both"
        build(study, data, folder, *recipes)
    cards = [yaml.safe_load((folder / "card.yaml").read_text()) for folder in folders]
    assert cards[0] == cards[1]
    assert not cards[0]["reads_network"]
    for reached in cards[0]["network_reached"].values():
        assert reached.startswith("within-miRNA AUC 0.")
    assert set(cards[0]["trained_on"]) == {"first", "second", "other"}
    assert set(cards[0]["reached_on_new_experiments_and_families"]) == {
        "first",
        "second",
        "other",
    }
    given = ["predict", "--mirna", "let-7a", "--utrs", project.root / "new.fa"]
    given += ["--model", folders[0], "--out", project.root / "targets", "--scan"]
    # In a process of its own: TensorFlow's threads are set before its first tensor.
    command = [sys.executable, "-m", "mirsignal.ready.command", *map(str, given)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    sites = pd.read_parquet(project.root / "targets/sites.parquet")
    assert sites["binding"].notna().all()
    genes = pd.read_parquet(project.root / "targets/genes.parquet").set_index("gene")
    assert genes.loc["NEW1", "predicted_log2fc"] < genes.loc["NEW2", "predicted_log2fc"]


def make_data(folder):
    """Return a folder with made-up tables of seeds, poly(A) sites and stability."""
    rng = np.random.default_rng(2)
    seeds = pd.DataFrame(rng.normal(size=(4**7, 3)).round(3), every_seed())
    columns = ["SPS (8mer and 7mer-m8)", "SPS (7mer-1a and 6mer)", "TA"]
    tables = {
        "targetscan/ta_sps_by_seed_region.txt": seeds.set_axis(columns, axis=1)
        .rename_axis("Seed region")
        .reset_index(),
        "transcripts/polya_usage.tsv.gz": pd.DataFrame(
            {"transcript": ["NEW1"], "gene": ["A"], "ends": ["100:9;270:1"]}
        ),
        "transcripts/half_life.tsv.gz": pd.DataFrame({"gene": ["A"], "stability": [1]}),
        COORDINATES: pd.DataFrame(
            {
                "transcript": ["NEW1"],
                "chrom": ["chr1"],
                "strand": ["+"],
                "hg38": ["1000-1100;1200-1370"],
                "usable": [True],
            }
        ),
    }
    for name, table in tables.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        table.to_csv(folder / name, sep="\t", index=False)
    return folder


def test_what_lacks_is_told_before_anything_runs(project, fresh):
    status, output = fresh.run("-n", "transfer")
    assert status != 0
    assert "names no `datasets` under `inputs`" in output
    text = (project.root / "small.yaml").read_text()
    (project.root / "small.yaml").write_text(text.replace(TEACHER, ""))
    status, output = project.run("-n", "transfer")
    assert status != 0
    assert "names no `teacher` under `inputs`" in output
    model = "results/small/binding/balanced.cnn/seed_1/model.keras"
    status, output = fresh.run("-n", model, extra="binding: {cnn: {blind: true}}")
    assert status != 0
    assert "names no `datasets` under `inputs`; set blind to false" in output
