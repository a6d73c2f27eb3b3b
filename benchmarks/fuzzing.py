"""Every reader of user files, fed with corrupted files: it returns, or says why not.

A reader must return or raise InputError with one line that names the file, within
SECONDS and MEMORY. `fuzz` counts what does otherwise. Hypothesis draws the inputs: a
reader, a small file in a public layout, and the mutations that corrupt it.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import logging
import os
import resource
import signal
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyBigWig
import pyfaidx
import yaml
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from benchmarks import layouts
from benchmarks.mutations import MUTATIONS
from mirsignal.errors import InputError
from mirsignal.interpretation.selection import read_named_pairs
from mirsignal.interpretation.variants import read_variants
from mirsignal.ready.mirnas import choose_mirnas
from mirsignal.ready.transcriptome import Transcriptome
from mirsignal.repression.fold_changes import read_fold_changes
from mirsignal.repression.targetscan import read_targetscan
from mirsignal.samples.chimeras import read_clash_table, read_pairs, read_test_pairs
from mirsignal.sequences.annotation import read_annotation
from mirsignal.sequences.expression import read_expression
from mirsignal.sequences.fasta import Transcripts, read_fasta, write_fasta
from mirsignal.sequences.mirnas import read_mirnas
from mirsignal.sequences.places import Places, read_places
from mirsignal.sequences.transcripts import load_transcripts, read_genes
from mirsignal.sequences.wiggles import Wiggle
from mirsignal.sites.alignments import read_alignments, read_trees
from mirsignal.sites.conservation import read_pct_parameters
from mirsignal.sites.context import read_conserved_sites, read_stability
from mirsignal.sites.contextpp import read_coefficients
from mirsignal.sites.contextpp_tables import read_orfs, read_ta_sps
from mirsignal.sites.isoforms import read_polya_usage
from mirsignal.sites.motifs import find_motifs, read_motifs
from mirsignal.sites.proteins import read_peaks
from mirsignal.workflow.config import complete_config, read_schema

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 5.0
"""Of the processor, so that other work on the machine does not count."""
MEMORY = 2 << 30
"""Bytes that one input may take beside what the process has."""
LARGEST = 1 << 20
"""Bytes of a corrupted file."""
LONGEST_MESSAGE = 1000
"""Letters of a line that somebody reads."""
_BATCH = 2000
_EXAMPLES = 20

MIRNAS = pd.DataFrame(
    {
        "mirna": ["hsa-let-7a-5p", "hsa-miR-1-3p", "hsa-miR-124-3p"],
        "sequence": [layouts.LET7, layouts.MIR1, layouts.MIR124],
    }
)
SEQUENCES = dict(zip(MIRNAS["mirna"], MIRNAS["sequence"], strict=True))
GENES = pd.Series(["GENE01", "GENE02", "ENSG00000000001"])
KNOWN = pd.DataFrame(
    {"transcript": ["ENST00000000001", "T2"], "gene": ["GENE01", "GENE02"]}
)
LENGTHS = {"T1": 200, "T2": 90}
PLACES = Places(
    pd.DataFrame({"transcript": ["T1"], "chrom": ["chr1"], "strand": ["+"]}),
    {"T1": [(10, 110), (200, 300)]},
)


class _Hang(BaseException):
    """More than SECONDS; no reader may catch it."""


@dataclass(frozen=True)
class Reader:
    """A way to read a user's file, and the files by layout from which fuzzing starts."""

    read: Callable[[Path], Any]
    seeds: Mapping[str, bytes]


def _prepare(path: Path, columns: Mapping[str, str] | None = None) -> None:
    """Read transcripts and write them as the workflow does; they must come back."""
    sequences, _ = load_transcripts(path, columns=columns)
    records = list(sequences.items())
    prepared = path.parent / "prepared.fa"
    prepared.with_suffix(".fa.fai").unlink(missing_ok=True)
    write_fasta(prepared, records)
    pyfaidx.Faidx(str(prepared), rebuild=True)
    again = Transcripts(prepared)
    assert {name: again[name] for name in again.names()} == dict(records)


def _read_config(path: Path) -> None:
    """Complete the project's configuration with the study of a file, as a run does.

    Snakemake reads the YAML; here libyaml does, which needs no seconds for a megabyte.
    """
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        config = yaml.load(path.read_text(), loader)
    except (yaml.YAMLError, ValueError):  # ValueError: a number of too many digits
        return  # Snakemake reads the file itself and says so
    if isinstance(config, dict):
        complete_config(_default_config() | config, _schema())


@functools.cache
def _default_config() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "config.yaml").read_text())


@functools.cache
def _schema() -> dict[str, Any]:
    return read_schema(ROOT / "schemas/config.schema.yaml")


def _make_wiggle(folder: Path) -> bytes:
    path = folder / "seed.bw"
    wiggle = pyBigWig.open(str(path), "w")
    wiggle.addHeader([("T1", 200), ("T2", 100)])
    values = np.linspace(0, 1, 200)
    wiggle.addEntries("T1", 0, values=values, span=1, step=1)
    wiggle.close()
    return path.read_bytes()


def make_readers(folder: Path) -> dict[str, Reader]:
    """Return every reader of user files by name; `folder` gets what some need."""
    tracks = {"bigwig": _make_wiggle(folder)}
    coefficients = (ROOT / "resources/contextpp_coefficients.tsv").read_bytes()
    others = {
        "ta_sps": Reader(read_ta_sps, {"targetscan": layouts.TA_SPS}),
        "mrnas": Reader(
            lambda path: read_orfs(path, {}, KNOWN), {"table": layouts.MRNAS}
        ),
        "measured_variants": Reader(
            lambda path: read_variants(path, {}, MIRNAS), {"table": layouts.VARIANTS}
        ),
        "named_pairs": Reader(
            lambda path: read_named_pairs(path, SEQUENCES), {"table": layouts.NAMED_PAIRS}
        ),
        "coefficients": Reader(read_coefficients, {"project": coefficients}),
        "config": Reader(_read_config, layouts.CONFIGS),
        "coordinates": Reader(
            lambda path: read_places(path, {"T1": 200}), {"table": layouts.COORDINATES}
        ),
        "transcript_choice": _choice_of_transcripts(folder),
        "tracks": Reader(lambda path: Wiggle(path).values("T1", 200), tracks),
    }
    readers = _sequence_readers() | _chimera_readers(folder) | _score_readers()
    return readers | _context_readers() | others


def _choice_of_transcripts(folder: Path) -> Reader:
    annotation, genome = folder / "a.gtf", folder / "genome.fa"
    annotation.write_bytes(layouts.ANNOTATIONS["gtf"])
    sequence = f"{layouts.UTR[:8]}TAA{layouts.UTR[11:]}".replace("U", "T")
    genome.write_text(f">chr1\n{sequence}\n")
    return Reader(
        lambda path: Transcriptome.of_annotation(annotation, genome, str(path)),
        {"ids": b"ENST01.3\nENST02\n"},
    )


def _sequence_readers() -> dict[str, Reader]:
    table = {"sequence": "sequence"}
    biomart = {
        "transcript": "Transcript stable ID version",
        "gene": "Gene stable ID",
    }
    return {
        "fasta": Reader(lambda path: list(read_fasta(path)), layouts.FASTA),
        "transcripts": Reader(_prepare, layouts.FASTA),
        "transcript_table": Reader(
            lambda path: _prepare(path, table), {"table": layouts.TRANSCRIPT_TABLE}
        ),
        "genes": Reader(read_genes, layouts.GENES),
        "genes_biomart": Reader(lambda path: read_genes(path, biomart), layouts.GENES),
        "mirnas": Reader(read_mirnas, layouts.MIRNAS),
        "mirnas_of_command": Reader(
            lambda path: choose_mirnas([], path), {"names": b"miR-21\nlet-7a-5p\n"}
        ),
        "mirnas_species": Reader(
            lambda path: read_mirnas(path, species="hsa"), {"mirbase": layouts.MATURE}
        ),
    }


def _chimera_readers(folder: Path) -> dict[str, Reader]:
    write_fasta(folder / "clash.fa", [("ENSG01_ENST01_A_mRNA", layouts.UTR)])
    pyfaidx.Faidx(str(folder / "clash.fa"), rebuild=True)
    clash = Transcripts(folder / "clash.fa")
    return {
        "clash_table": Reader(
            lambda path: read_clash_table(path, clash), {"s1": layouts.CLASH}
        ),
        "pairs": Reader(
            lambda path: read_pairs(path, None, clash, "drop"), layouts.PAIRS
        ),
        "test_sets": Reader(read_test_pairs, layouts.PAIRS),
    }


def _context_readers() -> dict[str, Reader]:
    sites = {"transcript": 1, "end": 3, "reads": 5}
    return {
        "polya_usage": Reader(read_polya_usage, {"ends": layouts.POLYA_ENDS}),
        "polya_sites": Reader(
            lambda path: read_polya_usage(path, sites), layouts.POLYA_SITES
        ),
        "stability": Reader(read_stability, {"table": layouts.STABILITY}),
        "conserved_sites": Reader(
            read_conserved_sites,
            {"table": layouts.CONSERVED, "measured": layouts.MEASURED},
        ),
        "expression": Reader(read_expression, layouts.EXPRESSION),
        "annotation": Reader(read_annotation, layouts.ANNOTATIONS),
        "alignments": Reader(
            lambda path: list(read_alignments(path)), layouts.ALIGNMENTS
        ),
        "trees": Reader(read_trees, {"table": layouts.TREES}),
        "peaks": Reader(lambda path: read_peaks(path, LENGTHS), {"t": layouts.PEAKS}),
        "peaks_of_genome": Reader(
            lambda path: read_peaks(
                path.rename(path.with_suffix(".bed")), {}, None, PLACES
            ),
            {"bed": layouts.PEAKS_OF_GENOME},
        ),
        "motifs": Reader(
            lambda path: find_motifs(read_motifs(path), {"T1": layouts.UTR}, 0.01),
            layouts.MOTIFS,
        ),
        "pct_parameters": Reader(read_pct_parameters, {"table": layouts.PCT}),
    }


def _score_readers() -> dict[str, Reader]:
    by_mirna = {"gene": "Gene Symbol", "score": "context++ score"}
    of_sites = {"mirna": "miRNA", **by_mirna}
    of_seeds = {"seed": "miRNA family", **by_mirna, "score": "Total context++ score"}
    of_mirdb = {"mirna": 1, "gene": 2, "score": 3}
    scores, contrasts = layouts.TARGETSCAN, layouts.FOLD_CHANGES
    human = {"Species ID": 9606}
    return {
        "fold_change": Reader(
            lambda path: read_fold_changes(path, MIRNAS, GENES), contrasts
        ),
        "fold_change_of_one": Reader(
            lambda path: read_fold_changes({"hsa-miR-1-3p": path}, MIRNAS, GENES),
            {name: contrasts[name] for name in ("deseq2", "limma")},
        ),
        "targetscan": Reader(lambda path: read_targetscan(path, MIRNAS, {}), scores),
        "targetscan_seeds": Reader(
            lambda path: read_targetscan(path, MIRNAS, of_seeds, human),
            {"summary": scores["summary"]},
        ),
        "targetscan_sites": Reader(
            lambda path: read_targetscan(path, MIRNAS, of_sites, join="sum"),
            {"sites": scores["sites"]},
        ),
        "mirdb": Reader(
            lambda path: read_targetscan(path, MIRNAS, of_mirdb, stronger="higher"),
            {"mirdb": scores["mirdb"]},
        ),
    }


def corrupt(content: bytes, mutations: list[tuple[str, int, int]]) -> bytes:
    """Return content after the mutations (name, where, what), one after another.

    It is cut to LARGEST bytes, since some mutations multiply what is there.
    """
    for name, where, what in mutations:
        content = MUTATIONS[name](content, where, what)[:LARGEST]
    return content


def check(reader: Reader, path: Path, seconds: float = SECONDS) -> str:
    """Return what a reader does wrong with a file, "" where it does as it should."""
    try:
        with _alarm(seconds), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reader.read(path)
    except InputError as error:
        return _check_message(str(error), path)
    except _Hang:
        return f"more than {seconds:g} s"
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        own = [
            f"{Path(step.filename).name}:{step.lineno}"
            for step in traceback.extract_tb(error.__traceback__)
            if "/mirsignal/" in step.filename
        ]
        at = own[-1] if own else f"{Path(last.filename).name}:{last.lineno}"
        return f"{type(error).__name__} at {at}: {str(error)[:100]!r}"
    return ""


def _check_message(message: str, path: Path) -> str:
    if len(message.splitlines()) != 1:
        return f"a message of several lines: {message[:200]!r}"
    if len(message) > LONGEST_MESSAGE:
        return f"a message of {len(message)} letters: {message[:100]!r}"
    if str(path) not in message and not message.startswith("config"):
        return f"a message that does not name the file: {message[:200]!r}"
    return ""


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    def ring(*_: object) -> None:
        raise _Hang

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds, 0.5)  # again, where it is ignored
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@contextlib.contextmanager
def bounded_memory(extra: int = MEMORY) -> Iterator[None]:
    """Let the process have `extra` bytes more than it has; beyond is MemoryError."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    before = resource.getrlimit(resource.RLIMIT_AS)
    limit = pages * resource.getpagesize() + extra
    resource.setrlimit(resource.RLIMIT_AS, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def inputs(readers: Mapping[str, Reader]) -> st.SearchStrategy:
    """Return a strategy of (reader, layout, mutations)."""
    kinds = [(name, seed) for name, one in readers.items() for seed in one.seeds]
    place = st.integers(0, 1 << 16)
    mutation = st.tuples(st.sampled_from(sorted(MUTATIONS)), place, place)
    return st.tuples(st.sampled_from(kinds), st.lists(mutation, max_size=4))


def fuzz(n: int, seconds: float, first_seed: int = 0) -> dict[str, Any]:
    """Feed `n` corrupted files to the readers, or as many as `seconds` allow.

    Returns fuzzed (how many), fuzz_failures, counts of both by reader, the longest time
    of one input (s) and examples of failures, one of each kind.
    """
    run = _Run(seconds)
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # no disk to wait for
    with tempfile.TemporaryDirectory(dir=memory) as folder, bounded_memory(), _quiet():
        run.readers = make_readers(Path(folder))
        run.path = Path(folder) / "user_file"
        number = first_seed
        while run.count < n and not run.spent():
            run.batch(min(_BATCH, n - run.count), number)
            number += 1
    return run.result()


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Log nothing, and let garbage be looked for among new objects alone, for speed."""
    logger = logging.getLogger("mirsignal")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        logger.setLevel(level)


class _Run:
    """What `fuzz` has seen."""

    readers: dict[str, Reader]
    path: Path

    def __init__(self, seconds: float):
        self._until = time.monotonic() + seconds
        self.count, self._longest = 0, 0.0
        self._tried: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()
        self._examples: dict[tuple[str, str], dict[str, Any]] = {}

    def spent(self) -> bool:
        return time.monotonic() > self._until

    def batch(self, n: int, number: int) -> None:
        """Draw `n` inputs with a seed of their own and note what they do."""

        @seed(number)
        @settings(
            max_examples=n,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(inputs(self.readers))
        def feed(drawn: Any) -> None:
            if not self.spent():
                self._feed(*drawn)

        feed()

    def _feed(self, kind: tuple[str, str], mutations: list[tuple[str, int, int]]) -> None:
        name, layout = kind
        reader = self.readers[name]
        self.path.write_bytes(corrupt(reader.seeds[layout], mutations))
        started = time.process_time()
        fault = check(reader, self.path)
        self._longest = max(self._longest, time.process_time() - started)
        self.count += 1
        self._tried[name] += 1
        if fault:
            self._failed[name] += 1
            example = {"reader": name, "layout": layout, "mutations": mutations}
            key = (name, fault.split(":")[0])
            self._examples.setdefault(key, example | {"fault": fault})

    def result(self) -> dict[str, Any]:
        return {
            "fuzzed": self.count,
            "fuzz_failures": sum(self._failed.values()),
            "fuzzed_by_reader": dict(sorted(self._tried.items())),
            "failures_by_reader": dict(sorted(self._failed.items())),
            "longest_s": self._longest,
            "examples": list(self._examples.values())[:_EXAMPLES],
        }
