# What stands beside a figure: its caption, and its labels in the report.

INTERPRETATION_FIGURES = ["pairs", "importance", "clusters", "mutagenesis", "checks"]
COMPARISON_FIGURES = [
    "scatter",
    "cumulative",
    "precision_recall",
    "top_targets",
    "per_mirna",
]


def caption(name):
    """Return the caption of a figure as plain text, to be set below it."""
    return " ".join((ROOT / f"report/{name}.rst").read_text().replace("``", "").split())


def labels(figure, *wildcards, **others):
    """Return the labels of a figure in the report, with the values of these wildcards."""
    return {name: f"{{{name}}}" for name in wildcards} | others | {"figure": figure}
