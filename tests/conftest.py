"""Fixtures that tests share. TensorFlow is imported only by those that need it."""

import os
import random
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from mirsignal.sites.contextpp import read_coefficients

# Tests run on the CPU: their numbers are compared exactly, and this process must not hold
# the GPU that the workflow it starts would wait for.
os.environ["CUDA_VISIBLE_DEVICES"] = ""

settings.register_profile("mirsignal", deadline=None, max_examples=40, derandomize=True)
settings.load_profile("mirsignal")


def pytest_runtest_setup():
    """Start each test with the same weights, whichever tests this worker ran before.

    Keras draws a seed that was not given from Python's generator.
    """
    random.seed(1)
    if "keras" in sys.modules:
        sys.modules["keras"].utils.set_random_seed(1)


@pytest.fixture(scope="session")
def root():
    """Return the root of the repository."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_data(root):
    """Return the folder of real data; skip where it is absent."""
    folder = root.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no ../shared/data")
    return folder


WHOLE = pytest.param("whole", marks=pytest.mark.realdata)


@pytest.fixture(scope="session", params=["excerpt", WHOLE])
def public_data(request, root):
    """Return a folder of public files: tests/fixtures, or the whole of them."""
    if request.param == "excerpt":
        return root / "tests/fixtures"
    return request.getfixturevalue("shared_data")


@pytest.fixture(scope="session")
def coefficients(root):
    """Return the published coefficients of context++."""
    return read_coefficients(root / "resources/contextpp_coefficients.tsv")


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@pytest.fixture
def table_of(tmp_path):
    """Return a function: text or bytes -> path of a file that holds them."""

    def write(text, name="table.tsv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.fixture
def random_rna(rng):
    """Return a function: length -> random RNA string."""
    return lambda length: "".join(rng.choice(list("ACGU"), length))


@pytest.fixture(scope="session")
def unsettle():
    """Return a function that gives every weight and BatchNorm statistic a random value.

    Fresh normalisation layers do nothing, and would hide a wrong fold.
    """

    def change(model, seed=3):
        rng = np.random.default_rng(seed)
        for layer in model.layers:
            shapes = [weight.shape for weight in layer.get_weights()]
            if type(layer).__name__ == "BatchNormalization":
                *others, variance = (rng.normal(0, 1, shape) for shape in shapes)
                layer.set_weights([*others, np.exp(variance)])
            elif shapes:
                fan_in = np.sqrt(np.prod(shapes[0][:-1]))
                layer.set_weights([rng.normal(0, 2 / fan_in, shape) for shape in shapes])
        return model

    return change


@pytest.fixture(scope="session")
def network(unsettle):
    """Return a small binding network with random weights and statistics."""
    from mirsignal.binding.models import BINDING_NETWORKS

    return unsettle(BINDING_NETWORKS["cnn"]("wc_gu", filters=(3, 4, 5), n_hidden=6))


@pytest.fixture(scope="session")
def site_network():
    """Return a wc_gu network trained for a moment to know seed matches, and pairs.

    These are codes of targets (40, W) and miRNAs (40, M) that match, and of others (50).
    At a rate of 0.01 many seeds end at the base rate, and which ones depends on how the
    processor rounds.
    """
    from mirsignal.binding.models import BINDING_NETWORKS
    from mirsignal.binding.pairing import pair_matrix
    from mirsignal.networks.backend import keras

    rng = np.random.default_rng(6)
    keras.utils.set_random_seed(6)
    codes = rng.integers(0, 4, (4000, 50)).astype(np.uint8)
    mirnas = rng.integers(0, 4, (4000, 20)).astype(np.uint8)
    labels = np.arange(4000) % 2
    for row in np.flatnonzero(labels):
        at = rng.integers(10, 33)
        codes[row, at : at + 7] = 3 - mirnas[row, 7:0:-1]
    model = BINDING_NETWORKS["cnn"]("wc_gu", filters=(8, 8, 8), n_hidden=8)
    model.compile("adam", "binary_crossentropy")
    model.optimizer.learning_rate = 0.003
    model.fit(pair_matrix(codes, mirnas, "wc_gu"), labels, epochs=6, verbose=0)
    return model, codes[1::2][:40], mirnas[1::2][:40], codes[:50], mirnas[:50]
