"""Inputs that are used late are refused before the first network is trained."""

import pyBigWig
import pytest

pytestmark = pytest.mark.workflow

CHECKED = "results/small/inputs/checked.json"
MODEL = "results/small/binding/balanced.cnn/seed_1/model.keras"


def genome_track(path):
    with pyBigWig.open(str(path), "w") as file:
        file.addHeader([("chr1", 10**6)])
        file.addEntries(["chr1"], [5], ends=[9], values=[0.5])


def unknown_mirna(path):
    path.write_text("mirna\ttarget\nmiR-x\tACGU\n")


def unknown_variant(path):
    header = "mirna\tsite_id\ttarget\tvariant\tmeasured\n"
    path.write_text(f"{header}miR-x\ts\tACGU\tACGA\t1\n")


def no_seeds(path):
    path.write_text("Seed region\tTA\nGAGGUAG\t3.3\n")


CASES = {
    "ta_sps": (
        no_seeds,
        "studies: {small: {inputs: {contextpp: {ta_sps: PATH}}}}",
        ["column", "late"],
    ),
    "stability": (
        no_seeds,
        "studies: {small: {inputs: {stability: {file: PATH}}}}",
        ["'gene' is missing"],
    ),
    "track": (
        genome_track,
        "studies: {small: {inputs: {tracks: {mine: PATH}}}}",
        ["'chr1'", "genome"],
    ),
    "pairs": (unknown_mirna, "interpretation: {pairs: PATH}", ["line 2", "'miR-x'"]),
    "variants": (
        unknown_variant,
        "studies: {small: {inputs: {measured_variants: {file: PATH}}}}",
        ["line 2", "'miR-x'"],
    ),
    "genes": (
        unknown_mirna,
        "interpretation: {genes: [{mirna: hsa-let-7a-5p, gene: NONE}]}",
        ["'NONE'", "not in this study"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_late_input_is_refused_at_once(finished, tmp_path, case):
    """With the check alone to be made; a first training waits for it."""
    make, extra, words = CASES[case]
    path = tmp_path / "late"
    make(path)
    project = finished.copy(tmp_path / "copy")
    (project.root / CHECKED).unlink()
    (project.root / MODEL).unlink()
    extra = extra.replace("PATH", str(path))
    status, output = project.run(MODEL, extra=extra)
    assert status != 0
    (line,) = [row for row in output.splitlines() if row.startswith("error: ")]
    assert "[check_inputs]" in line
    for word in words:
        assert word in line, line
    assert "[train_binding" not in output
    assert not (project.root / MODEL).exists()


def test_check_that_runs_again_trains_nothing(finished):
    extra = "interpretation: {genes: [{mirna: hsa-let-7a-5p, gene: GENE0003}]}"
    assert set(finished.planned(extra=extra)) == {"check_inputs", "draw_genes"}
