"""Signal networks, one per file, by name.

Each maps a signal (N, bins, C) and its mask (N, bins) to log2 fold change (N, 1), in a
layer named "log2fc"; it may be read with more padding and any finite values there.
"""

from collections.abc import Callable

from mirsignal.networks.backend import keras
from mirsignal.repression.models.cnn_gru import build_signal_cnn_gru
from mirsignal.repression.models.site_pooling import build_site_pooling

SIGNAL_NETWORKS: dict[str, Callable[..., keras.Model]] = {
    "cnn_gru": build_signal_cnn_gru,
    "site_pooling": build_site_pooling,
}
