"""Which settings a recipe uses, and which recipes do not fit together.

All that cannot work is refused here, before anything runs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from mirsignal.axes import REGIONS
from mirsignal.errors import InputError
from mirsignal.samples.splits import TEST_SETS
from mirsignal.sequences.wiggles import TRACK
from mirsignal.sites.context import CONTEXT_FEATURES

ATTRIBUTED = (*REGIONS, "attribution")
"""Channels that a scan of mode `prediction` does not have."""
OF_HEADS = ("teacher", "energy")
"""Features of sites that a network with taught_windows gives, by its heads."""
OF_SCAN = ("binding_excess", "seed_excess", "energy_excess")
"""Features of scanned sites alone: outputs less those of the miRNA's usual summits."""
OF_NETWORK = ("binding", "seed_binding", *OF_HEADS, *OF_SCAN)
"""Features of sites that the binding network of `transfer` gives."""

CONVOLUTIONAL = ("cnn",)
"""Binding networks that a scan of mode `attribution` can slide (`convolution`)."""
RESERVED = {"experiments": ("unseen",), "studies": ("benchmarks",)}
"""Names of folders that the project uses itself, below those that are named so."""

_SIGNAL = ("network", ("cnn_gru", "site_pooling"))
_TRAINED = ("network", ("cnn_gru", "site_pooling", "language"))
_FINE_TUNED = ("network", ("fine_tuned",))
_DEEPSHAP = ("mode", ("deepshap",))
_PEAKS = ("mode", ("peaks",))
_SIZED = ("network", ("cnn", "resnet"))
_LABELLED = ("taught_windows", (0,))
USED_WITH: dict[str, dict[str, tuple[str, tuple[Any, ...]]]] = {
    "binding": {
        "filters": _SIZED,
        "n_hidden": _SIZED,
        "dropout": _SIZED,
        "max_shift": _LABELLED,
        "class_balance": _LABELLED,
        "random_windows": _LABELLED,
        "patience": _LABELLED,
    },
    "scan": {
        "steps": ("mode", ("attribution",)),
        "window_step": _DEEPSHAP,
        "n_background": _DEEPSHAP,
        "published_divisor": _DEEPSHAP,
    },
    "signals": {
        "divisor": ("mode", ("compressed",)),
        "n_peaks": _PEAKS,
        "spacing": _PEAKS,
        "min_prominence": _PEAKS,
    },
    "regression": {
        "filters": ("network", ("cnn_gru",)),
        "pools": ("network", ("cnn_gru",)),
        "pooling": ("network", ("site_pooling", "fine_tuned")),
        "n_units": _SIGNAL,
        "n_hidden": _TRAINED,
        "dropout": _TRAINED,
        "patience": _TRAINED,
        "task": _TRAINED,
        "gene_features": _TRAINED,
        "language": ("network", ("language",)),
        "threshold": ("task", ("classification",)),
        "ridge": ("gene_features", (True,)),
        "n_windows": _FINE_TUNED,
        "n_passenger_windows": _FINE_TUNED,
        "head_learning_rate": _FINE_TUNED,
    },
}
"""Settings, by stage, that are used only where another one has one of these values."""
_TOLD_BY = CONTEXT_FEATURES | {
    "proteins": ("peaks",),
    "protein": ("peaks",),
    "motifs": ("motifs",),
    "motif": ("motifs",),
}
OF_EXPERIMENTS = ("clip_positive", "decay", "leave_one_mirna_out")
"""Settings of an occupancy recipe that target `transfer` does not use."""
OF_TRANSFER = ("sites", "dataset_decay", "gene_response", "proteins")
"""Settings of an occupancy recipe that experiments do not use, only `transfer` does."""


class Mixture(NamedTuple):
    """A mean of two recipes, one of seed sites and one of scanned sites."""

    name: str
    of_seeds: str
    scanned: str
    share: float | None
    """Weight of the recipe of scanned sites; both sum to 1. None: chosen."""


def find_mixture(config: Mapping[str, Any]) -> Mixture | None:
    """Return the first of `transfer: mixtures` that target `predict` can use, if any:
    of seed sites and of scanned sites, by recipes that learn nothing of proteins."""
    occupancy = config["occupancy"]
    for name, weights in config["transfer"]["mixtures"].items():
        recipes = {occupancy[recipe]["sites"]: recipe for recipe in weights}
        with_proteins = any(occupancy[recipe]["proteins"] for recipe in weights)
        if len(weights) == len(recipes) == 2 and not with_proteins:
            of_seeds, scanned = recipes["seed"], recipes["scanned"]
            is_chosen = isinstance(weights, list)
            share = None if is_chosen else weights[scanned] / sum(weights.values())
            return Mixture(name, of_seeds, scanned, share)
    return None


def reads_network(features: Iterable[str]) -> bool:
    """Tell whether any of these features of sites is one that the network gives."""
    return not set(OF_NETWORK).isdisjoint(features)


def check_recipes(config: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    """Raise InputError for a recipe that cannot work, or that sets what it does not use.

    `config` is complete; a setting that is not used may have its default.
    """
    for stage, used_with in USED_WITH.items():
        defaults = schema["$defs"][stage]["properties"]
        for name, recipe in config[stage].items():
            for key, (other, values) in used_with.items():
                default = defaults[key]["default"]
                if recipe[other] not in values and recipe[key] != default:
                    needed = " or ".join(map(str, values))
                    raise InputError(
                        f"config: {stage}: {name}: {key!r} is not used where {other!r} "
                        f"is {recipe[other]}, only with {needed}; leave it out, or give "
                        f"its default, {default}"
                    )
    for name, recipe in config["binding"].items():
        _check_binding(f"config: binding: {name}:", recipe, config, schema)
    tool = schema["$defs"]["samples"]["properties"]["cluster_tool"]["default"]
    for name, recipe in config["samples"].items():
        if (total := sum(recipe["fractions"].values())) > 0.75:
            raise InputError(
                f"config: samples: {name}: fractions add up to {total:g}; leave at least "
                "a quarter for training"
            )
        if recipe["cluster_identity"] is None and recipe["cluster_tool"] != tool:
            raise InputError(
                f"config: samples: {name}: 'cluster_tool' is not used where "
                "'cluster_identity' is null; leave it out"
            )
    rate = schema["$defs"]["scan"]["properties"]["false_positive_rate"]["default"]
    for name, recipe in config["scan"].items():
        if recipe["threshold"] is not None and recipe["false_positive_rate"] != rate:
            raise InputError(
                f"config: scan: {name}: 'false_positive_rate' is not used where "
                "'threshold' is given; leave one of them out"
            )
    for name, recipe in config["regression"].items():
        _check_regression(f"config: regression: {name}:", recipe)


def _check_binding(
    lead: str,
    recipe: Mapping[str, Any],
    config: Mapping[str, Any],
    schema: Mapping[str, Any],
) -> None:
    """Refuse heads without windows, and networks that cannot be summed."""
    heads = recipe["heads"]
    if "teacher" not in heads:
        raise InputError(f"{lead} heads: teacher is the network's logit; add it")
    properties = schema["$defs"]["binding"]["properties"]
    whole = properties["heads"]["default"]
    if not recipe["taught_windows"] and set(heads) != set(whole):
        raise InputError(
            f"{lead} 'heads' is not used without 'taught_windows'; leave it out"
        )
    if recipe["parts"] and not shares_of(recipe):
        raise InputError(f"{lead} parts: all of them are 0; give one a share")
    if (total := sum(recipe["parts"].values())) > 1 + 1e-9:
        shares = ", ".join(f"{name} {share:g}" for name, share in recipe["parts"].items())
        raise InputError(
            f"{lead} parts: shares ({shares}) add up to {total:g}, more than 1; those of "
            "config.yaml count as well: set what is not meant to 0"
        )
    for name in recipe["parts"]:
        if name not in config["binding"]:
            raise InputError(
                f"{lead} parts: {name!r} is none of {', '.join(config['binding'])}"
            )
    told: dict[str, set[str]] = {}
    for name in shares_of(recipe):
        part = config["binding"][name]
        if part["parts"]:
            raise InputError(f"{lead} parts: {name!r} has parts itself; name these")
        for key in ("network", "encoding", "blind"):
            if part[key] != recipe[key]:
                raise InputError(
                    f"{lead} '{key}' of its part {name!r} is {part[key]}, its own "
                    f"{recipe[key]}; give both the same"
                )
        if part["taught_windows"]:
            told[name] = set(part["heads"])
    if len({frozenset(own) for own in told.values()}) > 1:
        raise InputError(
            f"{lead} parts: {' and '.join(map(repr, told))} differ in 'heads'; give them "
            "the same"
        )
    used = ("network", "encoding", "blind", "parts", "n_seeds", "n_resamples")
    for key in properties if recipe["parts"] else ():
        if key not in used and recipe[key] != properties[key]["default"]:
            raise InputError(f"{lead} {key!r} is not used with 'parts'; leave it out")


def shares_of(recipe: Mapping[str, Any]) -> dict[str, float]:
    """Return the recipes whose networks one of `binding` sums, and shares, without 0."""
    return {name: share for name, share in recipe["parts"].items() if share}


def heads_of(config: Mapping[str, Any], name: str) -> set[str]:
    """Return what a network of this recipe of `binding` tells beside its logit."""
    recipe = config["binding"][name]
    if parts := shares_of(recipe):
        return set().union(*(heads_of(config, part) for part in parts))
    return set(recipe["heads"]) if recipe["taught_windows"] else set()


def check_occupancy(
    lead: str,
    recipe: Mapping[str, Any],
    schema: Mapping[str, Any],
    inputs: Mapping[str, Any] | None = None,
) -> None:
    """Raise InputError for what an occupancy recipe sets and its target does not use.

    Its target are the experiments of a study with these `inputs`, or, without them,
    `transfer`, where a feature of which no table tells counts as unknown.
    """
    target = "transfer" if inputs is None else "experiments"
    properties = schema["$defs"]["occupancy"]["properties"]
    for key in OF_EXPERIMENTS if target == "transfer" else OF_TRANSFER:
        if recipe[key] != (default := properties[key]["default"]):
            other = "experiments" if target == "transfer" else "target transfer"
            raise InputError(
                f"{lead} {key!r} is not used by {target}, only by {other}; leave it out, "
                f"or give its default, {default}"
            )
    tracks = [name for name in recipe["features"] if name.startswith(TRACK)]
    if inputs is None:
        if tracks:
            raise InputError(
                f"{lead} feature {tracks[0]!r} is known for experiments alone, not for "
                "target transfer; leave it out"
            )
        of_scan = [name for name in recipe["features"] if name in OF_SCAN]
        if of_scan and recipe["sites"] != "scanned":
            raise InputError(
                f"{lead} features {', '.join(of_scan)} are known of scanned sites alone; "
                "leave them out, or set sites: scanned"
            )
        return
    for name in tracks:
        _check_track(f"{lead} feature", name, inputs)
    if unknown := [name for name in recipe["features"] if name in OF_NETWORK]:
        raise InputError(
            f"{lead} features {', '.join(unknown)} are known for target transfer alone; "
            "leave them out"
        )
    for name in recipe["features"]:
        _check_told(f"{lead} feature {name!r}", name, inputs)


def _check_track(lead: str, name: str, inputs: Mapping[str, Any]) -> None:
    if (track := name.removeprefix(TRACK)) not in inputs["tracks"]:
        raise InputError(
            f"{lead} {name!r}: the study has no track {track!r}; give its bigWig file "
            "under `inputs: tracks`"
        )


def _check_told(lead: str, name: str, inputs: Mapping[str, Any]) -> None:
    """Raise InputError for a feature or channel of which no input of a study tells."""
    tables = _TOLD_BY.get(name, ())
    if tables and not set(tables) & set(inputs):
        raise InputError(
            f"{lead} needs {' or '.join(f'`{table}`' for table in tables)} under "
            "`inputs`; give the table, or leave it out"
        )


def _check_regression(lead: str, recipe: Mapping[str, Any]) -> None:
    network = recipe["network"]
    if network == "fine_tuned" and recipe["pooling"] == "gru":
        raise InputError(
            f"{lead} network fine_tuned has no pooling 'gru'; use occupancy or attention"
        )
    if network != "fine_tuned" and recipe["learning_rate"] == 0:
        raise InputError(
            f"{lead} network {network} learns nothing at `learning_rate` 0; give one "
            "above 0"
        )
    if len(recipe["filters"]) != len(recipe["pools"]):
        raise InputError(
            f"{lead} `filters` and `pools` differ in length; give one pool per "
            "convolution"
        )
    clipped = recipe["task"] == "classification" and recipe["clip_positive"]
    if clipped and recipe["threshold"] > 0:
        raise InputError(
            f"{lead} with `clip_positive` all genes are below a `threshold` above 0; "
            "give one below, or clip_positive: false"
        )


def check_experiments(
    config: Mapping[str, Any],
    recipes_of: Mapping[str, Mapping[str, str]],
    schema: Mapping[str, Any],
) -> None:
    """Raise InputError for an experiment whose recipes do not fit together.

    `config` is complete; `recipes_of` has the recipe of every stage, by experiment.
    """
    for section, names in RESERVED.items():
        for name in names:
            if name in config[section]:
                raise InputError(
                    f"config: {section}: {name!r} is a folder that mirsignal makes "
                    "itself; choose another name"
                )
    for name, recipes in recipes_of.items():
        lead = f"config: experiments: {name}:"
        chosen = {stage: config[stage][recipe] for stage, recipe in recipes.items()}
        inputs = config["studies"][config["study"]]["inputs"]
        _check_samples(lead, chosen["samples"], inputs)
        _check_scan(lead, chosen, recipes)
        _check_channels(lead, chosen, recipes, inputs)
        _check_pools(lead, chosen)
        _check_language(lead, chosen, config["language"])
        own = f"{lead} occupancy recipe {recipes['occupancy']}:"
        check_occupancy(own, chosen["occupancy"], schema, inputs)
        main = config["regression"][recipes_of["main"]["regression"]]
        for stage in ("regression", "occupancy"):
            if chosen[stage]["clip_positive"] != main["clip_positive"]:
                raise InputError(
                    f"{lead} `clip_positive` of its {stage} recipe is not that of the "
                    "regression recipe of experiment main, on whose target all models "
                    "are stacked and compared; give both the same"
                )


def _check_samples(
    lead: str, recipe: Mapping[str, Any], inputs: Mapping[str, Any]
) -> None:
    tested = inputs["test_sets"] or any(recipe["fractions"][key] for key in TEST_SETS)
    if not tested:
        raise InputError(
            f"{lead} its samples leave out every test set; give `fractions` above 0, or "
            "`test_sets` under `inputs`"
        )
    if recipe["negatives"] == "background" and "transcripts" not in inputs["hybrids"]:
        raise InputError(
            f"{lead} background negatives need the transcripts of the chimeras; give "
            "`transcripts` under `hybrids`"
        )


def _check_scan(
    lead: str, chosen: Mapping[str, Mapping[str, Any]], recipes: Mapping[str, str]
) -> None:
    network = chosen["binding"]["network"]
    if chosen["scan"]["mode"] == "attribution" and network not in CONVOLUTIONAL:
        raise InputError(
            f"{lead} network {network} of binding recipe {recipes['binding']!r} cannot "
            f"be scanned in mode attribution, as {', '.join(CONVOLUTIONAL)} can; name a "
            "scan recipe of mode prediction"
        )


def _check_channels(
    lead: str,
    chosen: Mapping[str, Mapping[str, Any]],
    recipes: Mapping[str, str],
    inputs: Mapping[str, Any],
) -> None:
    for name in chosen["signals"]["channels"]:
        if name.startswith(TRACK):
            _check_track(f"{lead} channel", name, inputs)
        _check_told(f"{lead} channel {name!r}", name.partition(":")[0], inputs)
        if name in ATTRIBUTED and chosen["scan"]["mode"] == "prediction":
            raise InputError(
                f"{lead} channel {name!r} needs a scan of mode attribution; its scan "
                f"{recipes['scan']!r} has mode prediction"
            )


def _check_language(
    lead: str, chosen: Mapping[str, Mapping[str, Any]], known: Mapping[str, Any]
) -> None:
    signals, regression = chosen["signals"], chosen["regression"]
    read = [signals["language"]] if "language" in signals["channels"] else []
    read += [regression["language"]] if regression["network"] == "language" else []
    for name in read:
        if name not in known:
            raise InputError(
                f"{lead} `language` has no recipe {name!r}; name one that is there"
            )


def _check_pools(lead: str, chosen: Mapping[str, Mapping[str, Any]]) -> None:
    signals, regression = chosen["signals"], chosen["regression"]
    pooled = math.prod(regression["pools"])
    if (signals["mode"], regression["network"]) == ("peaks", "cnn_gru") and signals[
        "n_peaks"
    ] < 2 * pooled:
        raise InputError(
            f"{lead} cnn_gru pools the {signals['n_peaks']} peaks of a transcript by "
            f"{pooled}, which leaves nothing to read along; use network site_pooling, or "
            "smaller `pools`"
        )
