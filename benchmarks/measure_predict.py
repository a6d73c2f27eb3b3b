"""Measure what predictions without training cost, on all 3' UTRs of DATA.

Writes results/benchmarks/predict.json, figure by figure, so that a run that is broken off
leaves what it had. CPU seconds are those of one core. With PARTS only these are measured.

Run from the project's root:
.venv/bin/python -m benchmarks.measure_predict DATA [folding|cost|all|page|rnahybrid ...]
"""

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
from mirsignal.ready.models import load_ready_model
from mirsignal.ready.prediction import choose_mirnas, predict_batches
from mirsignal.sequences.catalogue import read_catalogue
from mirsignal.sequences.transcripts import load_transcripts
from mirsignal.sites.accessibility import Folding, fold_sites, fold_transcripts
from mirsignal.sites.contextpp import tabulate_sites
from mirsignal.sites.contextpp_tables import read_orfs

FOLDER = Path("results/benchmarks/predict")
OUT = Path("results/benchmarks/predict.json")
MRNA_COLUMNS = {"gene": "gene_symbol", "sequence": "mrna_seq", "cds_start": "cds_start0"}
N_MIRNAS, SEED, N_HYBRID = 50, 1, 300


def main(data, *parts):
    parts = parts or ("folding", "cost", "page", "rnahybrid", "all")
    FOLDER.mkdir(parents=True, exist_ok=True)
    given = prepare(Path(data))
    found = json.loads(OUT.read_text()) if OUT.exists() else {}
    for part in parts:
        for name, value in globals()[f"measure_{part}"](*given).items():
            found[name] = value
            print(f"{name:28s} {value}", flush=True)
        write_json(OUT, found)


def prepare(data):
    """Return transcripts, 3' UTRs and frames, also written as the command reads them."""
    utrs = pd.read_csv(data / "transcripts/human_3utr_all.tsv.gz", sep="\t")
    copies = utrs.groupby("source_transcript").cumcount()
    ids = utrs["source_transcript"] + copies.map(lambda n: f"_{n}" if n else "")
    fasta, genes = FOLDER / "utrs.fa", FOLDER / "genes.tsv"
    records = zip(ids, utrs["utr3_seq"], strict=True)
    fasta.write_text("".join(f">{name}\n{text}\n" for name, text in records))
    table = pd.DataFrame({"transcript": ids, "gene": utrs["gene_symbol"]})
    table.to_csv(genes, sep="\t", index=False)
    sequences, transcripts = load_transcripts(fasta, genes)
    mrnas = data / "transcripts/human_mrna_full.tsv.gz"
    orfs = read_orfs(mrnas, MRNA_COLUMNS, transcripts)
    return transcripts, sequences, orfs


def some_mirnas(n, seed=SEED):
    names = read_catalogue()["mirna"].sample(n, random_state=seed)
    return choose_mirnas(list(names))


def folding_of(sequences):
    path = FOLDER / "folding.npz"
    if not path.exists():
        fold_transcripts(sequences).save(path)
    return Folding.load(path)


def measure_folding(transcripts, sequences, orfs):
    """All transcripts once, against folding the sites of a miRNA one by one."""
    start = time.process_time()
    folding = fold_transcripts(sequences)
    minutes = (time.process_time() - start) / 60
    folding.save(FOLDER / "folding.npz")
    sites = tabulate_sites(some_mirnas(1), sequences, orfs)
    sites = sites.sample(min(500, len(sites)), random_state=SEED)
    by_site = fold_sites(sites, sequences).set_index(["transcript", "p8"])
    looked_up = folding.of_sites(sites, sequences).set_index(["transcript", "p8"])
    difference = (by_site - looked_up.loc[by_site.index])["accessibility"].abs().max()
    return {
        "accessibility_cpu_min": minutes,
        "accessibility_nt": sum(map(len, sequences.values())),
        "accessibility_difference": float(difference),
        "folding_mb": (FOLDER / "folding.npz").stat().st_size / 1e6,
    }


def cpu_of(mirnas, transcripts, sequences, orfs, folding):
    """Return CPU seconds of a prediction, files left out."""
    model = load_ready_model()
    start = time.process_time()
    tables = list(predict_batches(model, mirnas, transcripts, sequences, orfs, folding))
    return time.process_time() - start, tables


def measure_cost(transcripts, sequences, orfs):
    """CPU per miRNA, how it grows with miRNAs and nucleotides, and shards."""
    folding = folding_of(sequences)
    many, few = some_mirnas(N_MIRNAS), some_mirnas(N_MIRNAS // 10)
    given = (transcripts, sequences, orfs, folding)
    cpu_of(few, *given)
    of_many, whole = cpu_of(many, *given)
    of_few, _ = cpu_of(few, *given)
    tenth = transcripts.sample(len(transcripts) // 10, random_state=SEED)
    of_tenth, _ = cpu_of(many, *select(tenth, sequences, orfs), folding)
    share = tenth["length"].sum() / transcripts["length"].sum()
    genes = transcripts["gene"].drop_duplicates()
    shards = np.arange(len(genes)) % 16
    parts = []
    for shard in range(16):
        own = transcripts[transcripts["gene"].isin(genes[shards == shard])]
        _, tables = cpu_of(few, *select(own, sequences, orfs), folding)
        parts += [table.genes for table in tables]
    columns = ["predicted_log2fc", "low", "high", "n_8mer", "n_orf"]
    keys = ["mirna", "gene"]
    joined = pd.concat(parts).set_index(keys)[columns].sort_index()
    _, alone = cpu_of(few, *given)
    expected = pd.concat([t.genes for t in alone]).set_index(keys)[columns].sort_index()
    among = pd.concat([t.genes for t in whole]).set_index(keys)[columns]
    shared = expected.index.intersection(among.index)
    return {
        "cpu_s_per_mirna": of_many / len(many),
        "mirna_cost": of_many / of_few * len(few) / len(many) * 10,
        "length_cost": of_many / of_tenth * share * 10,
        "shards_equal": bool(joined.equals(expected)),
        "mirnas_equal": bool(among.loc[shared].equals(expected.loc[shared])),
    }


def select(transcripts, sequences, orfs):
    names = list(transcripts["transcript"])
    own = transcripts.reset_index(drop=True)
    return own, {name: sequences[name] for name in names}, orfs.loc[names]


def run_command(*arguments):
    """Run `mirsignal predict`; return minutes on the clock."""
    command = [sys.executable, "-m", "mirsignal.ready.command", "predict"]
    given = ["--utrs", FOLDER / "utrs.fa", "--genes", FOLDER / "genes.tsv"]
    start = time.monotonic()
    subprocess.run([*command, *map(str, [*given, *arguments])], check=True)
    return (time.monotonic() - start) / 60


def measure_all(transcripts, sequences, orfs):
    """Every human miRNA on every 3' UTR, by the command, and one gene's miRNAs."""
    folding_of(sequences)
    out = FOLDER / "all"
    minutes = run_command(
        "--mirna", "all", "--folding", FOLDER / "folding.npz", "--out", out
    )
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    start = time.monotonic()
    command = [sys.executable, "-m", "mirsignal.ready.command", "mirnas-of", "PTBP1", out]
    found = subprocess.run(
        list(map(str, command)), check=True, capture_output=True, text=True
    )
    return {
        "all_mirnas_min": minutes,
        "all_mirnas": len(choose_mirnas(["all"])),
        "all_mirnas_gb": sum(f.stat().st_size for f in out.iterdir()) / 1e9,
        "peak_mb": peak,
        "mirnas_of_s": time.monotonic() - start,
        "mirnas_of_rows": len(found.stdout.splitlines()) - 1,
    }


def measure_page(transcripts, sequences, orfs):
    """The page of one miRNA: its size, and the time to its table in Chromium."""
    from selenium import webdriver

    run_command("--mirna", "miR-155", "--no-folding", "--out", FOLDER / "one")
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
        "page_genes": int(transcripts["gene"].nunique()),
    }


def measure_rnahybrid(transcripts, sequences, orfs):
    """RNAhybrid on 300 3' UTRs and the same in mirsignal, folded before, to tables."""
    chosen = transcripts.sample(N_HYBRID, random_state=SEED)
    own = select(chosen, sequences, orfs)
    folding = fold_transcripts(own[1])
    mirnas = some_mirnas(5)
    ours, _ = cpu_of(mirnas, *own, folding)
    with tempfile.TemporaryDirectory() as name:
        target = Path(name) / "u.fa"
        target.write_text("".join(f">{k}\n{v}\n" for k, v in own[1].items()))
        longest = max(map(len, own[1].values()))
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        for sequence in mirnas["sequence"]:
            query = Path(name) / "q.fa"
            query.write_text(f">m\n{sequence}\n")
            command = ["RNAhybrid", "-s", "3utr_human", "-f", "2,7", "-m", str(longest)]
            subprocess.run(
                [*command, "-q", query, "-t", target], check=True, capture_output=True
            )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    theirs = after.ru_utime - before.ru_utime
    return {
        "rnahybrid_cpu_s": theirs / len(mirnas),
        "rnahybrid_ours_cpu_s": ours / len(mirnas),
        "x_rnahybrid": theirs / ours,
        "rnahybrid_n": N_HYBRID,
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
