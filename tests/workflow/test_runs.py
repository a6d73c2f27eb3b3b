"""The workflow as a user meets it: results, reruns, ablations, report, a killed run."""

import contextlib
import json
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.workflow

SMALL_TEST_SETS = ("random", "unseen_target", "unseen_family")
MAIN = "balanced.cnn.attribution.compressed.cnn_gru"
OTHERS = ("seed_counts", "site_features", "contextpp", "targetscan")


def test_main_leaves_a_comparison(finished):
    folder = finished.root / "results/small/comparison/main"
    metrics = json.loads((folder / "metrics.json").read_text())
    assert list(metrics["predictors"]) == ["predicted", *OTHERS]
    assert metrics["n_pairs"] > 50
    truth = json.loads((folder / "truth.json").read_text())
    assert truth["samples"]["share_with_site"] > 0.8
    assert not list(finished.root.glob("results/**/.unfinished-*"))


def test_finished_run_has_nothing_to_do(finished):
    assert finished.planned() == {}


def test_setting_reruns_its_stage_and_those_to_its_right(finished):
    planned = finished.planned(extra="regression: {cnn_gru: {epochs: 3}}")
    assert planned == {
        "train_regression": 3,
        "collect_predictions": 1,
        "explain_predictions": 1,
        "compare_predictions": 1,
        "measure_recovery": 1,
    }
    planned = finished.planned(extra="signals: {compressed: {divisor: 50}}")
    assert planned["compress_signals"] == 1
    assert "scan_transcripts" not in planned
    planned = finished.planned(extra="scan: {attribution: {smoothing: 5}}")
    assert set(planned) == {"find_peaks", "draw_tracks", "measure_recovery"}
    planned = finished.planned(extra="binding: {cnn: {n_resamples: 30}}")
    assert set(planned) == {"evaluate_binding", "explain_pairs"}
    planned = finished.planned(extra="comparison: {thresholds: [-0.3]}")
    assert planned == {"compare_predictions": 1, "measure_recovery": 1}
    planned = finished.planned(extra="comparison: {accessibility: false}")
    assert set(planned) == {
        "score_contextpp",
        "fit_baseline",
        "compare_predictions",
        "measure_recovery",
    }


def test_library_edit_reruns_only_rules_that_reach_it(finished):
    module = finished.root / "mirsignal/peaks.py"
    before = module.read_text()
    try:
        module.write_text(before + "\n# a comment changes nothing\n")
        assert finished.planned() == {}
        module.write_text(before.replace("distance=smoothing", "distance=smoothing + 1"))
        assert set(finished.planned()) == {
            "find_peaks",
            "draw_tracks",
            "measure_recovery",
        }
    finally:
        module.write_text(before)
    assert finished.planned() == {}


def test_binding_networks_and_baselines_meet_on_every_test_set(finished):
    chain = "results/small/binding/balanced.seed_match"
    status, output = finished.run(f"{chain}/metrics.json", f"{chain}/evaluation.svg")
    assert status == 0, output
    metrics = json.loads((finished.root / chain / "metrics.json").read_text())
    assert metrics["primary_test_set"] == "unseen_target"
    sets = metrics["test_sets"]
    expected = {"elsewhere", *(f"{name}_1_1" for name in SMALL_TEST_SETS)}
    assert expected <= set(sets)
    assert all(name.endswith("_1_10") for name in set(sets) - expected)
    for name, found in sets.items():
        assert {"n", "prevalence", "positives_sharing_25mer_with_train"} < set(found)
        baselines = set() if name.endswith("_1_10") else {"rnacofold", "seed_class"}
        assert set(found["predictors"]) == {"network"} | baselines, name
        assert found["seeds"]["average_precision"]["sd"] is None
    elsewhere = sets["elsewhere"]["predictors"]
    assert elsewhere["seed_class"]["roc_auc"]["value"] > 0.95
    assert elsewhere["network"]["roc_auc"]["value"] > 0.9
    main = finished.root / "results/small/binding/balanced.cnn"
    seeds = json.loads((main / "metrics.json").read_text())["test_sets"]["elsewhere"]
    assert len(seeds["seeds"]["average_precision"]["values"]) == 2
    chosen = (main / "model.keras").read_bytes()
    assert chosen in [(main / f"seed_{n}/model.keras").read_bytes() for n in (1, 2)]
    assert not list(main.glob("seed_*/checkpoint"))


def test_background_negatives_come_from_the_chimeras_transcripts(finished):
    audit = finished.root / "results/small/samples/background/audit.json"
    extra = "samples: {background: {ratio: 2, fractions: {unseen_family: 0.2}}}"
    status, output = finished.run(str(audit.relative_to(finished.root)), extra=extra)
    assert status == 0, output
    counts = json.loads(audit.read_text())["counts"]["train"]
    assert counts["negatives"] > 1.5 * counts["positives"]


def test_shortcut_above_the_threshold_fails_the_run(finished):
    audit = "results/small/samples/legacy/audit.json"
    extra = "samples: {legacy: {max_shortcut_auc: 0.6}}"
    status, output = finished.run(audit, extra=extra)
    assert status != 0
    (line,) = [row for row in output.splitlines() if row.startswith("error: ")]
    assert "[audit_samples legacy] shortcut" in line
    assert "on test set random_1_" in line
    assert "above max_shortcut_auc 0.6" in line
    assert not (finished.root / audit).exists()


def test_track_of_the_study_becomes_a_channel(finished):
    own = "../scan/balanced.cnn.attribution/hsa-let-7a-5p/score.bw"
    extra = f"studies: {{small: {{inputs: {{tracks: {{own: {own}}}}}}}}}\n"
    extra += "signals: {tracked: {divisor: 0, channels: [score, 'track:own']}}"
    wanted = "results/small/signals/balanced.cnn.attribution.tracked/signals.npz"
    status, output = finished.run(wanted, extra=extra)
    assert status == 0, output
    with np.load(finished.root / wanted) as signals:
        mirna = np.repeat(signals["mirnas"], np.diff(signals["offsets"]))
        score, track = signals["values"][mirna == "hsa-let-7a-5p"].T
    assert score.any()
    np.testing.assert_allclose(track, score)


def test_forced_rule_runs_alone_with_what_follows(finished):
    planned = finished.planned("-R", "train_regression")
    assert set(planned) == {
        "train_regression",
        "collect_predictions",
        "explain_predictions",
        "compare_predictions",
        "measure_recovery",
    }


def test_ablations_share_what_they_have_in_common(finished):
    planned = finished.planned("ablations")
    assert planned["train_binding"] == 2, "only legacy_samples needs networks of its own"
    assert planned["scan_transcripts"] == 12, "all but `uncompressed` scan anew"
    status, output = finished.run("ablations")
    assert status == 0, output
    table = (finished.root / "results/small/comparison/experiments.tsv").read_text()
    rows = [line.split("\t")[0] for line in table.splitlines() if line[0] != "#"]
    assert rows == [
        "experiment",
        *("main", "prediction_only", "uncompressed", "peaks", "paired_peaks"),
        *("legacy_samples", "legacy_scan"),
        *OTHERS,
    ]
    assert finished.planned("ablations") == {}


def test_report_shows_every_figure_with_its_caption(finished):
    status, output = finished.run("--report", "report.html")
    assert status == 0, output
    page = (finished.root / "report.html").read_text()
    for caption in (finished.root / "report").glob("*.rst"):
        if caption.stem not in ("workflow", "experiments"):
            opening = " ".join(caption.read_text().split())[:25]
            assert opening in " ".join(page.split()), caption


def test_same_seed_gives_the_same_numbers(finished, fresh):
    wanted = f"results/small/regression/{MAIN}/fold_0/predictions.parquet"
    status, output = fresh.run(wanted)
    assert status == 0, output
    assert (fresh.root / wanted).read_bytes() == (finished.root / wanted).read_bytes()


def test_killed_run_resumes_without_redoing_finished_work(fresh):
    folder = fresh.root / "results/small/binding/balanced.cnn"
    wanted = "results/small/binding/balanced.cnn/seed_1/model.keras"
    extra = "binding: {cnn: {epochs: 40, patience: 40}}"
    process = fresh.start(wanted, extra=extra)
    state = folder / "seed_1/checkpoint/state.json"
    deadline = time.monotonic() + 180
    while not state.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert state.exists()
    process.send_signal(signal.SIGKILL)
    process.wait()
    _kill_scripts_of(fresh.root)
    assert not (fresh.root / wanted).exists()
    status, output = fresh.run("--unlock")
    assert status == 0, output
    planned = fresh.planned(wanted, extra=extra)
    assert planned == {"train_binding": 1}
    status, output = fresh.run(wanted, extra=extra)
    assert status == 0, output
    assert "going on after epoch" in output
    assert not state.parent.exists()


def _kill_scripts_of(root):
    """End the scripts that a killed Snakemake leaves behind."""
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if str(root) in entry.read_text():
                os.kill(int(entry.parent.name), signal.SIGKILL)
