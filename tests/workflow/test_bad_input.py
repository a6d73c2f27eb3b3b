"""Bad input: one clear line, a non-zero exit status, nothing half-written."""

import gzip
import zipfile

import pytest

pytestmark = pytest.mark.workflow

FASTA = "results/small/inputs/transcripts.fa"
POSITIVES = "results/small/inputs/positives.parquet"
FOLD_CHANGES = "results/small/inputs/fold_changes.parquet"
CONTEXTPP = "results/small/contextpp/pairs.parquet"
SEQUENCE = "ACGUUGCAAC" * 12

HYBRIDS = """\
seq_ID\tmicroRNA_name\tmiRNA_seq\tmRNA_name\tmRNA_start\tmRNA_end_extended
1\thsa-miR-1-3p\tTGGAATGTAAAGAAGTATGTAT\tT1\t10\t60
2\thsa-miR-1-3p\tTGGAATGTAAAGAAGTATGTAT\tT1\t100\t160
"""


@pytest.fixture
def study(fresh):
    """A project that reads its inputs from a folder of good files."""
    data = fresh.root / "data"
    data.mkdir()
    fasta = f">T1\n{SEQUENCE}\n>T2\n{SEQUENCE[::-1]}\n"
    (data / "transcripts.fa").write_text(fasta)
    (data / "hybrids.tsv").write_text(HYBRIDS)
    (data / "fold_change.tsv").write_text(
        "gene\thsa-let-7a-5p\thsa-miR-1-3p\nT1\t-0.5\tNA\nT2\t0.1\t-1\n"
    )
    (data / "targetscan.tsv").write_text("mirna\tgene\tscore\nhsa-miR-1-3p\tT1\t-0.3\n")
    text = (fresh.root / "small.yaml").read_text()
    start, end = text.index("    simulate:"), text.index("    inputs:")
    text = (text[:start] + text[end:]).replace("hybrids.tsv.gz", "hybrids.tsv")
    text = text.replace("clash_transcripts.fa.gz", "transcripts.fa")
    text = text.replace("transcripts.fa.gz, genes: genes.tsv", "transcripts.fa")
    (fresh.root / "small.yaml").write_text(f"data: data\n{text}")
    return fresh


def refused(project, target, *words, extra=""):
    """Run for `target` and return the one line that says why it failed."""
    status, output = project.run(target, extra=extra)
    assert status != 0
    lines = [line for line in output.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1, output
    line = lines.pop()
    assert "unexpected" not in line
    for word in words:
        assert word in line, line
    if target.startswith("results/"):
        assert not (project.root / target).exists()
        left = [
            path.name for path in (project.root / target).parent.glob(".unfinished-*")
        ]
        assert not left
    return line


def test_good_files_pass_and_a_row_beyond_its_transcript_is_counted(study):
    status, output = study.run(FASTA, POSITIVES, FOLD_CHANGES)
    assert status == 0, output
    assert "skipped: beyond the end of its transcript: 1" in output


def test_unknown_config_key(study):
    refused(study, FASTA, "'sead'", "did you mean 'seed'", extra="sead: 2")


def test_unknown_recipe(study):
    extra = "experiments: {main: {samples: balancd}}"
    refused(study, FASTA, "'balancd'", "did you mean 'balanced'", extra=extra)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("hsa-short\tUGGAAUGUAAAGAA", ["line 3", "14 nt"]),
        ("hsa-x\tUGGAAUGUXAAGAAGUAUGU", ["line 3", "'X'"]),
        ("hsa-let-7a-5p\tUGGAAUGUAAAGAAGUAUGU", ["line 3", "hsa-let-7a-5p", "line 2"]),
        (f"hsa-let-7a-1\t{'UGAGGUAGUA' * 8}", ["line 3", "80 nt", "hairpin"]),
    ],
)
def test_impossible_mirna(study, row, words):
    table = f"mirna\tsequence\nhsa-let-7a-5p\tUGAGGUAGUAGGUUGUAUAGUU\n{row}\n"
    (study.root / "resources/mirnas_small.tsv").write_text(table)
    refused(study, FASTA, "mirnas_small.tsv", *words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (">P1\nMKLVEFWQ\n", ["P1", "'L'", "protein"]),
        ("", ["empty"]),
        (">T1\nACGU\n>T1\nACGU\n", ["'T1'", "twice"]),
        (">T1\n>T2\nACGU\n", ["'T1'", "no sequence"]),
    ],
)
def test_bad_fasta(study, text, words):
    (study.root / "data/transcripts.fa").write_text(text)
    refused(study, FASTA, "transcripts.fa", *words)


def test_truncated_gzip(study):
    whole = gzip.compress(f">T1\n{SEQUENCE * 50}\n".encode())
    (study.root / "data/transcripts.fa").write_bytes(whole[:-20])
    refused(study, FASTA, "transcripts.fa", "truncated")


def test_missing_column(study):
    (study.root / "data/hybrids.tsv").write_text(HYBRIDS.replace("mRNA_start", "start"))
    refused(study, POSITIVES, "hybrids.tsv", "'mRNA_start'")


LET7 = "TGAGGTAGTAGGTTGTATAGTT"
TEST_SET = "results/small/inputs/test_sets/elsewhere.parquet"


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([f"{LET7}\t{'A' * 50}\t1", f"{LET7}\t{'A' * 50}\t0"], ["line 2", "two labels"]),
        ([f"{LET7}\t{'A' * 50}\t2"], ["line 2", "neither 0 nor 1"]),
        ([f"{LET7}\t{'A' * 50}\t1"], ["one label"]),
        ([f"{LET7}\t{'a' * 50}\t1", f"{LET7}\t{'C' * 49}\t0"], ["line 3", "49 nt"]),
    ],
)
def test_faulty_test_set(study, rows, words):
    table = "\n".join(["miRNA\tgene\tlabel", *rows]) + "\n"
    (study.root / "resources/pairs_small.tsv").write_text(table)
    refused(study, TEST_SET, "pairs_small.tsv", *words)


def test_background_negatives_without_transcripts(study):
    rows = [f"{LET7}\t{letter * 49}{end}\t1" for letter in "ACG" for end in "ACGT"]
    (study.root / "data/pairs.tsv").write_text(
        "\n".join(["miRNA\tgene\tlabel", *rows]) + "\n"
    )
    text = (study.root / "small.yaml").read_text()
    start, end = text.index("      hybrids:"), text.index("      mirnas:")
    hybrids = "      hybrids: {format: pairs, file: pairs.tsv}\n"
    (study.root / "small.yaml").write_text(text[:start] + hybrids + text[end:])
    target = "results/small/samples/background/pairs.parquet"
    shares = "{validation: 0.3, random: 0, unseen_target: 0, unseen_family: 0}"
    extra = f"samples: {{background: {{fractions: {shares}}}}}"
    refused(study, target, "give `transcripts` under `hybrids`", extra=extra)


def test_fold_changes_that_share_no_id(study):
    (study.root / "data/fold_change.tsv").write_text("gene\thsa-miR-1-3p\nNM_1\t-1\n")
    refused(study, FOLD_CHANGES, "fold_change.tsv", "NM_1", "T1")


def test_fold_change_that_is_no_number(study):
    (study.root / "data/fold_change.tsv").write_text("gene\thsa-miR-1-3p\nT1\tlow\n")
    refused(study, FOLD_CHANGES, "fold_change.tsv, line 2", "'low'")


def test_fold_change_that_is_infinite(study):
    text = "gene\thsa-miR-1-3p\nT1\t-0.5\nT2\t-1.79769e+308\n"
    (study.root / "data/fold_change.tsv").write_text(text)
    refused(study, FOLD_CHANGES, "fold_change.tsv, line 3", "Cuffdiff's infinity")


def test_workbook_instead_of_a_table(study):
    with zipfile.ZipFile(study.root / "data/fold_change.tsv", "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    refused(study, FOLD_CHANGES, "fold_change.tsv", "save the sheet as CSV")


def test_column_of_hybrids_that_is_not_there(study):
    extra = "studies: {small: {inputs: {hybrids: {columns: {mirna: sequence}}}}}"
    words = ("'sequence' is missing", "inputs: hybrids: columns: {mirna: NAME}")
    refused(study, POSITIVES, "hybrids.tsv", *words, extra=extra)


def test_mature_fa_of_several_species(study):
    fasta = (
        ">hsa-let-7a-5p\nUGAGGUAGUAGGUUGUAUAGUU\n>mmu-miR-1a-3p\nUGGAAUGUAAAGAAGUAUGUAU\n"
    )
    (study.root / "resources/mirnas_small.tsv").write_text(fasta)
    refused(study, FASTA, "2 species (hsa 1, mmu 1", "inputs: mirnas: {species: hsa}")


def test_reading_frame_outside_its_mrna(study):
    row = f"T1\tT1\t{SEQUENCE}\t0\t{len(SEQUENCE) + 1}\n"
    header = "transcript\tgene\tsequence\tcds_start\tcds_end\n"
    (study.root / "data/mrna.tsv").write_text(header + row)
    extra = "studies: {small: {inputs: {contextpp: {mrna: mrna.tsv}}}}\n"
    extra += "comparison: {accessibility: false}"
    refused(study, CONTEXTPP, "mrna.tsv, line 2", "reading frame", extra=extra)


def test_named_pair_of_an_unknown_mirna(finished, tmp_path):
    project = finished.copy(tmp_path / "copy")
    table = project.root / "resources/named_small.tsv"
    table.write_text("mirna\ttarget\nhsa-miR-1-3p\tACGU\nmiR-x\tACGU\n")
    target = "results/small/interpretation/balanced.cnn/explained.parquet"
    (project.root / target).unlink()
    refused(project, target, "named_small.tsv, line 3", "'miR-x'", "give its sequence")


def test_variant_of_an_unknown_mirna(finished, tmp_path):
    project = finished.copy(tmp_path / "copy")
    table = "mirna\tsite_id\ttarget\tvariant\tmeasured\nmiR-x\ts\tACGU\tACGA\t1\n"
    (project.root / "resources/variants.tsv").write_text(table)
    extra = (
        "studies: {small: {inputs: {measured_variants: {file: resources/variants.tsv}}}}"
    )
    folder = project.root / "results/small/interpretation/balanced.cnn"
    for path in folder.glob("variants.*"):
        path.unlink()
    target = "results/small/interpretation/balanced.cnn/variants.svg"
    refused(project, target, "variants.tsv, line 2", "'miR-x'", extra=extra)


def test_missing_input_file(study):
    (study.root / "data/transcripts.fa").unlink()
    status, output = study.run(FASTA)
    assert status != 0
    assert "data/transcripts.fa" in output


def test_results_that_cannot_be_written(study):
    (study.root / "results").write_text("a file where the folder should be")
    refused(study, "all", "results", "cannot be written")
