"""Binding networks, one per file, by name.

Each maps a pairing matrix (N, W, M, C) to P(binding) (N, 1) and has a layer named
"logit" before its sigmoid.
"""

from collections.abc import Callable

from mirsignal.binding.models.cnn import build_binding_cnn
from mirsignal.binding.models.resnet import build_binding_resnet
from mirsignal.binding.models.seed_match import build_seed_match
from mirsignal.networks.backend import keras

BINDING_NETWORKS: dict[str, Callable[..., keras.Model]] = {
    "cnn": build_binding_cnn,
    "resnet": build_binding_resnet,
    "seed_match": build_seed_match,
}
