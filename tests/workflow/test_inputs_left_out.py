"""Studies that lack an input which others have, and files as public sites give them."""

import json

import pytest

pytestmark = pytest.mark.workflow

TARGETSCAN = "      targetscan: {file: targetscan.tsv, name: TargetScan stand-in}\n"
FOLD_CHANGE = "      fold_change: {file: fold_change.tsv, id_column: gene}\n"


def leave_out(project, *inputs):
    """Take inputs from the small study's configuration."""
    text = (project.root / "small.yaml").read_text()
    for line in inputs:
        assert line in text
        text = text.replace(line, "")
    (project.root / "small.yaml").write_text(text)


def test_a_study_without_targetscan_is_compared_with_contextpp(finished, tmp_path):
    project = finished.copy(tmp_path / "copy")
    leave_out(project, TARGETSCAN)
    names = ("main", "unseen")
    tables = [f"results/small/comparison/{name}/metrics.json" for name in names]
    status, output = project.run(*tables)
    assert status == 0, output
    for path in tables:
        predictors = json.loads((project.root / path).read_text())["predictors"]
        assert {"contextpp", "occupancy"} <= set(predictors)
        assert not any("targetscan" in key for key in predictors)
    planned = project.planned("ablations")
    assert "prepare_targetscan" not in planned
    assert planned["compare_experiments"] == 1


def test_a_study_without_fold_changes_has_binding_and_scan(fresh):
    leave_out(fresh, TARGETSCAN, FOLD_CHANGE)
    planned = fresh.planned("scan")
    assert "find_peaks" in planned
    assert "prepare_fold_changes" not in planned
    for target in ("all", "ablations"):
        status, output = fresh.run("-n", target)
        assert status != 0
        assert "names no `fold_change`" in output
        assert "binding, scan" in output


def test_networks_without_site_types_do_not_wait_for_folding(fresh):
    """Length and composition of genes, which some read, are of sequences alone."""
    folder = "results/small/regression/balanced.cnn.attribution"
    planned = fresh.planned(
        f"{folder}.paired_peaks.site_pooling_genes/fold_0/model.keras",
        f"{folder}.compressed.fine_tuned/fold_0/model.keras",
    )
    assert planned["describe_genes"] == planned["tune_network"] == 1
    assert not {"fold_sites", "score_contextpp", "tabulate_regions"} & set(planned)


def test_two_sources_of_conserved_sites_are_refused_in_one_line(fresh):
    given = {"alignments": {"file": "a", "trees": "b", "pct_parameters": "c"}}
    inputs = given | {"conserved_sites": {"file": "d"}}
    extra = json.dumps({"studies": {"small": {"inputs": inputs}}})
    status, output = fresh.run("-n", extra=extra)
    assert status != 0
    assert "Traceback" not in output
    assert "tell which sites are conserved; leave `conserved_sites` out" in output
