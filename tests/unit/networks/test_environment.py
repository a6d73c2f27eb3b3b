"""What the user's environment holds changes no number, or is recorded."""

import json
import os
import subprocess
import sys

import pytest

from mirsignal.errors import InputError
from mirsignal.networks import backend
from mirsignal.networks.environment import record_environment, settle_environment

TRAINING = """
import json, sys
import numpy as np
import pandas as pd
from mirsignal.networks.backend import keras, set_up
from mirsignal.binding.training import BindingTraining, train_binding

set_up(1, 3)
rng = np.random.default_rng(1)
strands = ["".join(row) for row in rng.choice(list("ACGU"), (80, 72))]
pairs = pd.DataFrame({"mirna_sequence": [strand[50:] for strand in strands]})
pairs["target"] = [strand[:50] for strand in strands]
pairs["label"] = pairs.index % 2
pairs["round"] = -pairs["label"]
pairs["split"] = np.where(pairs.index < 60, "train", "validation")
training = BindingTraining(
    network="cnn",
    encoding="wc_gu",
    filters=[4, 4, 4],
    n_hidden=4,
    dropout=0.1,
    max_shift=3,
    class_balance="mirna",
    random_windows=0.5,
    learning_rate=0.01,
    batch_size=16,
    epochs=2,
    patience=2,
)
_, history = train_binding(pairs, training, seed=1)
losses = history[["train_loss", "validation_loss"]].to_numpy()
json.dump([keras.config.floatx(), losses.tolist()], sys.stdout)
"""
KERAS_SETTINGS = {"image_data_format": "channels_first", "floatx": "float64"}
KERAS_SETTINGS |= {"epsilon": 0.1, "backend": "jax"}
LEAKS = {
    "KERAS_MAX_EPOCHS": "1",
    "KERAS_MAX_STEPS_PER_EPOCH": "1",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_XLA_FLAGS": "--tf_xla_auto_jit=2",
    "TF_NUM_INTRAOP_THREADS": "2",
    "ONEDNN_DEFAULT_FPMATH_MODE": "BF16",
    "PYTHONHASHSEED": "7",
    "LC_ALL": "C",
}


def train_at(home, root, **variables):
    """Return what a small training gives in a process of this HOME and environment."""
    plain = {"PATH": os.environ["PATH"], "PYTHONPATH": str(root), "HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-c", TRAINING],
        env=plain | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_settings_of_keras_and_tensorflow_at_home_change_no_number(tmp_path, root):
    homes = [tmp_path / "clean", tmp_path / "used"]
    for home in homes:
        home.mkdir()
    settings = homes[1] / ".keras/keras.json"
    settings.parent.mkdir()
    settings.write_text(json.dumps(KERAS_SETTINGS))
    clean, used = (
        train_at(home, root, **variables)
        for home, variables in zip(homes, ({}, LEAKS), strict=True)
    )
    assert clean[0] == "float32"
    assert used == clean
    assert json.loads(settings.read_text()) == KERAS_SETTINGS
    assert not (homes[0] / ".keras").exists()


def test_what_may_be_set_is_kept_and_recorded():
    environment = {"KERAS_BACKEND": "jax", "OMP_NUM_THREADS": "2", "TF_ENABLE_X": "1"}
    environment |= {"HOME": "/home/a", "TF_CLI_CONFIG_FILE": "of another program"}
    settle_environment(environment)
    assert "TF_ENABLE_X" not in environment
    assert environment["TF_ENABLE_ONEDNN_OPTS"] == "1"
    assert environment["TF_CLI_CONFIG_FILE"] == "of another program"
    recorded = record_environment(environment)
    assert recorded == {"KERAS_BACKEND": "jax", "OMP_NUM_THREADS": "2"}


def test_backend_that_does_not_fit_is_refused(monkeypatch):
    with pytest.raises(InputError, match=r"KERAS_BACKEND is 'theano'.*unset it"):
        settle_environment({"KERAS_BACKEND": "theano"})
    monkeypatch.setattr(backend.keras.backend, "backend", lambda: "jax")
    with pytest.raises(InputError, match="'jax', which only the scan runs on"):
        backend.set_up(1, 0)


def test_style_of_figures_is_the_projects_own(tmp_path, root):
    (tmp_path / "matplotlibrc").write_text("font.size: 30\nlines.linewidth: 9\n")
    program = "from mirsignal.figures.style import plt; print(dict(plt.rcParams))"
    plain = {"PATH": os.environ["PATH"], "PYTHONPATH": str(root), "HOME": str(tmp_path)}
    looks = {
        subprocess.run(
            [sys.executable, "-c", program],
            env=plain | variables,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for variables in ({}, {"MATPLOTLIBRC": str(tmp_path)})
    }
    assert len(looks) == 1


def test_networks_wait_for_no_package_that_they_do_not_use(root):
    program = """import sys
import mirsignal.networks.backend
print([name for name in ("matplotlib", "sklearn") if name in sys.modules])
import matplotlib.pyplot, sklearn.linear_model
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"
