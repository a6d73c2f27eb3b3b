"""The scan on another Keras backend gives the same scores."""

import importlib.util
import json
import os
import subprocess
import sys

import numpy as np
import pytest

PROGRAM = """
import json, sys
import numpy as np
from mirsignal.scan.attribution import Attributor
from mirsignal.networks.backend import keras, set_up
from mirsignal.scan.convolution import list_bodies
from mirsignal.scan.scanning import (
    make_scanner,
    mirna_reference,
    mirna_rows,
    scan_transcripts,
)

set_up(1, 0, any_backend=True)
mirna, encoding = "UGAGGUAGUAGGUUGUAUAGUU", "wc_gu"
rows, reference = mirna_rows(mirna, encoding), mirna_reference(mirna, encoding)
codes = np.random.default_rng(1).integers(0, 5, 300).astype(np.uint8)
model = keras.models.load_model(sys.argv[1])
(logits,) = scan_transcripts(make_scanner(model, 2), [codes], rows)
weight = np.where(logits > np.median(logits), 1, 0).astype(np.float32)
attributor = Attributor(list_bodies(model), 3)
(detail,) = attributor.attribute([codes], [weight], rows, reference)
json.dump([keras.backend.backend(), logits.tolist(), detail.tolist()], sys.stdout)
"""


def scan_with(backend, path, root):
    answer = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path)],
        env=os.environ | {"KERAS_BACKEND": backend, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )
    name, *numbers = json.loads(answer.stdout.splitlines()[-1])
    assert name == backend
    return [np.array(part) for part in numbers]


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_backend_gives_what_tensorflow_gives(backend, network, root, tmp_path):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    path = tmp_path / "network.keras"
    network.save(path)
    logits, detail = scan_with(backend, path, root)
    expected_logits, expected_detail = scan_with("tensorflow", path, root)
    np.testing.assert_allclose(logits, expected_logits, atol=1e-5)
    np.testing.assert_allclose(detail, expected_detail, atol=1e-5)
