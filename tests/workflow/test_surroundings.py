"""Surroundings of sites and peaks of proteins in a study of one experiment."""

import json

import numpy as np
import pandas as pd
import pyBigWig
import pytest

from mirsignal.files.tracks import load_tracks
from mirsignal.repression.occupancy import load_occupancy

pytestmark = pytest.mark.workflow

TOLD = ["local_au", "log_air", "stability", "conserved", "pct", "track:thirds"]
CHANNELS = ["logit", "conserved", "pct", "proteins", "protein:QKI", "flanks"]
MODEL = "results/small/occupancy/in_context/model.npz"
SIGNALS = "results/small/signals/balanced.cnn.attribution.marked/signals.npz"


@pytest.fixture
def study(finished, tmp_path):
    """The small study, of whose sites every second is conserved, with a settings file."""
    project = finished.copy(tmp_path / "copy")
    sites = pd.read_parquet(project.root / "results/small/contextpp/sites.parquet")
    mirnas = pd.read_parquet(project.root / "results/small/inputs/mirnas.parquet")
    seeds = mirnas.set_index("mirna")["sequence"].str[1:8]
    transcripts = pd.read_parquet(
        project.root / "results/small/inputs/transcripts.parquet"
    )
    conserved = sites[["transcript", "start"]].assign(seed=sites["mirna"].map(seeds))
    conserved = conserved.drop_duplicates().assign(conserved=0, pct=0.0)
    conserved.loc[conserved.index[::2], ["conserved", "pct"]] = 1, 0.5
    stability = transcripts[["gene"]].assign(stability=range(len(transcripts)))
    ends = transcripts[["transcript"]].assign(
        ends=[f"{n // 2}:10;{n}:10" for n in transcripts["length"]]
    )
    lengths = dict(zip(transcripts["transcript"], transcripts["length"], strict=True))
    peaks = transcripts[["transcript"]].assign(start=0, end=100, protein="QKI")
    inputs = {}
    for name, table in (
        ("conserved_sites", conserved),
        ("stability", stability),
        ("polya_usage", ends),
        ("peaks", peaks),
    ):
        path = project.root / f"{name}.tsv"
        table.to_csv(path, sep="\t", index=False)
        inputs[name] = {"file": str(path)}
    inputs["tracks"] = {"thirds": str(write_track(project.root / "thirds.bw", lengths))}
    settings = {
        "studies": {"small": {"inputs": inputs}},
        "occupancy": {"in_context": {"features": TOLD, "n_seeds": 1, "n_hidden": 2}},
        "signals": {"marked": {"mode": "peaks", "channels": CHANNELS}},
        "experiments": {
            "surroundings": {
                "occupancy": "in_context",
                "signals": "marked",
                "regression": "site_pooling",
            }
        },
    }
    return project, settings, conserved


def write_track(path, lengths):
    """Write a track that is 1/3 along every transcript."""
    with pyBigWig.open(str(path), "w") as file:
        file.addHeader(list(lengths.items()))
        for name, length in lengths.items():
            file.addEntries([name], [0], ends=[length], values=[1 / 3])
    return path


def test_sites_and_signals_know_their_surroundings(study):
    project, settings, _ = study
    before = pd.read_parquet(project.root / "results/small/contextpp/sites.parquet")
    checked = "results/small/inputs/checked.json"
    extra = json.dumps(settings)
    status, output = project.run(MODEL, SIGNALS, checked, extra=extra)
    assert status == 0, output
    assert load_occupancy(project.root / MODEL)[0].features == tuple(TOLD)
    sites = pd.read_parquet(project.root / "results/small/contextpp/sites.parquet")
    changed = sites["contextpp"] < before["contextpp"]
    assert (changed <= (sites["pct"] > 0)).all(), "PCT lowers scores, and nothing else"
    assert changed.any()
    regions = pd.read_parquet(project.root / "results/small/contextpp/regions.parquet")
    in_utr = regions["group"].str.endswith("utr")
    assert regions.loc[in_utr, TOLD].notna().all(axis=None)
    np.testing.assert_allclose(regions.loc[in_utr, "track:thirds"], 1 / 3, rtol=1e-6)
    of_guides = regions[regions["group"] == "guide_utr"]
    assert of_guides["conserved"].sum() == (sites["pct"] > 0).sum()
    np.testing.assert_allclose(
        np.unique(np.exp(of_guides["log_air"])), [0.5, 1], rtol=1e-6
    )
    signals = load_tracks(project.root / SIGNALS)
    columns = dict(zip(signals.channels, signals.values.T, strict=True))
    assert set(np.unique(columns["conserved"])) == {0, 1}
    assert columns["pct"].max() == 0.5
    np.testing.assert_array_equal(columns["proteins"], columns["protein:QKI"])
    assert 0 < columns["proteins"].mean() < 1
    assert project.planned(MODEL, SIGNALS, checked, extra=extra) == {}


@pytest.mark.parametrize(
    ("without", "channel", "words"),
    [
        (
            "pct",
            "pct",
            "conserved sites: the table has no column 'pct' with values, which",
        ),
        (
            None,
            "protein:QKI2",
            "no protein 'QKI2', which a recipe of `signals` reads; it",
        ),
    ],
)
def test_what_a_recipe_reads_and_a_table_lacks_is_refused_early(
    study, without, channel, words
):
    project, settings, conserved = study
    if without:
        path = project.root / "conserved_sites.tsv"
        conserved.drop(columns=without).to_csv(path, sep="\t", index=False)
    settings["signals"]["marked"]["channels"] = [channel]
    settings["occupancy"]["in_context"]["features"] = ["conserved"]
    status, output = project.run(
        "results/small/inputs/checked.json", extra=json.dumps(settings)
    )
    assert status != 0
    (line,) = [row for row in output.splitlines() if row.startswith("error: ")]
    assert words in line


def test_tracks_are_unknown_of_what_is_predicted(study):
    project, settings, _ = study
    settings["experiments"]["main"] = {"occupancy": "in_context"}
    settings["predict"] = {"names": ["let-7a"], "transcripts": "utrs.fa"}
    status, output = project.run("-n", "predict", extra=json.dumps(settings))
    assert status != 0
    assert "occupancy recipe in_context reads tracks, which are not known" in output
