"""Tracks for genome browsers: runs of equal score, zeros left out."""

import gzip

import numpy as np
import pyBigWig

from mirsignal.files.bigwig import find_runs, write_bedgraph, write_bigwig

TRACKS = {
    "t2": np.array([0, 0.5, 0.5, 0, 0.25], np.float32),
    "t1": np.zeros(3, np.float32),
}


def test_runs_by_hand():
    assert find_runs(TRACKS["t2"]) == ([1, 4], [3, 5], [0.5, 0.25])
    assert find_runs(TRACKS["t1"]) == ([], [], [])


def test_bedgraph_is_sorted_and_the_same_each_time():
    packed = write_bedgraph(TRACKS, b"# header\n")
    assert gzip.decompress(packed).decode().splitlines() == [
        "# header",
        "t2\t1\t3\t0.5",
        "t2\t4\t5\t0.25",
    ]
    assert write_bedgraph(TRACKS, b"# header\n") == packed


def test_bigwig_holds_every_length_and_the_runs(tmp_path):
    path = tmp_path / "score.bw"
    path.write_bytes(write_bigwig(TRACKS))
    bigwig = pyBigWig.open(str(path))
    assert bigwig.chroms() == {"t1": 3, "t2": 5}
    assert bigwig.intervals("t2") == ((1, 3, 0.5), (4, 5, 0.25))
    assert bigwig.intervals("t1") is None
    bigwig.close()
