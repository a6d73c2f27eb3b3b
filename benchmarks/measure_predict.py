"""Measure what predictions without training cost, on all 3' UTRs of DATA.

Writes results/benchmarks/predict.json, figure by figure, so that a run that is broken off
leaves what it had. CPU seconds are those of one core. With PARTS (all, folding, cost,
page, rnahybrid, annotation) only these are measured.

Run from the project's root: .venv/bin/python -m benchmarks.measure_predict DATA [PARTS]
"""

import functools
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from mirsignal.files.atomic import write_json
from mirsignal.ready.mirnas import choose_mirnas
from mirsignal.ready.models import load_ready_model
from mirsignal.ready.prediction import predict_batches
from mirsignal.ready.transcriptome import Transcriptome
from mirsignal.sequences.catalogue import read_catalogue
from mirsignal.sites.accessibility import Folding, fold_sites, fold_transcripts
from mirsignal.sites.contextpp import tabulate_sites

FOLDER = Path("results/benchmarks/predict")
OUT = Path("results/benchmarks/predict.json")
UTRS, GENES, RUN = (FOLDER / name for name in ("utrs.fa", "genes.tsv", "workflow"))
MRNA_COLUMNS = {"gene": "gene_symbol", "sequence": "mrna_seq", "cds_start": "cds_start0"}
N_MIRNAS, SEED, N_HYBRID = 50, 1, 300
N_SHARDS, N_BATCHES = 2, 27
N_GENES, N_ISOFORMS, N_CONTIGS = 63_000, 4, 24  # with 14 lines each, as all of GENCODE
EXONS = [(100, 300), (500, 650), (800, 950), (1100, 1250), (1400, 1900)]
FRAME = (150, 1502)  # of a gene of 2,000 nt; its last three are the stop codon


def main(data, *parts):
    parts = parts or ("all", "folding", "cost", "page", "rnahybrid", "annotation")
    FOLDER.mkdir(parents=True, exist_ok=True)
    every = prepare(Path(data))
    found = json.loads(OUT.read_text()) if OUT.exists() else {}
    for part in parts:
        for name, value in globals()[f"measure_{part}"](every).items():
            found[name] = value
            print(f"{name:28s} {value}", flush=True)
        write_json(OUT, found)


def prepare(data):
    """Return 3' UTRs and frames; what doors read of 3' UTRs is written, too."""
    utrs = pd.read_csv(data / "transcripts/human_3utr_all.tsv.gz", sep="\t")
    copies = utrs.groupby("source_transcript").cumcount()
    ids = utrs["source_transcript"] + copies.map(lambda n: f"_{n}" if n else "")
    records = zip(ids, utrs["utr3_seq"], strict=True)
    UTRS.write_text("".join(f">{name}\n{text}\n" for name, text in records))
    table = pd.DataFrame({"transcript": ids, "gene": utrs["gene_symbol"]})
    table.to_csv(GENES, sep="\t", index=False)
    mrnas = data / "transcripts/human_mrna_full.tsv.gz"
    return Transcriptome.of_fasta(UTRS, GENES, mrnas, mrna_columns=MRNA_COLUMNS)


def some_mirnas(n, seed=SEED):
    names = read_catalogue()["mirna"].sample(n, random_state=seed)
    return choose_mirnas(list(names))


def measure_all(every):
    """Every human miRNA on every 3' UTR, by the workflow on 2 cores, folding included."""
    shutil.rmtree(RUN, ignore_errors=True)
    RUN.mkdir(parents=True)
    settings = {"name": "all", "model": "ready", "names": ["all"], "tsv": False}
    settings |= {"transcripts": str(UTRS.resolve()), "genes": str(GENES.resolve())}
    settings |= {"folding": "transcripts", "shards": N_SHARDS, "batches": N_BATCHES}
    config = RUN / "all.yaml"
    config.write_text(json.dumps({"predict": settings}))
    command = ["-m", "snakemake", "-s", Path("Snakefile").resolve(), "--cores", "2"]
    command += ["--directory", RUN, "--configfile", config, "--quiet", "all"]
    start = time.monotonic()
    run_python(*command, "--", "predict")
    minutes = (time.monotonic() - start) / 60
    out, jobs = RUN / "results/demo/predict/all", RUN / "results/demo/benchmarks"
    told = {path: pd.read_csv(path, sep="\t") for path in jobs.glob("*/all*.tsv")}
    folded = [table for path, table in told.items() if "fold" in path.parent.name]
    start = time.monotonic()
    listed = run_python("-m", "mirsignal.ready.command", "mirnas-of", "PTBP1", out)
    return {
        "all_mirnas_min": minutes,
        "all_mirnas": len(read_catalogue()),
        "all_mirnas_gb": sum(f.stat().st_size for f in out.iterdir()) / 1e9,
        "all_mirnas_cpu_min": sum(t["cpu_time"].sum() for t in told.values()) / 60,
        "accessibility_cpu_min": sum(t["cpu_time"].sum() for t in folded) / 60,
        "peak_mb": max(table["max_rss"].max() for table in told.values()),
        "mirnas_of_s": time.monotonic() - start,
        "mirnas_of_rows": len(listed.splitlines()) - 1,
    }


def run_python(*arguments):
    """Run Python with these arguments; return what it printed."""
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def measure_annotation(every):
    """3' UTRs and frames of a generated annotation of GENCODE's size, and its genome."""
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        gtf, genome = Path(folder, "genes.gtf"), Path(folder, "genome.fa")
        n_lines = write_annotation(gtf, genome)
        code = (
            "import resource, sys, time; "
            "from mirsignal.ready.transcriptome import Transcriptome; "
            "start = time.monotonic(); "
            "found = Transcriptome.of_annotation(*sys.argv[1:]); "
            "peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; "
            "print(time.monotonic() - start, time.process_time(), peak, len(found.utrs))"
        )
        words = run_python("-c", code, gtf, genome).split()
    return {
        "annotation_lines": n_lines,
        "annotation_s": float(words[0]),
        "annotation_cpu_s": float(words[1]),
        "annotation_mb": int(words[2]) / 1024,
        "annotation_genes": int(words[3]),
    }


def write_annotation(gtf, genome):
    """Write genes in tandem on both strands of N_CONTIGS contigs; return lines of GTF."""
    rng = np.random.default_rng(SEED)
    unit = rng.choice(list("ACG"), 2000)
    unit[FRAME[1] - 3 : FRAME[1]] = list("TAA")
    plus = "".join(unit)
    minus = plus[::-1].translate(str.maketrans("ACGT", "TGCA"))
    per_contig, n_lines = N_GENES // N_CONTIGS, 0
    more = 'gene_type "protein_coding"; level 2; tag "basic"; hgnc_id "HGNC:1"; ' * 3
    with gtf.open("w") as lines, genome.open("w") as fasta:
        for contig in range(1, N_CONTIGS + 1):
            fasta.write(f">chr{contig}\n")
            for gene in range(per_contig):
                strand = "+-"[gene % 2]
                fasta.write((plus if strand == "+" else minus) + "\n")
                for number in range(N_ISOFORMS):
                    name = f"{contig:02d}{gene:06d}"
                    said = (
                        f'gene_id "ENSG{name}.1"; transcript_id "ENST{name}{number}.1";'
                    )
                    said += f' gene_name "G{name}"; {more}'
                    for kind, start, end in _parts(strand):
                        at = gene * 2000
                        place = f"{at + start + 1}\t{at + end}"
                        row = f"chr{contig}\tx\t{kind}\t{place}\t.\t{strand}\t0\t{said}"
                        lines.write(row + "\n")
                        n_lines += 1
    return n_lines


@functools.cache
def _parts(strand):
    """Return (feature, start, end) of a transcript in its 2,000 nt of the genome."""
    coding = [(max(a, FRAME[0]), min(b, FRAME[1] - 3)) for a, b in EXONS]
    parts = [("transcript", EXONS[0][0], EXONS[-1][1])]
    parts += [("exon", *exon) for exon in EXONS] + [("CDS", *part) for part in coding]
    parts += [("start_codon", FRAME[0], FRAME[0] + 3)]
    parts += [("stop_codon", FRAME[1] - 3, FRAME[1])]
    parts += [("UTR", EXONS[0][0], FRAME[0]), ("UTR", FRAME[1], EXONS[-1][1])]
    if strand == "+":
        return parts
    return [(kind, 2000 - end, 2000 - start) for kind, start, end in parts]


def folding_of(every):
    """Return what the workflow has folded, or else fold."""
    parts = sorted((RUN / "results/demo/predict/all/folding").glob("*.npz"))
    if not parts:
        return fold_transcripts(every.utrs)
    return functools.reduce(Folding.joined, map(Folding.load, parts))


def measure_folding(every):
    """Transcripts folded whole, against folding the sites of a miRNA one by one."""
    sites = tabulate_sites(some_mirnas(1), every.utrs, every.orfs)
    sites = sites.sample(min(500, len(sites)), random_state=SEED)
    by_site = fold_sites(sites, every.utrs).set_index(["transcript", "p8"])
    looked_up = folding_of(every).of_sites(sites, every.utrs)
    looked_up = looked_up.set_index(["transcript", "p8"]).loc[by_site.index]
    return {
        "accessibility_nt": sum(map(len, every.utrs.values())),
        "accessibility_difference": float((by_site - looked_up).abs().max().iloc[0]),
        "accessibility_sites": len(by_site),
    }


def cpu_of(mirnas, transcriptome, folding):
    """Return CPU seconds of a prediction, files left out, and its genes."""
    model = load_ready_model()
    start = time.process_time()
    tables = list(predict_batches(model, mirnas, transcriptome, folding))
    seconds = time.process_time() - start
    keys, columns = ["mirna", "gene"], ["predicted_log2fc", "low", "high", "n_8mer"]
    genes = pd.concat([table.genes for table in tables])
    return seconds, genes.set_index(keys)[columns].sort_index()


def measure_cost(every):
    """CPU per miRNA, how it grows with miRNAs and nucleotides, and shards."""
    folding = folding_of(every)
    many, few = some_mirnas(N_MIRNAS), some_mirnas(N_MIRNAS // 10)
    cpu_of(few, every, folding)
    of_many, among = cpu_of(many, every, folding)
    of_few, alone = cpu_of(few, every, folding)
    tenth = every.part(0, 10)
    of_tenth, _ = cpu_of(many, tenth, folding)
    lengths = [one.transcripts["length"].sum() for one in (tenth, every)]
    parts = [cpu_of(few, every.part(n, 16), folding)[1] for n in range(16)]
    return {
        "cpu_s_per_mirna": of_many / len(many),
        "cpu_mirnas": len(many),
        "mirna_cost": of_many / of_few * len(few) / len(many) * 10,
        "length_cost": of_many / of_tenth * lengths[0] / lengths[1] * 10,
        "shards_equal": bool(pd.concat(parts).sort_index().equals(alone)),
        "mirnas_equal": bool(among.loc[alone.index].equals(alone)),
    }


def measure_page(every):
    """The page of one miRNA: its size, and the time to its table in Chromium."""
    from selenium import webdriver

    command = ["-m", "mirsignal.ready.command", "predict", "--mirna", "miR-155"]
    command += ["--utrs", UTRS, "--genes", GENES, "--no-folding", "--out", FOLDER / "one"]
    run_python(*command)
    page = FOLDER / "one/index.html"
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for argument in ("headless=new", "no-sandbox", "disable-gpu"):
        options.add_argument(f"--{argument}")
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    driver = webdriver.Chrome(options=options, service=service)
    times = []
    for _ in range(5):
        driver.get("about:blank")
        start = time.monotonic()
        driver.get(f"file://{page.resolve()}")
        while driver.execute_script("return document.body.dataset.ready") != "true":
            time.sleep(0.005)
        times.append(1000 * (time.monotonic() - start))
    driver.quit()
    return {
        "page_mb": page.stat().st_size / 1e6,
        "page_ms": float(np.median(times)),
        "page_genes": int(every.transcripts["gene"].nunique()),
    }


def measure_rnahybrid(every):
    """RNAhybrid on 300 3' UTRs, and mirsignal on all of them, folded before, to tables.

    RNAhybrid's time, which grows with nucleotides, is scaled to all of them.
    """
    mirnas = some_mirnas(5)
    ours, _ = cpu_of(mirnas, every, folding_of(every))
    names = every.transcripts["transcript"].sample(N_HYBRID, random_state=SEED)
    sequences = {name: every.utrs[name] for name in names}
    with tempfile.TemporaryDirectory() as name:
        target, query = Path(name) / "u.fa", Path(name) / "q.fa"
        target.write_text("".join(f">{k}\n{v}\n" for k, v in sequences.items()))
        command = ["RNAhybrid", "-s", "3utr_human", "-f", "2,7"]
        command += ["-q", query, "-t", target]
        command += ["-m", max(map(len, sequences.values()))]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        for sequence in mirnas["sequence"]:
            query.write_text(f">m\n{sequence}\n")
            subprocess.run(list(map(str, command)), check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    of_sample = (after.ru_utime - before.ru_utime) / len(mirnas)
    lengths = [sum(map(len, of.values())) for of in (every.utrs, sequences)]
    theirs = of_sample * lengths[0] / lengths[1]
    return {
        "rnahybrid_cpu_s": theirs,
        "rnahybrid_sample": N_HYBRID,
        "rnahybrid_ours_cpu_s": ours / len(mirnas),
        "x_rnahybrid": theirs * len(mirnas) / ours,
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
