"""The workflow as a user meets it: results, reruns, ablations, report, a killed run."""

import contextlib
import gzip
import json
import os
import signal
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

import mirsignal
from docs.describe_files import describe
from mirsignal.files.schemas import find_fault, find_table
from mirsignal.networks.backend import keras
from mirsignal.ready.command import main
from mirsignal.sites.context import read_conserved_sites

pytestmark = pytest.mark.workflow

SMALL_TEST_SETS = ("random", "unseen_target", "unseen_family")
KEPT = ("8mer", "7mer-m8")  # whose branch length needs to be 3 at most
MAIN = "balanced.cnn.attribution.compressed.cnn_gru"
INTERPRETATION = (
    "explain_pairs",
    "align_pairs",
    "draw_pairs",
    "measure_importance",
    "draw_importance",
    "cluster_alignments",
    "draw_clusters",
    "mutate_pairs",
    "draw_mutants",
    "check_attributions",
    "draw_checks",
)
OTHERS = ("seed_counts", "site_features", "contextpp", "targetscan")
EXPERIMENTS = (
    "main",
    "prediction_only",
    "peaks",
    "legacy_samples",
    "legacy_scan",
    "language",
    "on_language",
    "classes",
    "fine_tuned",
)
SLOW = set(EXPERIMENTS) - {"main", "peaks", "fine_tuned"}
STACKED = ("occupancy", "stacked", "stacked_targetscan")


def test_main_leaves_a_comparison(finished):
    folder = finished.root / "results/small/comparison/main"
    metrics = json.loads((folder / "metrics.json").read_text())
    assert list(metrics["predictors"]) == ["predicted", *STACKED, *OTHERS]
    assert metrics["n_pairs"] > 50
    spread = metrics["predictors"]["predicted"]["seeds"]
    assert spread["n"] == len(spread["pearson"]) == 2
    unseen = json.loads((folder.parent / "unseen/metrics.json").read_text())
    assert list(unseen["predictors"]) == ["occupancy", *OTHERS]
    assert unseen["n_pairs"] == metrics["n_pairs"]
    assert unseen["predictors"]["occupancy"]["coverage"] == 1
    truth = json.loads((folder / "truth.json").read_text())
    assert truth["samples"]["share_with_site"] > 0.8
    assert not list(finished.root.glob("results/**/.unfinished-*"))


def test_every_table_between_rules_has_a_schema_and_keeps_it(finished):
    results = finished.root / "results/small"
    tables = [*results.rglob("*.parquet"), *results.rglob("*.tsv")]
    tables = [p for p in tables if p.relative_to(results).parts[0] != "benchmarks"]
    assert len(tables) > 40
    for path in tables:
        assert find_table(path), path
        assert find_fault(path) is None, path


def test_finished_run_has_nothing_to_do(finished):
    assert finished.planned() == {}


def test_setting_reruns_its_stage_and_those_to_its_right(finished):
    planned = finished.planned(extra="regression: {cnn_gru: {epochs: 3}}")
    assert planned == {
        "train_regression": 3,
        "collect_predictions": 1,
        **{"explain_predictions": 1, "draw_explanations": 1},
        "stack_predictions": 1,
        **{"compare_predictions": 1, "draw_comparison": 1},
        "measure_recovery": 1,
    }
    planned = finished.planned(extra="signals: {compressed: {divisor: 50}}")
    assert planned["compress_signals"] == 1
    assert "scan_transcripts" not in planned
    planned = finished.planned(extra="scan: {attribution: {smoothing: 5}}")
    assert set(planned) == {"find_peaks", "draw_genes", "measure_recovery"}
    planned = finished.planned(extra="binding: {cnn: {n_resamples: 30}}")
    assert set(planned) == {"evaluate_binding", "draw_evaluation", *INTERPRETATION}
    planned = finished.planned(extra="interpretation: {gap_open: 1}")
    assert set(planned) == {
        "align_pairs",
        "draw_pairs",
        "cluster_alignments",
        "draw_clusters",
    }
    planned = finished.planned(extra="interpretation: {n_checked: 6}")
    assert planned == {"check_attributions": 1, "draw_checks": 1}
    planned = finished.planned(extra="interpretation: {n_transcripts: 2}")
    assert planned == {"draw_genes": 1}
    planned = finished.planned(extra="comparison: {thresholds: [-0.3]}")
    assert set(planned) == {
        "compare_predictions",
        "draw_comparison",
        "measure_recovery",
        "compare_unseen",
        "draw_unseen",
    }
    planned = finished.planned(extra="comparison: {accessibility: false}")
    assert set(planned) == {
        "score_contextpp",
        "draw_genes",
        "tabulate_regions",
        "fit_baseline",
        "fit_occupancy",
        "fit_final_occupancy",
        "stack_predictions",
        "compare_unseen",
        "compare_predictions",
        "draw_comparison",
        "measure_recovery",
        "draw_unseen",
        "calibrate_intervals",
    }


def test_another_recipe_of_occupancy_trains_no_network(finished):
    extra = "occupancy: {soft: {decay: 0.05}}\nexperiments: {soft: {occupancy: soft}}"
    planned = finished.planned("results/small/comparison/soft/metrics.json", extra=extra)
    assert planned.pop("fit_occupancy") == 3
    assert planned == {"stack_predictions": 1, "compare_predictions": 1}


def test_library_edit_reruns_only_rules_that_reach_it(finished):
    module = finished.root / "mirsignal/scan/peaks.py"
    before = module.read_text()
    try:
        module.write_text(before + "\n# a comment changes nothing\n")
        assert finished.planned() == {}
        module.write_text(before.replace("_DECIMALS = 9", "_DECIMALS = 8"))
        assert set(finished.planned()) == {
            "find_peaks",
            "draw_genes",
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


def test_named_and_test_pairs_are_explained_and_aligned(finished):
    folder = finished.root / "results/small/interpretation/balanced.cnn"
    found = json.loads((folder / "explanations.json").read_text())
    assert found["n_by_source"] == {"named": 3, "unseen_target": 20}
    assert found["additivity_max"] < 1e-4
    assert found["failed"] == []
    text = (folder / "alignments.txt").read_text()
    blocks = {block.splitlines()[0]: block for block in text.split("\n\n")}
    assert len(blocks) == 23
    assert "nnnnnnnnnnnnnnnnnnnnn" in blocks["short"]
    assert "no path" in blocks["unknown target  hsa-miR-1-3p"]
    importance = json.loads((folder / "importance.json").read_text())
    assert importance["seed_less_other_positions"]["all"]["all"]["n"] == 20
    clusters = json.loads((folder / "clusters.json").read_text())
    assert sum(clusters["sizes"]) + clusters["n_without_path"] == 20
    assert not any(name in clusters["clusters"] for name in ("by name", "short"))
    mutated = json.loads((folder / "mutagenesis.json").read_text())["pairs"]
    assert [pair["id"] for pair in mutated][:3] == ["by name", "short", "unknown target"]
    assert len(mutated) == 5
    assert mutated[0]["r"] is not None
    checks = json.loads((folder / "checks.json").read_text())
    assert (checks["mutagenesis_r"]["n"], checks["n_failed"]) == (5, 0)


def test_tuned_network_predicts_what_the_signal_network_does(finished):
    tuned = MAIN.replace("cnn_gru", "fine_tuned")
    folders = [finished.root / f"results/small/regression/{c}" for c in (MAIN, tuned)]
    wanted = f"results/small/regression/{tuned}/predictions.tsv"
    status, output = finished.run(wanted)
    assert status == 0, output
    parts = [pd.read_parquet(f / "fold_0/predictions.parquet") for f in folders]
    keys = ["mirna", "transcript", "gene", "fold", "log2fc", "target_log2fc", "part"]
    by_signal, by_tuning = (
        part.sort_values(keys[:2], ignore_index=True)[keys] for part in parts
    )
    pd.testing.assert_frame_equal(by_tuning, by_signal)
    assert list(parts[0]) == list(parts[1])
    assert parts[1]["predicted"].notna().all()
    head = json.loads((folders[1] / "fold_0/head.json").read_text())
    assert len(head["members"]) == 2
    for member in head["members"]:
        assert len(member["mirnas"]) == len(member["c_mirna"]) == 2
    before = finished.root / "results/small/binding/balanced.cnn/model.keras"
    assert (folders[1] / "fold_0/model.keras").read_bytes() != before.read_bytes()


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
    network = finished.root / "counts_a.keras"
    window = keras.Input((7, 4))
    made = keras.layers.Dense(1)(keras.layers.Flatten()(window))
    model = keras.Model(window, made)
    model.layers[-1].set_weights([np.tile([[1.0], [0], [0], [0]], (7, 1)), np.ones(1)])
    model.save(network)
    tracks = f"{{own: {own}, network: {network}}}"
    extra = f"studies: {{small: {{inputs: {{tracks: {tracks}}}}}}}\n"
    extra += "signals: {tracked: {divisor: 0, channels: [score, 'track:own', "
    extra += "'track:network']}}"
    wanted = "results/small/signals/balanced.cnn.attribution.tracked/signals.npz"
    status, output = finished.run(wanted, extra=extra)
    assert status == 0, output
    with np.load(finished.root / wanted) as signals:
        mirna = np.repeat(signals["mirnas"], np.diff(signals["offsets"]))
        score, track, made = signals["values"][mirna == "hsa-let-7a-5p"].T
    assert score.any()
    np.testing.assert_allclose(track, score)
    utrs = mirsignal.read_sequences(finished.root / "results/small/inputs/transcripts.fa")
    text = next(iter(utrs.values()))
    expected = [text[max(at - 3, 0) : at + 4].count("A") + 1 for at in range(len(text))]
    assert made[: len(text)].tolist() == expected


def test_forced_rule_runs_alone_with_what_follows(finished):
    planned = finished.planned("-R", "train_regression")
    assert set(planned) == {
        "train_regression",
        "collect_predictions",
        "stack_predictions",
        "measure_recovery",
        "explain_predictions",
        "draw_explanations",
        "compare_predictions",
        "draw_comparison",
    }


def test_other_mirnas_and_transcripts_are_predicted(finished):
    """One gene has a site of a miRNA that no model knows, one has none, one is short."""
    inputs = finished.root / "mine"
    inputs.mkdir()
    (inputs / "mirnas.tsv").write_text("mirna\tsequence\nmine\tUCACAGUGAACCGGTCTCTTT\n")
    gap = "CCTTGGAA" * 8
    (inputs / "utrs.fa").write_text(
        f">with\n{gap}CACTGTGA{gap}\n>without\n{gap}{gap}\n>short\nacgt\n"
    )
    extra = "predict: {name: mine, mirnas: mine/mirnas.tsv, transcripts: mine/utrs.fa}"
    status, output = finished.run("predict", extra=extra)
    assert status == 0, output
    folder = finished.root / "results/small/predict/mine"
    table = pd.read_csv(folder / "genes.tsv", sep="\t", comment="#").set_index("gene")
    assert table["status"].to_dict() == {
        **{"with": "sites", "without": "no site", "short": "not scanned"}
    }
    predicted = table["predicted_log2fc"]
    assert predicted["with"] < predicted["without"] == 0
    assert table.loc["with", "n_8mer"] == 1
    assert np.isnan(table.loc["short", "predicted_log2fc"])
    scanned = table.drop("short")
    assert (scanned["low"] < scanned["high"]).all()
    assert scanned["predicted_log2fc"].between(scanned["low"], scanned["high"]).all()
    coverage = finished.root / "results/small/occupancy/sites/coverage.tsv"
    held = pd.read_csv(coverage, sep="\t", comment="#")
    assert set(held["status"]) >= {"sites", "no site"}
    assert held.loc[held["n"] > 10, "inside"].between(0.5, 1).all()
    sites = pd.read_csv(folder / "sites.tsv", sep="\t", comment="#")
    assert (sites["gene"] == "with").any()
    assert finished.planned("predict", extra=extra) == {}


def test_ready_model_predicts_in_parts_what_the_command_predicts_at_once(finished):
    settings = {"name": "parts", "model": "ready", "names": ["let-7a", "miR-155"]}
    settings |= {"transcripts": "resources/utrs_human_excerpt.fa.gz", "shards": 2}
    settings |= {"folding": "transcripts", "batches": 2}
    extra = f"predict: {json.dumps(settings)}"
    status, output = finished.run("predict", extra=extra)
    assert status == 0, output
    folder, out = finished.root / "results/small/predict/parts", finished.root / "out"
    given = ["predict", "--mirna", *settings["names"], "--out", out]
    given += ["--utrs", finished.root / settings["transcripts"]]
    given += ["--folding", finished.root / "folding.npz"]
    assert main(list(map(str, given))) == 0
    texts = ["genes.tsv", "sites.tsv", "sites.bed", "targets.gmt", "funmirbench.tsv"]
    for name in (*texts, "index.html"):
        assert (folder / name).read_bytes() == (out / name).read_bytes(), name
    for name in ("genes.parquet", "sites.parquet"):
        assert pd.read_parquet(folder / name).equals(pd.read_parquet(out / name)), name
    assert finished.planned("predict", extra=extra) == {}
    planned = finished.planned("predict", extra=extra.replace("let-7a", "miR-21"))
    assert planned["predict_targets"] == 4
    assert "fold_transcripts" not in planned, "folded once for all miRNAs"


def test_conserved_sites_are_found_in_alignments(finished):
    """Species B has the first half of each 3' UTR, and gaps in the place of the rest."""
    folder, rows = finished.root / "aligned", []
    folder.mkdir()
    utrs = mirsignal.read_sequences(finished.root / "results/small/inputs/transcripts.fa")
    for name, text in utrs.items():
        half = len(text) // 2
        rows += [
            (name, "9606", text),
            (name, "B", text[:half] + "-" * (len(text) - half)),
        ]
    lines = "".join("\t".join(row) + "\n" for row in rows)
    (folder / "utrs.tsv.gz").write_bytes(gzip.compress(lines.encode()))
    trees = "".join(f"{n}\t(9606:1,B:2,C:1);\n" for n in range(11))
    (folder / "trees.tsv").write_text(f"bin\tnewick\n{trees}")
    pct = "8mer\tGAGGUAG\t0\t1\t1\t1\n"
    (folder / "pct.tsv").write_text(f"site_type\tseed\tb0\tb1\tb2\tb3\n{pct}")
    names = {"file": "utrs.tsv.gz", "trees": "trees.tsv", "pct_parameters": "pct.tsv"}
    given = {key: str(folder / name) for key, name in names.items()}
    extra = json.dumps({"studies": {"small": {"inputs": {"alignments": given}}}})
    table = "results/small/inputs/conserved_sites.tsv"
    status, output = finished.run(table, extra=extra)
    assert status == 0, output
    sites = pd.read_csv(finished.root / table, sep="\t", comment="#")
    lengths = sites["transcript"].map({name: len(text) for name, text in utrs.items()})
    is_kept = sites["end"] <= lengths // 2
    assert (sites["branch_length"] == np.where(is_kept, 3, 0)).mean() > 0.99
    is_8mer = sites["site_type"] == "8mer"
    assert (sites["conserved"] == (is_kept & sites["site_type"].isin(KEPT))).mean() > 0.99
    known = is_8mer & (sites["seed"] == "GAGGUAG") & is_kept
    np.testing.assert_allclose(sites.loc[known, "pct"], 1 / (1 + np.exp(1 - 3)), 1e-4)
    assert known.any()
    read = read_conserved_sites(finished.root / table)
    assert len(read) == len(sites)


@pytest.mark.parametrize(
    ("mirnas", "utrs", "words"),
    [
        ("mirna\tsequence\nmine\tUCACAGUGAAXCGG\n", ">a\nACGU\n", "line 2: letter 'X'"),
        ("name\tsequence\nmine\tUCACAGUGAACCGGU\n", ">a\nACGU\n", "column 'mirna'"),
        ("mirna\tsequence\nmine\tUCACAGUGAACCGGU\n", ">a\nAC\n>a\nAC\n", "'a'"),
        ("mirna\tsequence\n", ">a\nACGU\n", "no rows"),
    ],
)
def test_faulty_input_of_predictions_gets_one_line(finished, mirnas, utrs, words):
    inputs = finished.root / "faulty"
    inputs.mkdir(exist_ok=True)
    (inputs / "mirnas.tsv").write_text(mirnas)
    (inputs / "utrs.fa").write_text(utrs)
    extra = "predict: {mirnas: faulty/mirnas.tsv, transcripts: faulty/utrs.fa}"
    status, output = finished.run("predict", extra=extra)
    assert status != 0
    (line,) = [row for row in output.splitlines() if row.startswith("error: ")]
    assert words in line
    assert not (finished.root / "results/small/predict/new/genes.tsv").exists()


def test_ablations_compare_what_they_are_asked_for(finished):
    status, output = finished.run("ablations", extra=leave_out(*SLOW))
    assert status == 0, output
    check_ablations(finished.root, ["main", "peaks", "fine_tuned"])
    assert finished.planned("ablations", extra=leave_out(*SLOW)) == {}


@pytest.mark.slow
def test_ablations_share_what_they_have_in_common(finished):
    planned = finished.planned("ablations")
    assert planned["train_binding"] == 2, "only legacy_samples needs networks of its own"
    assert planned["scan_transcripts"] == 12, "`peaks` and `fine_tuned` do not"
    status, output = finished.run("ablations")
    assert status == 0, output
    check_ablations(finished.root, EXPERIMENTS)
    assert finished.planned("ablations") == {}


def leave_out(*experiments):
    """Return settings that leave out experiments beside those of the small study."""
    small = yaml.safe_load(Path(__file__).with_name("small.yaml").read_text())
    left_out = [*small["comparison"]["leave_out"], *experiments]
    return json.dumps({"comparison": {"leave_out": left_out}})


def check_ablations(root, experiments):
    """The table holds them all, and the page about files explains what they leave."""
    table = (root / "results/small/comparison/experiments.tsv").read_text()
    rows = [line.split("\t")[0] for line in table.splitlines() if line[0] != "#"]
    stacked = [f"{name}, stacked" for name in experiments]
    assert rows == ["experiment", *experiments, *stacked, "occupancy", *OTHERS]
    describe(root / "results/small")  # stops at a file that it does not explain


def test_report_shows_every_figure_with_its_caption(finished):
    status, output = finished.run("--report", "report.html")
    assert status == 0, output
    page = (finished.root / "report.html").read_text()
    for caption in (finished.root / "report").glob("*.rst"):
        if caption.stem not in ("workflow", "experiments", "transfer"):  # other targets
            opening = " ".join(caption.read_text().split())[:25]
            assert opening in " ".join(page.split()), caption


def test_killed_run_resumes_without_redoing_finished_work(finished, tmp_path):
    project = finished.copy(tmp_path / "killed")
    folder = project.root / "results/small/binding/balanced.cnn"
    wanted = "results/small/binding/balanced.cnn/seed_1/model.keras"
    extra = "binding: {cnn: {epochs: 40, patience: 40}}"
    process = project.start(wanted, extra=extra)
    state = folder / "seed_1/checkpoint/state.json"
    deadline = time.monotonic() + 180
    while not state.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert state.exists()
    process.send_signal(signal.SIGKILL)
    process.wait()
    _kill_scripts_of(project.root)
    assert not (project.root / wanted).exists()
    status, output = project.run("--unlock")
    assert status == 0, output
    planned = project.planned(wanted, extra=extra)
    assert planned == {"train_binding": 1}
    status, output = project.run(wanted, extra=extra)
    assert status == 0, output
    assert "going on after epoch" in output
    assert not state.parent.exists()


def _kill_scripts_of(root):
    """End the scripts that a killed Snakemake leaves behind."""
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if str(root) in entry.read_text():
                os.kill(int(entry.parent.name), signal.SIGKILL)
