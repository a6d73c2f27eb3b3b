"""The command `mirsignal predict`: its tables, and one line for bad input."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from Bio import Align

import mirsignal
from benchmarks.faults import SmallDisk
from mirsignal.errors import InputError
from mirsignal.logs import log
from mirsignal.ready import lookup, prediction
from mirsignal.ready.command import main
from mirsignal.ready.mirnas import choose_mirnas
from mirsignal.ready.models import load_ready_model
from mirsignal.sequences.codes import reverse_complement
from mirsignal.sites.accessibility import Folding, fold_transcripts


@pytest.fixture
def run(ready, utrs, tmp_path, capsys):
    """Return a function: arguments -> exit status, stdout, stderr, folder."""
    fasta = tmp_path / "utrs.fa"
    fasta.write_text("".join(f">{name}\n{text}\n" for name, text in utrs.items()))

    def call(*arguments, out="out", given=("--utrs", "utrs.fa")):
        folder = tmp_path / out
        given = [str(tmp_path / a) if a.endswith((".fa", ".tsv")) else a for a in given]
        fixed = ["predict", "--model", str(ready), "--out", str(folder), *given]
        status = main([*fixed, *map(str, arguments)])
        said = capsys.readouterr()
        return status, said.out, said.err, folder

    return call


def read(folder, name):
    return pd.read_csv(folder / name, sep="\t", comment="#")


def test_tables_of_a_prediction(run):
    level = log.level
    status, out, err, folder = run("--mirna", "let-7a", "UUAAUGCUAAUCGUGAUAGGGGU")
    assert status == 0, err
    assert log.level == level  # a program that calls it hears as much as before
    genes, sites = read(folder, "genes.tsv"), read(folder, "sites.tsv")
    own = genes[genes["mirna"] == "hsa-let-7a-5p"].set_index("gene")
    assert own.loc["t1", "predicted_log2fc"] < 0
    assert own.loc["t1", "rank"] == 1
    assert own.loc["t2", "predicted_log2fc"] == 0
    assert own["status"].to_dict() == {
        "t1": "sites",
        "t2": "no site",
        "t3": "not scanned",
    }
    assert sites["mirna"].eq("hsa-let-7a-5p").all()
    assert sites["start"].tolist() == [60, 128]
    assert "hsa-let-7a-5p: 1 of 3 genes have sites" in out
    pd.testing.assert_frame_equal(
        pd.read_parquet(folder / "genes.parquet")[["mirna", "gene"]].astype("str"),
        genes[["mirna", "gene"]].astype("str"),
    )
    bed = pd.read_csv(folder / "sites.bed", sep="\t", comment="#", header=None)
    assert bed[[0, 1, 2]].to_numpy().tolist() == [["t1", 60, 68], ["t1", 128, 136]]
    assert bed[3].eq("hsa-let-7a-5p:8mer").all()
    gmt = (folder / "targets.gmt").read_text().splitlines()
    assert gmt == ["hsa-let-7a-5p_top100\t1 genes by mirsignal\tt1"]
    standard = pd.read_csv(folder / "funmirbench.tsv", sep="\t").set_index("Gene_Name")
    mine = standard[standard["miRNA_ID"] == "MIMAT0000062"]
    assert mine.loc["t1", "Score"] == pytest.approx(-own.loc["t1", "predicted_log2fc"])
    assert "t3" not in mine.index


def test_a_mirna_is_predicted_alike_alone_and_among_others(run, monkeypatch, tmp_path):
    run("--mirna", "let-7a", out="alone")
    monkeypatch.setattr(prediction, "BATCH", 1)
    run("--mirna", "miR-155", "let-7a", "miR-21", out="among")
    alone, among = (
        pd.read_parquet(tmp_path / name / "genes.parquet") for name in ("alone", "among")
    )
    own = among[among["mirna"] == "hsa-let-7a-5p"].reset_index(drop=True)
    pd.testing.assert_frame_equal(own, alone, check_exact=True)


def test_what_was_folded_once_serves_again(run, tmp_path):
    kept = tmp_path / "kept.npz"
    run("--mirna", "let-7a", out="a")
    run("--mirna", "let-7a", "--folding", kept, out="b")
    made = kept.stat().st_mtime_ns
    run("--mirna", "let-7a", "--folding", kept, out="c")
    assert kept.stat().st_mtime_ns == made
    Folding.load(kept).joined(fold_transcripts({"t1": "A" * 30})).save(kept)
    run("--mirna", "let-7a", "--folding", kept, out="d")  # t1 is folded anew
    tables = [read(tmp_path / name, "genes.tsv") for name in "abcd"]
    pd.testing.assert_frame_equal(tables[1], tables[3])
    pd.testing.assert_frame_equal(tables[1], tables[2])
    np.testing.assert_allclose(
        tables[0]["predicted_log2fc"], tables[1]["predicted_log2fc"], atol=1e-6
    )


def test_isoforms_weigh_as_they_are_expressed(run, tmp_path):
    (tmp_path / "genes.tsv").write_text("transcript\tgene\nt1\tG\nt2\tG\nt3\tH\n")
    (tmp_path / "quant.sf").write_text("Name\tTPM\nt1\t3\nt2\t1\nt3\t0\n")
    genes = ("--genes", tmp_path / "genes.tsv", "--mirna", "let-7a")
    run(*genes, out="alike")
    run(*genes, "--expression", tmp_path / "quant.sf", out="weighted")
    alike, weighted = (
        read(tmp_path / name, "sites.tsv") for name in ("alike", "weighted")
    )
    assert alike["weight"].tolist() == [0.5, 0.5]
    assert weighted["weight"].tolist() == [0.75, 0.75]
    assert set(read(tmp_path / "weighted", "genes.tsv")["gene"]) == {"G"}
    assert (alike["log_air"] < 0).all()
    assert weighted["log_air"].tolist() == [0, 0], "each isoform is as long as it is"
    (tmp_path / "genes.tsv").write_text("transcript\tgene\nt1\tG\nt2\tF\nt3\tH\n")
    run(*genes, "--expression", tmp_path / "quant.sf", out="alone")
    alone = read(tmp_path / "alone", "sites.tsv")
    assert alone["weight"].tolist() == [1, 1]
    np.testing.assert_array_equal(alone["log_air"], alike["log_air"])
    for folder, words in (("alike", "over all human tissues"), ("weighted", "as given")):
        assert words in (tmp_path / folder / "index.html").read_text()


@pytest.fixture
def annotated(tmp_path):
    """Write a genome and an annotation: a gene on either strand of its own contig, whose
    3' UTR of two exons has one 8mer of let-7a across the intron and one behind it."""
    inside = "GGCU" * 20
    utr = [inside + "CUAC", "CUCA" + inside + "CUACCUCA" + inside]
    parts = ["AUGGCUGCUUAA" + utr[0], "GU" + "C" * 30 + "AG", utr[1]]
    plus = "".join(parts).replace("U", "T")
    minus = plus.translate(str.maketrans("ACGT", "TGCA"))[::-1]
    (tmp_path / "genome.fa").write_text(f">chr2\n{plus}\n>chr1\n{minus}\n")
    exons = [(1, 12 + 84), (len(plus) - len(utr[1]) + 1, len(plus))]
    lines = []
    for chrom, strand in (("chr2", "+"), ("chr1", "-")):
        last = len(plus) + 1
        places = [("exon", *exon) for exon in exons] + [("CDS", 1, 9)]
        for kind, start, end in places:
            if strand == "-":
                start, end = last - end, last - start
            about = f'gene_id "G{chrom}"; transcript_id "T{chrom}"; gene_name "N{chrom}";'
            lines.append(f"{chrom}\tx\t{kind}\t{start}\t{end}\t.\t{strand}\t.\t{about}\n")
    (tmp_path / "a.gtf").write_text("".join(lines))
    return plus


def test_sites_of_an_annotation_lie_in_the_genome_as_bed_and_as_bigbed(
    run, annotated, tmp_path
):
    given = ["--annotation", tmp_path / "a.gtf", "--genome", tmp_path / "genome.fa"]
    status, _, err, folder = run(
        "--mirna", "let-7a", "--bigbed", *given, "--no-folding", given=()
    )
    assert status == 0, err
    genes = read(folder, "genes.tsv").set_index("gene_name")
    assert genes.loc["Nchr1", "n_8mer"] == genes.loc["Nchr2", "n_8mer"] == 2
    lines = (folder / "sites.genome.bed").read_text().splitlines()
    assert len(lines) == 4
    found = {}
    for line in lines:
        chrom, start, _, _, _, strand, _, _, _, n, sizes, offsets = line.split("\t")
        contig = annotated if chrom == "chr2" else None
        pieces = [
            (int(start) + int(at), int(start) + int(at) + int(size))
            for at, size in zip(offsets.split(","), sizes.split(","), strict=True)
        ]
        found.setdefault(int(n), set()).add((chrom, strand))
        if contig:
            assert "".join(contig[a:b] for a, b in pieces) == "CTACCTCA"
    both = {("chr2", "+"), ("chr1", "-")}
    assert found == {1: both, 2: both}, "one site of each is split by the intron"
    parsed = list(Align.parse(folder / "sites.genome.bb", "bigbed"))
    assert [a.target.id for a in parsed] == ["chr1", "chr1", "chr2", "chr2"]
    told = {
        (a.target.id, int(a.coordinates[0].min()), int(a.coordinates[0].max()))
        for a in parsed
    }
    assert told == {(c, int(s), int(e)) for c, s, e, *_ in map(str.split, lines)}
    assert {len(a.target.seq) for a in parsed} == {len(annotated)}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--mirna", "miR-199a"], "hsa-miR-199a-3p, hsa-miR-199a-5p"),
        (["--mirna", "let-7"], "close to it: hsa-let-7a-5p"),
        (["--mirna", "ACGU"], "has 4 nt"),
        ([], "no miRNA is asked for"),
        (["--mirna", "let-7a", "--annotation", "x.gtf"], "give either --utrs"),
        (["--mirna", "let-7a", "--bigbed"], "--bigbed needs --annotation"),
        (
            ["--mirna", "let-7a", "--model", "/nowhere"],
            "/nowhere/card.yaml: no such file",
        ),
        (["--mirna", "let-7a", "--expression", "/nowhere"], "/nowhere: no such file"),
        (["--mirnas", "/nowhere"], "/nowhere: no such file"),
        (["--mirna", "let-7a", "--noise-sd", "nan"], "--noise-sd nan is no size above 0"),
        (["--mirna", "let-7a", "--noise-sd", "inf"], "--noise-sd inf is no size"),
        (
            ["--mirna", "let-7a", "--no-folding", "--folding", "f.npz"],
            "exclude one another",
        ),
        (["--mirna", "let-7a", "--genome", "x.fa"], "--genome is used with --annotation"),
        (
            ["--mirna", "let-7a", "--transcripts", "all"],
            "is used with --annotation alone",
        ),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_written(run, arguments, said):
    status, _, err, folder = run(*arguments)
    assert status == 2
    (line,) = err.strip().splitlines()
    assert said in line
    assert not folder.exists()


@pytest.mark.parametrize("room", [8, 24, 60, 200, 460])
def test_a_disk_that_fills_up_is_one_line_and_nothing_is_half_written(
    run, tmp_path, room
):
    try:
        disk = SmallDisk(tmp_path / "disk", room)
    except subprocess.CalledProcessError:
        pytest.skip("only root may mount a small disk")
    with disk:
        status, _, err, folder = run("--mirna", "let-7a", out="disk/out")
        assert status == 1
        (line,) = err.strip().splitlines()
        assert "the disk is full; make room and run again" in line
        assert not folder.exists() or not list(folder.iterdir())
        disk.grow(2000)
        assert run("--mirna", "let-7a", out="disk/out")[0] == 0
        assert (folder / "index.html").exists()


def test_an_expression_table_that_shares_no_id_is_refused(run, tmp_path):
    (tmp_path / "quant.sf").write_text("Name\tTPM\nENST9\t3\n")
    status, _, err, folder = run(
        "--mirna", "let-7a", "--expression", tmp_path / "quant.sf"
    )
    assert status == 2
    assert "shares no transcript with the sequences (there: ENST9; here: t1)" in err
    assert not folder.exists()


def test_conserved_sites_are_known_where_a_table_says_so(run, tmp_path):
    table = tmp_path / "conserved.tsv"
    header = "transcript\tseed\tstart\tconserved\n"
    table.write_text(f"{header}t1\tGAGGUAG\t60\t1\n")
    given = ("--mirna", "let-7a", "--conserved-sites", table)
    assert run(*given)[0] == 0
    sites = read(tmp_path / "out", "sites.tsv").set_index("start")
    assert sites["conserved"].to_dict() == {60: 1, 128: 0}
    table.write_text(f"{header}zebrafish\tGAGGUAG\t60\t1\n")
    status, _, err, folder = run(*given, out="other")
    assert status == 2
    assert "conserved sites: the table shares no id with the transcripts" in err
    assert "(there: zebrafish; here: t1)" in err
    assert not folder.exists()


def test_poly_a_sites_of_the_cells_at_hand_count_in_place_of_others(run, tmp_path):
    table = tmp_path / "usage.tsv"
    table.write_text("transcript\tend\treads\nt1\t100\t80\nt1\t200\t20\n")
    given = ("--mirna", "let-7a", "--polya-usage", table)
    assert run(*given)[0] == 0
    sites = read(tmp_path / "out", "sites.tsv").set_index("start")
    np.testing.assert_allclose(np.exp(sites["log_air"]), [1, 0.2], atol=1e-4)
    assert "reads at them, as given" in (tmp_path / "out/index.html").read_text()
    table.write_text("transcript\tend\treads\nT9\t100\t80\n")
    status, _, err, folder = run(*given, out="other")
    assert status == 2
    assert "poly(A) sites: the table shares no id with the transcripts" in err
    assert not folder.exists()


def test_conserved_sites_without_a_value_are_refused(run, tmp_path):
    table = tmp_path / "conserved.tsv"
    table.write_text("transcript\tseed\tstart\tconserved\nt1\tGAGGUAG\t60\tNA\n")
    status, _, err, _ = run("--mirna", "let-7a", "--conserved-sites", table)
    assert status == 2
    assert "conserved.tsv: no row has all of transcript, seed, start, cons" in err


@pytest.mark.parametrize("option", ["--mirnas", "--genes", "--mrnas", "--expression"])
def test_a_missing_column_is_not_to_be_named_in_a_config(run, tmp_path, option):
    (tmp_path / "t.tsv").write_text("name\tvalue\na\t1\n")
    status, _, err, _ = run("--mirna", "let-7a", option, tmp_path / "t.tsv")
    assert status == 2
    assert "is missing (it has: name, value); add or rename it\n" in err


def test_mirnas_of_a_gene_are_those_that_repress_it(run, annotated, tmp_path, capsys):
    given = ["--annotation", tmp_path / "a.gtf", "--genome", tmp_path / "genome.fa"]
    mirnas = ("let-7a", "miR-155", "miR-98-5p", "miR-21")
    _, _, _, folder = run("--mirna", *mirnas, *given, "--no-folding", given=())
    genes = pd.read_parquet(folder / "genes.parquet")
    for name in ("Gchr1", "Nchr1"):
        assert main(["mirnas-of", name, str(folder)]) == 0
        _, *rows = capsys.readouterr().out.splitlines()
        own = genes[(genes["gene"] == "Gchr1") & (genes["predicted_log2fc"] < 0)]
        own = own.sort_values("predicted_log2fc")
        assert [row.split("\t")[0] for row in rows] == own["mirna"].tolist()
        assert len(rows) == 2
    for name in ("gchr1", "nCHR1"):
        assert main(["mirnas-of", name, str(folder)]) == 0
        assert len(capsys.readouterr().out.splitlines()) == 3
    for arguments in (["nothing", str(folder)], ["Gchr1", "/nowhere"]):
        assert main(["mirnas-of", *arguments]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_gene_that_nothing_represses_has_no_mirnas(run, capsys):
    _, _, _, folder = run("--mirna", "let-7a")
    assert main(["mirnas-of", "t2", str(folder)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
    (folder / "by_gene.parquet").write_bytes(b"PAR1 no more")
    assert main(["mirnas-of", "t2", str(folder)]) == 2
    assert "by_gene.parquet: broken" in capsys.readouterr().err


def test_pairs_by_gene_are_the_same_written_at_once_and_in_parts(
    run, tmp_path, monkeypatch
):
    _, _, _, folder = run("--mirna", "let-7a", "miR-98-5p", "miR-155")
    monkeypatch.setattr(lookup, "_AT_ONCE", 2)
    lookup.write_by_gene(folder / "genes.parquet", tmp_path / "parts.parquet")
    parts, whole = (
        pd.read_parquet(path)
        for path in (tmp_path / "parts.parquet", folder / "by_gene.parquet")
    )
    pd.testing.assert_frame_equal(parts, whole)
    assert len(whole) > 0
    assert (whole["predicted_log2fc"] < 0).all()


def test_output_that_nobody_reads_to_its_end_is_no_error(run, root):
    _, _, _, folder = run("--mirna", "let-7a")
    command = [sys.executable, "-m", "mirsignal.ready.command", "mirnas-of", "t1", folder]
    with subprocess.Popen(
        list(map(str, command)), cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_a_full_match_is_said_and_not_scored(run, utrs, caplog):
    guide = reverse_complement(utrs["t1"][20:41])
    _, _, _, folder = run("--mirna", guide)
    genes = read(folder, "genes.tsv").set_index("gene")
    assert genes.loc["t1", "status"] == "full match"
    assert genes.loc["t1", ["predicted_log2fc", "low", "high", "rank"]].isna().all()
    assert "pairs fully with the 3' UTR of t1: cleaved" in caplog.text
    assert genes.loc["t2", "status"] != "full match"
    sites = read(folder, "sites.tsv").set_index("gene")
    assert sites.loc[["t1"], "effect"].isna().all()
    assert pd.isna(genes.loc["t1", "strongest_sites"])


def test_a_full_match_may_lie_in_the_reading_frame(ready, utrs, random_rna, caplog):
    frame = random_rna(90)
    guide = reverse_complement(frame[30:51])
    found = mirsignal.predict_targets(
        guide, utrs, orfs={"t2": frame}, model=load_ready_model(ready)
    )
    status = found.genes.set_index("gene")["status"]
    assert status[status == "full match"].index.tolist() == ["t2"]
    assert "pairs fully with the reading frame of t2: cleaved" in caplog.text


def test_without_a_site_in_the_genome_bigbed_is_empty_and_tables_stay(
    run, annotated, tmp_path, caplog
):
    given = ["--annotation", tmp_path / "a.gtf", "--genome", tmp_path / "genome.fa"]
    guide = "CGCGCGACGCGUCGCGCGUCG"
    status, _, err, folder = run("--mirna", guide, "--bigbed", *given, given=())
    assert status == 0, err
    assert len(read(folder, "sites.tsv")) == 0
    assert len(read(folder, "genes.tsv"))
    assert (folder / "sites.genome.bb").read_bytes() == b""
    assert "no site lies in the genome: sites.genome.bb is empty" in caplog.text


def test_a_mirna_by_name_and_in_a_table_is_that_of_the_table(table_of):
    let7 = "UGAGGUAGUAGGUUGUAUAGUU"
    table = table_of(f"mirna\tsequence\tpassenger\nmine\t{let7}\tCUAUACAAUCUACUGUCUUUC\n")
    alone, both = (choose_mirnas(names, table) for names in ([], ["miR-21", "let-7a"]))
    assert both["mirna"].tolist() == ["hsa-miR-21-5p", "mine"]
    assert both.iloc[1]["passenger"] == alone.iloc[0]["passenger"]
    assert alone["passenger"].notna().all()


def test_all_means_every_human_mirna(caplog):
    caplog.set_level("INFO")
    every = choose_mirnas(["all"])
    assert len(every) > 2500
    assert "23 human miRNAs have the sequence of another and are that" in caplog.text
    own = choose_mirnas(["miR-21", "all", "ACGUACGUACGUACGUACGU"])
    assert len(own) == len(every) + 1


def test_files_of_an_earlier_prediction_do_not_stay_beside_new_ones(
    run, annotated, tmp_path
):
    given = ["--annotation", tmp_path / "a.gtf", "--genome", tmp_path / "genome.fa"]
    _, _, _, folder = run("--mirna", "let-7a", *given, "--bigbed", given=())
    (folder / "mine.txt").write_text("stays")
    assert {"sites.genome.bed", "sites.genome.bb"} < {p.name for p in folder.iterdir()}
    run("--mirna", "miR-155")
    names = {path.name for path in folder.iterdir()}
    assert not names & {"sites.genome.bed", "sites.genome.bb"}
    assert {"mine.txt", "genes.tsv", "index.html"} < names


@pytest.mark.parametrize("noise_sd", [None, 0.1, 0.7])
def test_the_model_that_comes_along_takes_the_noise_of_an_experiment(utrs, noise_sd):
    given = (["let-7a"], utrs)
    found = mirsignal.predict_targets(*given, accessibility=False, noise_sd=noise_sd)
    usual = mirsignal.predict_targets(*given, accessibility=False)
    width, as_usual = (t.genes["high"] - t.genes["low"] for t in (found, usual))
    own = load_ready_model().fitted.intervals["noise_sd"].iloc[0]
    assert np.allclose(width, as_usual * (noise_sd or own) / own, equal_nan=True)


@pytest.mark.parametrize("kind", ["frame", "series"])
def test_the_function_takes_tables(ready, utrs, kind):
    table = pd.DataFrame({"transcript": list(utrs), "sequence": list(utrs.values())})
    given = table if kind == "frame" else table.set_index("transcript")["sequence"]
    model = load_ready_model(ready)
    found = mirsignal.predict_targets("let-7a", given, model=model)
    expected = mirsignal.predict_targets(["let-7a"], utrs, model=model)
    pd.testing.assert_frame_equal(found.genes, expected.genes)
    one = mirsignal.predict_targets("let-7a", table.assign(gene="G"), model=model)
    assert one.genes["gene"].tolist() == ["G"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "give 3' UTRs by transcript"),
        (["ACGU"], "give 3' UTRs by transcript"),
        ({"a": None}, "'a' has no sequence"),
        ({"a": "ACGX"}, "sequences: a: letter 'X'"),
        ({1: "ACGU"}, "id 1 is no text"),
        (pd.Series(["ACGU", "ACGU"], ["a", "a"]), "'a' occurs twice"),
        (pd.DataFrame({"id": ["a"], "sequence": ["ACGU"]}), "column 'transcript' is mis"),
    ],
)
def test_the_function_refuses_what_is_no_sequence(given, said):
    with pytest.raises(InputError, match=said):
        mirsignal.predict_targets("let-7a", given)


def test_the_function_gives_what_the_command_writes(run, ready, utrs):
    _, _, _, folder = run("--mirna", "let-7a")
    found = mirsignal.predict_targets(["let-7a"], utrs, model=load_ready_model(ready))
    written = pd.read_parquet(folder / "genes.parquet")
    pd.testing.assert_frame_equal(
        found.genes[written.columns], written, check_dtype=False
    )


def test_a_prediction_needs_no_tensorflow(ready, tmp_path, root):
    (tmp_path / "u.fa").write_text(">a\n" + "ACGGCUACCUCA" * 20 + "\n")
    given = ["predict", "--mirna", "let-7a", "--utrs", tmp_path / "u.fa"]
    given += ["--model", ready, "--out", tmp_path / "out"]
    code = (
        "import sys; from mirsignal.ready.command import main; "
        f"status = main({list(map(str, given))!r}); "
        "sys.exit(status or bool({'keras', 'tensorflow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, check=False)
    assert done.returncode == 0


def test_a_share_without_its_passenger_is_taken(table_of):
    rows = (
        "let-7a\tUGAGGUAGUAGGUUGUAUAGUU\tNA\t0.25\nother\tUUCACAGUGGCUAAGUUCUGC\tNA\tNA\n"
    )
    table = table_of("mirna\tsequence\tpassenger\tpassenger_share\n" + rows)
    found = choose_mirnas([], table)
    assert found["passenger_share"].tolist() == [0.25, 0]
    assert found["passenger"].notna().tolist() == [True, False]


def test_a_file_of_names_is_a_list(tmp_path):
    for text in (
        "miR-21\nlet-7a\n",
        '# mine\nmirna\n"miR-21"\n\nlet-7a',
        "miRNA name\nmiR-21,\nlet-7a # the second\n",
        '"x"\n"miR-21"\n"let-7a"\n',
        "sequence\nUAGCUUAUCAGACUGAUGUUGA\nUGAGGUAGUAGGUUGUAUAGUU\n",
    ):
        (tmp_path / "names.txt").write_text(text)
        found = choose_mirnas([], tmp_path / "names.txt")
        assert found["mirna"].tolist() == ["hsa-miR-21-5p", "hsa-let-7a-5p"]
    (tmp_path / "names.txt").write_text("p53\n")
    with pytest.raises(
        InputError, match=r"names\.txt: 'p53' is no human miRNA of the catalogue"
    ):
        choose_mirnas([], tmp_path / "names.txt")
