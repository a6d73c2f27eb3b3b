"""How scan jobs are cut, by miRNAs and by shards, does not change what they find."""

import numpy as np
import pytest

from mirsignal.files.tracks import load_tracks

pytestmark = pytest.mark.workflow

SCAN = "results/small/scan/balanced.cnn.attribution"
SIGNALS = "results/small/signals/balanced.cnn.attribution.compressed/signals.npz"
MIRNAS = ["hsa-let-7a-5p", "hsa-miR-1-3p"]
PEAKS = [f"{SCAN}/{mirna}/peaks.parquet" for mirna in MIRNAS]


@pytest.fixture
def copied(finished, tmp_path):
    """A copy of the finished small study, to be run on with other settings."""
    return finished.copy(tmp_path)


def test_several_mirnas_per_job_give_the_same_files(finished, copied):
    for path in [*PEAKS, SIGNALS]:
        (copied.root / path).unlink()
    extra = "mirnas_per_job: 2"
    planned = copied.planned(*PEAKS, SIGNALS, extra=extra)
    assert planned == {"scan_transcripts": 2, "find_peaks": 2, "compress_signals": 1}
    status, output = copied.run(*PEAKS, SIGNALS, extra=extra)
    assert status == 0, output
    for path in [*PEAKS, SIGNALS]:
        same = (copied.root / path).read_bytes() == (finished.root / path).read_bytes()
        assert same, path
    assert copied.planned(*PEAKS, SIGNALS, extra=extra) == {}


def tracks_of(project, n_shards):
    """Scan with some number of shards; return the tracks by miRNA and transcript."""
    paths = [f"{SCAN}/batch_0000/{shard:04d}.npz" for shard in range(n_shards)]
    extra = f"shards: {n_shards}\nmirnas_per_job: 2"
    status, output = project.run(*paths, extra=extra)
    assert status == 0, output
    return {
        (mirna, name): values.copy()
        for mirna in MIRNAS
        for path in paths
        for name, values in load_tracks(project.root / path, mirna).items()
    }


def test_one_shard_equals_four(copied):
    """Up to a step of P, where rounding falls otherwise, and rounding errors of sums."""
    one, four = tracks_of(copied, 1), tracks_of(copied, 4)
    assert one.keys() == four.keys()
    difference = [np.abs(one[key] - four[key]).max(axis=0) for key in one]
    p, *others = np.max(difference, axis=0)
    print("largest differences: P", p, "attribution and score", others)
    assert p <= 1 / 4096
    assert max(others) <= 1e-6


def test_tracks_may_be_deleted_once_their_results_exist(copied):
    for path in copied.root.glob(f"{SCAN}/*/*.npz"):
        path.unlink()
    assert copied.planned("scan") == {}


def test_unknown_mirna_is_named(fresh):
    status, output = fresh.run("-n", f"{SCAN}/hsa-miR-0/peaks.bed")
    assert status != 0
    assert "miRNA 'hsa-miR-0' is not in the study's table" in output
