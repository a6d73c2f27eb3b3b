"""The arithmetic of a large scan: jobs, hours, Snakemake's own time and memory."""

import math
from dataclasses import dataclass

import numpy as np

N_MIRNAS = 2656
"""Mature human miRNAs of miRBase 22.1."""
SHARD_NT = 2_000_000
JOB_S = 40 * 60
"""A job is to last about this long: long against its start, short against a failure."""
CALIBRATION_NT = 100_000
BASE_CORES = 2
"""Cores that `make bench-scan` used, a job on each."""
SCOPES = {
    "3' UTRs, one per gene": 20_000 * 1_500,
    "one transcript per gene": 20_000 * 3_500,
    "all protein-coding transcripts": 211_446 * 2_500,
}
"""Nucleotides. Number of genes and transcripts: GENCODE 49, rounded for one per gene;
mean lengths: assumptions."""
MAIN_SCOPE = "one transcript per gene"


@dataclass(frozen=True)
class Plan:
    """How one scope is cut into jobs, and what it takes."""

    nt: int
    shards: int
    mirnas_per_job: int
    scan_jobs: int
    job_s: float
    core_h: float

    @property
    def jobs(self) -> int:
        """All jobs: those of the scan, and peaks and tracks of every miRNA."""
        return self.scan_jobs + 2 * N_MIRNAS

    @property
    def links(self) -> int:
        """Inputs of all jobs."""
        return count_links(self.scan_jobs, N_MIRNAS, self.shards)

    @property
    def files(self) -> int:
        """Files with logs, benchmarks and Snakemake's notes on each output."""
        return 4 * self.scan_jobs + 12 * N_MIRNAS


def count_links(scan_jobs, n_mirnas, shards):
    """Return the inputs of all jobs that the target `scan` needs."""
    return 6 * scan_jobs + 2 * n_mirnas * (shards + 1)


def make_plan(nt, nt_per_s, start_up_s, mirnas_per_job=None):
    """Return the plan of a scope of `nt` nucleotides; None fits a job to JOB_S.

    `nt_per_s` is the speed of one core, which a job takes.
    """
    shards = math.ceil(nt / SHARD_NT)
    one_s = nt / shards / nt_per_s
    if mirnas_per_job is None:
        mirnas_per_job = min(max(1, round((JOB_S - start_up_s) / one_s)), N_MIRNAS)
    batches = math.ceil(N_MIRNAS / mirnas_per_job)
    seconds = N_MIRNAS * nt / nt_per_s + batches * shards * start_up_s
    return Plan(
        nt=nt,
        shards=shards,
        mirnas_per_job=mirnas_per_job,
        scan_jobs=batches * shards,
        job_s=start_up_s + mirnas_per_job * one_s,
        core_h=seconds / 3600,
    )


def fit_graph(cases, key):
    """Return a function plan -> `key` of a dry run (s or MB), from the measured cases.

    Least squares of relative errors on a constant, jobs and links; for the target `scan`.
    """
    rows = [case for case in cases if case["finished"] and case["target"] == "scan"]
    links = [
        count_links(case["scan_jobs"], case["n_mirnas"], case["n_shards"])
        for case in rows
    ]
    design = np.array([[1, case["jobs"], n] for case, n in zip(rows, links, strict=True)])
    measured = np.array([case[key] for case in rows], float)
    weights, *_ = np.linalg.lstsq(
        design / measured[:, None], np.ones(len(rows)), rcond=None
    )
    return lambda plan: float(weights @ [1, plan.jobs, plan.links])


def scheduling_h(rounds, n_jobs, subsample):
    """Return hours between jobs, all in all, when `n_jobs` are ready at the start.

    Without a subsample the wait grows with the jobs that are still ready, so that it is
    on average half of that at the start; with one it is constant.
    """
    row = max(
        (row for row in rounds if row["subsample"] == subsample),
        key=lambda row: row["ready_jobs"],
    )
    wait = row["s_per_job"]
    if subsample is None:
        wait *= n_jobs / row["ready_jobs"] / 2
    return n_jobs * wait / 3600
