"""mirsignal: from microRNA binding signals along transcripts to repression.

The library holds the science and does not know that Snakemake exists. The names of
`__all__` are its public interface (`mirsignal.api`, docs/tutorial.md). Each is imported
when it is first used, so that a script loads (and a rerun depends on) only what it names.
"""

import importlib

__version__ = "0.2.0"
__all__ = [
    "explain_pair",
    "find_peaks",
    "find_seed_sites",
    "load_binding_model",
    "load_occupancy_model",
    "predict_repression",
    "predict_targets",
    "read_mirnas",
    "read_sequences",
    "scan_transcript",
    "score_contextpp",
    "score_pairs",
]


def __getattr__(name: str):
    if name not in __all__:
        raise AttributeError(f"module 'mirsignal' has no attribute {name!r}")
    return getattr(importlib.import_module("mirsignal.api"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
