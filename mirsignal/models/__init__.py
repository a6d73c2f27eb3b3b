"""Network architectures, one per file, by name.

A binding network maps a pairing matrix (N, W, M, C) to P(binding) (N, 1) and has a
layer named "logit" before its sigmoid. A signal network maps a signal (N, bins, C) and
its mask (N, bins) to log2 fold change (N, 1), in a layer named "log2fc"; it may be read
with more padding and any finite values there.
"""

from collections.abc import Callable

from mirsignal.backend import keras
from mirsignal.models.binding_cnn import build_binding_cnn
from mirsignal.models.binding_resnet import build_binding_resnet
from mirsignal.models.seed_match import build_seed_match
from mirsignal.models.signal_cnn_gru import build_signal_cnn_gru
from mirsignal.models.site_pooling import build_site_pooling

BINDING_NETWORKS: dict[str, Callable[..., keras.Model]] = {
    "cnn": build_binding_cnn,
    "resnet": build_binding_resnet,
    "seed_match": build_seed_match,
}
SIGNAL_NETWORKS: dict[str, Callable[..., keras.Model]] = {
    "cnn_gru": build_signal_cnn_gru,
    "site_pooling": build_site_pooling,
}
