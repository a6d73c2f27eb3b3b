"""What a finished study plans anew after an edit: science does, plumbing does not."""

import contextlib
import gzip
import os
import shutil

import pytest

pytestmark = pytest.mark.workflow


@contextlib.contextmanager
def edited(project, name, old, new):
    """Edit a file of the project's code for a while."""
    path = project.root / name
    before, dates = path.read_text(), path.stat()
    assert old in before
    try:
        path.write_text(before.replace(old, new, 1) if old else before + new)
        yield
    finally:
        path.write_text(before)
        os.utime(path, ns=(dates.st_atime_ns, dates.st_mtime_ns))


DRAWN = {
    "draw_audit",
    "draw_evaluation",
    "draw_pairs",
    "draw_importance",
    "draw_clusters",
    "draw_mutants",
    "draw_checks",
    "draw_variants",
    "draw_genes",
    "draw_comparison",
    "draw_unseen",
    "draw_explanations",
}
SIGNAL = {
    "train_regression",
    "collect_predictions",
    "stack_predictions",
    "compare_predictions",
    "explain_predictions",
    "measure_recovery",
    "draw_comparison",
    "draw_explanations",
}


CARRIED = [
    ("scripts/train_binding.py", "", "\n# a comment\n"),
    ("scripts/prepare_transcripts.py", '"""', '"""Now: '),
    ("mirsignal/binding/training.py", '"going on after', '"on after'),
    ("mirsignal/workflow/jobs.py", "buffering=1", "buffering=2"),
    ("mirsignal/files/atomic.py", "indent=2", "indent=1"),
    ("mirsignal/binding/models/resnet.py", "strides=2", "strides=3"),
]


def test_comments_texts_plumbing_and_networks_not_chosen_rerun_nothing(finished):
    with contextlib.ExitStack() as edits:
        for name, old, new in CARRIED:
            edits.enter_context(edited(finished, name, old, new))
        assert finished.planned() == {}


@pytest.mark.parametrize(
    ("name", "old", "new", "planned"),
    [
        ("mirsignal/figures/style.py", "#0072B2", "#0072B3", DRAWN),
        (
            "mirsignal/figures/pages.py",
            "#ddd",
            "#eee",
            {"draw_evaluation", "draw_comparison", "draw_unseen"},
        ),
        ("report/scatter.rst", "", "\nMore.\n", {"draw_comparison"}),
        (
            "mirsignal/repression/models/cnn_gru.py",
            "dropout: float = 0.2",
            "dropout: float = 0.3",
            SIGNAL,
        ),
    ],
)
def test_edit_reruns_what_it_decides(finished, name, old, new, planned):
    with edited(finished, name, old, new):
        assert set(finished.planned()) == planned


def test_edit_of_science_reruns_all_that_follows(finished):
    with edited(finished, "mirsignal/samples/splits.py", "return ", "return 0 or "):
        planned = finished.planned()
    assert {"make_samples", "audit_samples", "train_binding", *SIGNAL} <= set(planned)
    assert not {"prepare_transcripts", "extract_positives", "fit_occupancy"} & set(
        planned
    )


def test_edits_before_and_beyond_a_check_are_both_seen(finished):
    """Which `ancient` hides: training waits for the audit and uses nothing of it."""
    extra = "samples: {balanced: {max_shortcut_auc: 0.95}}\n"
    planned = finished.planned(extra=extra)
    assert set(planned) == {"audit_samples", "draw_audit"}
    extra += "binding: {cnn: {learning_rate: 0.003}}"
    assert "train_binding" in finished.planned(extra=extra)


def test_setting_given_as_it_is_by_default_reruns_nothing(finished):
    assert finished.planned(extra="binding: {cnn: {learning_rate: 0.002}}") == {}


@pytest.fixture
def given(finished, tmp_path):
    """Return a copy of the finished study that reads its files from a folder `data`.

    What was made from the simulation is made from the same files in the folder.
    """
    project = finished.copy(tmp_path / "given")
    shutil.copytree(project.root / "results/small/simulation", project.root / "data")
    text = (project.root / "small.yaml").read_text()
    start, end = text.index("    simulate:"), text.index("    inputs:")
    (project.root / "small.yaml").write_text(f"data: data\n{text[:start]}{text[end:]}")
    return project


WANTED = (
    "results/small/samples/balanced/pairs.parquet",
    "results/small/inputs/fold_changes.parquet",
    "results/small/inputs/checked.json",
)


def test_where_a_file_lies_does_not_count_and_what_it_holds_does(given):
    status, output = given.run(*WANTED)
    assert status == 0, output
    here, there = given.root / "data", given.root / "elsewhere/moved"
    assert given.planned(*WANTED) == {}
    assert given.planned(*WANTED, extra=f"data: {here}") == {}
    shutil.copytree(here, there, copy_function=shutil.copy)  # with new dates
    assert given.planned(*WANTED, extra=f"data: {there}") == {}
    path = there / "fold_change.tsv"
    path.write_text(path.read_text().replace("0.1", "0.2", 1))
    planned = given.planned(*WANTED, extra=f"data: {there}")
    assert set(planned) == {"prepare_fold_changes", "check_inputs"}
    path = there / "transcripts.fa.gz"
    sequence = gzip.decompress(path.read_bytes()).replace(b"ACGT", b"ACGA", 1)
    path.write_bytes(gzip.compress(sequence, mtime=0))
    planned = given.planned(*WANTED, extra=f"data: {there}")
    assert set(planned) == {
        "prepare_transcripts",
        "prepare_fold_changes",
        "prepare_targetscan",
        "check_inputs",
    }
