"""The plan of a large scan: its arithmetic, on sample values that nobody measured."""

import pytest

from benchmarks.plan_scale import fill, show
from benchmarks.scale import N_MIRNAS, count_links, fit_graph, make_plan, scheduling_h

SAMPLE_SCAN = {
    "nt_per_s_prediction": 4e4,
    "nt_per_s_attribution": 1e4,
    "start_up_s": 20.0,
    "memory_mb": 900.0,
    "bytes_per_nt": 5.0,
    "signal_bytes_per_nt": 0.5,
}
SAMPLE_ROUNDS = [
    {"ready_jobs": 1000, "subsample": None, "s_per_job": 0.05},
    {"ready_jobs": 10_000, "subsample": None, "s_per_job": 0.5},
    {"ready_jobs": 10_000, "subsample": 200, "s_per_job": 0.1},
]


def sample_case(n_mirnas, n_shards, mirnas_per_job, **others):
    scan_jobs = n_mirnas // mirnas_per_job * n_shards
    jobs, links = scan_jobs + 2 * n_mirnas, count_links(scan_jobs, n_mirnas, n_shards)
    case = {"target": "scan", "finished": True, "n_mirnas": n_mirnas, "jobs": jobs}
    case |= {"n_shards": n_shards, "scan_jobs": scan_jobs}
    case |= {"cpu_s": 5 + 0.001 * jobs + 1e-4 * links, "memory_mb": 100 + 0.02 * jobs}
    return case | others


CUTS = [(100, 4, 1), (100, 40, 1), (100, 40, 10), (500, 40, 10)]
SAMPLE_DAG = {
    "cases": [sample_case(*cut) for cut in CUTS]
    + [sample_case(100, 4, 1, target="all", cpu_s=1e6)]
    + [sample_case(100, 4, 1, finished=False, jobs=None, cpu_s=1200)],
    "rounds": SAMPLE_ROUNDS,
}


def test_one_mirna_per_job():
    plan = make_plan(4_000_000, 1000, 100, mirnas_per_job=1)
    assert (plan.shards, plan.scan_jobs) == (2, 2 * N_MIRNAS)
    assert plan.job_s == pytest.approx(2100)
    assert plan.core_h == pytest.approx(2 * N_MIRNAS * 2100 / 3600)
    assert plan.jobs == 4 * N_MIRNAS


@pytest.mark.parametrize("nt", [1_000_000, 30_000_000, 500_000_000])
@pytest.mark.parametrize("nt_per_s", [5e3, 5e4, 5e5])
def test_a_job_takes_20_to_60_minutes(nt, nt_per_s):
    assert 20 < make_plan(nt, nt_per_s, 30).job_s / 60 < 60


def test_more_per_job_is_never_slower():
    plans = [make_plan(70_000_000, 1e4, 20, n) for n in (1, 10, 100)]
    hours = [plan.core_h for plan in plans]
    assert hours == sorted(hours, reverse=True)


def test_graph_is_fitted_to_finished_dry_runs_of_the_scan():
    plan = make_plan(70_000_000, 1e4, 20)
    seconds = fit_graph(SAMPLE_DAG["cases"], "cpu_s")(plan)
    assert seconds == pytest.approx(5 + 0.001 * plan.jobs + 1e-4 * plan.links)
    memory = fit_graph(SAMPLE_DAG["cases"], "memory_mb")(plan)
    assert memory == pytest.approx(100 + 0.02 * plan.jobs)


def test_waiting_grows_with_the_square_of_ready_jobs_unless_some_are_weighed():
    assert scheduling_h(SAMPLE_ROUNDS, 20_000, None) == pytest.approx(20_000 * 0.5 / 3600)
    assert scheduling_h(SAMPLE_ROUNDS, 20_000, 200) == pytest.approx(20_000 * 0.1 / 3600)


@pytest.mark.parametrize(
    ("value", "shown"), [(0.01234, "0.012"), (99.6, "100"), (12345.6, "12,346"), (3, "3")]
)
def test_cells(value, shown):
    assert show(value) == shown


def test_document_is_whole():
    page = fill(SAMPLE_SCAN, SAMPLE_DAG)
    assert "$" not in page
    assert "nan" not in page
    blocks = [block for block in page.split("\n\n") if block.startswith("|")]
    assert len(blocks) == 5
    for block in blocks:
        assert len({line.count("|") for line in block.splitlines()}) == 1
