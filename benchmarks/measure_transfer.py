"""Collect what models of several experiments reach on what is new to them.

`make bench-transfer DATA=FOLDER` runs target `transfer` of studies/human_repression.yaml,
and then this: what the study's table does not hold, models of one experiment alone, is
fitted here. Writes results/benchmarks/transfer.json. A key without suffix is Pearson r;
`_mean` the mean over miRNAs; `_diff` and `_diff_weighted` the difference to context++ and
weighted context++ on the same pairs; `_interval` its 95% interval (genes resampled, with
miRNAs where there is more than one); `_won` on how many miRNAs r is above the other.
`network_gain` is what the weighted mean of seed sites and of sites that the network finds
(`r_mixture`) has above seed sites alone, `logit_gain` what the network's logit adds at
seed sites, `response_gain` what is learned of genes from other experiments.
Of the binding network: AP and within-miRNA AUC on the published test sets, and r with
measured affinities, of which it learned none.

Run from the project's root: .venv/bin/python -m benchmarks.measure_transfer DATA
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from benchmarks.settings import read_config, settings_of_fit
from mirsignal.axes import MIRNA_LENGTH, WINDOW
from mirsignal.binding.batches import predict_outputs
from mirsignal.binding.heads import HEADS, has_heads
from mirsignal.binding.models.averaging import split_networks
from mirsignal.binding.windows import duplex_energies
from mirsignal.comparison.transfer import (
    compare_datasets,
    join_recipes,
    mean_difference,
)
from mirsignal.files.atomic import read_json, read_tsv, write_json
from mirsignal.networks.backend import keras, set_up
from mirsignal.repression.datasets import REFERENCES, read_sites, read_stacked
from mirsignal.repression.intervals import SITES
from mirsignal.repression.protocols import predict_part
from mirsignal.sequences.codes import encode_many
from mirsignal.statistics.metrics import bootstrap_interval, pearson

TRANSFER = Path("results/human_repression/transfer")
HOME = ("hct116", "hek", "hela")
WITHOUT, SCANNED, MIXTURE = "joint_without_network", "network", "seed_and_network"
OPTIONAL = (
    (
        "conservation",
        (WITHOUT, "joint_without_conservation"),
        WITHOUT,
        "joint_without_conservation",
    ),
    ("protein", ("joint_proteins",), "joint_proteins", "joint_proteins, no proteins"),
)
"""Gains by recipes that the study does not run by itself: key, recipes that must have
been run with protocol families, and the two predictors."""
REFERENCE_OF = {"diff": "contextpp", "diff_weighted": "weighted_contextpp"}
NETWORK = Path("results/human_repression/binding/all_but_validation.taught")
TEST_SETS = {  # key: test set and measure
    "within_auc_1_10": ("published_test_1_10", "within_mirna_auc"),
    "ap_1_10": ("published_test_1_10", "average_precision"),
    "hejret_within_auc": ("hejret2023_test", "within_mirna_auc"),
    "hejret_transfer_ap": ("hejret2023_test", "average_precision"),
}
MEASURED = {"let7a": "hsa-let-7a-5p", "mir21": "hsa-miR-21-5p"}
ALONE = (("hct116", "hela"), ("hela", "hct116"))
"""An experiment, and the one that the model that predicts it was trained on."""


def main(data, recipe="joint"):
    metrics = read_json(TRANSFER / "comparison.json")
    results = {}
    for name in ("hct116", "hela"):
        found = metrics["genes"][name]["predictors"][f"{recipe} with baseline"]
        enter(results, f"r_{name}_new_genes", found)
        found = metrics["genes"][name]["predictors"][f"{MIXTURE} with baseline"]
        enter(results, f"r_mixture_{name}_new_genes", found)
    for name in HOME:
        found = metrics["families"][name]["predictors"][recipe]
        enter(results, f"r_{name}_new_family", found)
        found = metrics["datasets_families"][name]["predictors"][recipe]
        enter(results, f"r_{name}_both_new", found)
        found = metrics["families"][name]["predictors"]
        enter(results, f"r_network_{name}_new_family", found[SCANNED])
        enter(results, f"r_mixture_{name}_new_family", found[MIXTURE])
        found = metrics["datasets_families"][name]["predictors"][MIXTURE]
        enter(results, f"r_mixture_{name}_both_new", found)
    results |= of_network() | affinities(Path(data))
    for new, protocol in (("new_family", "families"), ("both_new", "datasets_families")):
        pairs = read_predictions(protocol, (recipe, WITHOUT, SCANNED))
        results |= gain(f"network_gain_{new}", pairs, MIXTURE, WITHOUT)
        results |= gain(f"logit_gain_{new}", pairs, recipe, WITHOUT)
        results |= gain(f"response_gain_{new}", pairs, recipe, f"{recipe}, genes alike")
        for end, other in REFERENCE_OF.items():
            results |= gain(f"r_network_{new}_{end}", pairs, SCANNED, other)
    for key, recipes, one, other in OPTIONAL:
        if all((TRANSFER / name / "families").is_dir() for name in recipes):
            own = read_predictions("families", recipes)
            results |= gain(f"{key}_gain_new_family", own, one, other)
    results |= mean_of_others(pairs, (recipe, WITHOUT, SCANNED, MIXTURE, *REFERENCES))
    others = sorted(set(metrics["datasets"]) - set(HOME))
    for name in others:
        enter(results, f"r_{name}", metrics["datasets"][name]["predictors"][recipe])
    pairs = read_predictions("datasets", (recipe,))
    for end, other in REFERENCE_OF.items():
        found = gain(f"other_cells_{end}", pairs, recipe, other, others)
        values = found[f"other_cells_{end}_each"]
        won = f"{sum(value > 0 for value in values)}/{len(values)}"
        results |= found | {f"other_cells_{end}_won": won}
    for name, other in ALONE:
        found, mixed = alone(name, other, recipe)
        enter(results, f"r_{name}_new_experiment", found)
        enter(results, f"r_mixture_{name}_new_experiment", mixed)
    results |= coverage("coverage", recipe) | coverage("coverage_mixture", MIXTURE)
    write_json("results/benchmarks/transfer.json", results)
    for key, value in results.items():
        print(f"{key:45} {value if isinstance(value, (str, list)) else round(value, 4)}")


def read_predictions(protocol, recipes):
    """Return the pairs of a protocol with what recipes and their mixture predict."""
    tables = {}
    for recipe in recipes:
        parts = sorted((TRANSFER / recipe / protocol).glob("*.parquet"))
        tables[recipe] = pd.concat(map(pd.read_parquet, parts), ignore_index=True)
    study = yaml.safe_load(Path("studies/human_repression.yaml").read_text())
    return join_recipes(tables, study["transfer"]["mixtures"], protocol)[0]


def gain(key, pairs, predictor, other, datasets=HOME):
    """Return how much higher r of a predictor is than that of another, the mean of data
    sets and each of them, with intervals."""
    own = pairs[pairs["dataset"].isin(datasets)]
    found = mean_difference(own, predictor, other, 1000, seed=1)
    each = found["by_dataset"].values()
    return {
        key: found["value"],
        f"{key}_interval": ends(found),
        f"{key}_each": [round(entry["value"], 4) for entry in each],
        f"{key}_each_interval": [ends(entry) for entry in each],
    }


def coverage(lead, recipe):
    """Return which share of measured values lies in the intervals of a recipe."""
    table, found = read_tsv(TRANSFER / recipe / "coverage.tsv"), {}
    for key, left_out in (("family", "family"), ("experiment", "dataset")):
        for _, row in table[table["left_out"] == left_out].iterrows():
            parts = [f"{lead}_new_{key}", row["dataset"], row["status"]]
            name = ": ".join(part for part in parts if part not in ("all", SITES))
            bounds = row[["inside_low", "inside_high"]]
            found[name] = row["inside"]
            found[f"{name}_interval"] = [round(value, 4) for value in bounds]
    return found


def mean_of_others(pairs, predictors):
    """Return r of predictors, the mean of the data sets that test alone, and by how much
    the mixture is above seed sites in each of them."""
    r = pd.DataFrame(
        {
            name: {p: pearson(own["target_log2fc"], own[p]) for p in predictors}
            for name, own in pairs[~pairs["dataset"].isin(HOME)].groupby("dataset")
        }
    )
    found = {f"other_cells_r_both_new: {p}": float(r.loc[p].mean()) for p in predictors}
    gains = (r.loc[MIXTURE] - r.loc[WITHOUT]).round(4)
    return found | {"other_cells_network_gain_both_new_each": gains.tolist()}


def of_network():
    """Return what the binding network reaches on test sets that it never saw."""
    test_sets = read_json(NETWORK / "metrics.json")["test_sets"]
    found = {}
    for key, (test_set, measure) in TEST_SETS.items():
        predictors = test_sets[test_set]["predictors"]
        entry = predictors.get("ensemble", predictors["network"])[measure]
        found |= {key: entry["value"], f"{key}_interval": ends(entry)}
    return found


def affinities(data):
    """Return r of each head of the network, and of what RNAduplex computes, with measured
    affinities (-log Kd)."""
    table = pd.read_csv(data / "variants/measured_affinities.tsv.gz", sep="\t")
    table = table[table["kd"].notna() & table["reference"].str.startswith("Becker")]
    around = ["N" * ((WINDOW - len(text)) // 2) for text in table["target_sequence"]]
    set_up(1, 1)
    windows = encode_many(around + table["target_sequence"], WINDOW)
    mirnas = encode_many(table["mirna_sequence"].str[:MIRNA_LENGTH], MIRNA_LENGTH)
    encoding = read_config()["binding"]["taught"]["encoding"]
    by_member = []
    for model in split_networks(keras.models.load_model(NETWORK / "members.keras")):
        layer = model.get_layer("heads" if has_heads(model) else "logit")
        told = keras.Model(model.input, layer.output)
        by_member.append(predict_outputs(told, windows, mirnas, encoding))
    values = np.mean(by_member, axis=0)
    energies = duplex_energies(table["mirna_sequence"], table["target_sequence"])
    found = {}
    for key, mirna in MEASURED.items():
        own = (table["mirna"] == mirna).to_numpy()
        measured = -np.log(table["kd"].to_numpy()[own])
        for name, head in zip(HEADS, values[own].T, strict=False):
            if not np.ptp(head):
                continue  # a source that has no share
            low, high = bootstrap_interval(pearson, measured, head, seed=1)
            found[f"affinity_r_{key}_{name}"] = pearson(measured, head)
            found[f"affinity_r_{key}_{name}_interval"] = [round(low, 4), round(high, 4)]
        if f"affinity_r_{key}_energy" in found:
            found[f"affinity_r_{key}"] = found[f"affinity_r_{key}_energy"]
        computed = pearson(measured, energies[own])
        found[f"affinity_r_{key}_rnaduplex"] = computed
        found[f"affinity_n_{key}"] = int(own.sum())
    return found


def enter(results, key, found):
    """Add what `compare` measured of a model."""
    results[key] = found["pearson"]["value"]
    results[f"{key}_interval"] = ends(found["pearson"])
    results[f"{key}_mean"] = found["mean_per_mirna"]["value"]
    for name, reference in (
        ("diff", "contextpp"),
        ("diff_weighted", "weighted_contextpp"),
    ):
        difference = found[f"difference_to_{reference}"]
        results[f"{key}_{name}"] = difference["value"]
        results[f"{key}_{name}_interval"] = ends(difference)
        over_mirnas = difference["mean_per_mirna"]
        results[f"{key}_{name}_mean"] = over_mirnas["value"]
        results[f"{key}_{name}_mean_interval"] = ends(over_mirnas)
        won = f"{difference['mirnas_above']}/{difference['n_mirnas']}"
        results[f"{key}_{name}_won"] = won


def ends(entry):
    return [None if v is None else round(v, 4) for v in (entry["low"], entry["high"])]


def alone(name, other, recipe):
    """Return what models of one other experiment reach, families new as well: of a
    recipe, and of the mixture, whose shares are those of other families of `other`."""
    pairs = pd.read_parquet(TRANSFER / "parts.parquet")
    pairs = pairs[pairs["dataset"].isin([name, other])].assign(
        trains=lambda table: table["dataset"] == other
    )
    at_home = pairs[pairs["trains"]]
    parts = sorted(at_home["family_part"].unique())
    mixed = (WITHOUT, SCANNED)
    known = {r: predict_alone(at_home, r, "families", parts) for r in mixed}
    new = {
        r: predict_alone(pairs, r, "datasets_families", [name]) for r in (recipe, *mixed)
    }
    both = {r: pd.concat([known[r], new[r]], ignore_index=True) for r in mixed}
    found = []
    for tables, mixtures, wanted in (
        ({recipe: new[recipe]}, {}, recipe),
        (both, {MIXTURE: mixed}, MIXTURE),
    ):
        joined, _ = join_recipes(tables, mixtures, "datasets_families")
        compared = compare_datasets(joined, [wanted], 1000, seed=1)
        found.append(compared[name]["predictors"][wanted])
    return found


def predict_alone(pairs, recipe, protocol, parts):
    """Return `predict_part` of parts of pairs of some of the data sets."""
    datasets = list(pairs["dataset"].unique())
    scanned = read_config()["occupancy"][recipe]["sites"] == "scanned"
    tables = ("scanned",) if scanned else ("sites", "binding")
    folders = [TRANSFER / "datasets" / dataset for dataset in datasets]
    sites = read_sites([f / f"{table}.parquet" for f in folders for table in tables])
    genes = read_stacked(datasets, [folder / "genes.parquet" for folder in folders])
    fit = settings_of_fit(recipe)
    found = [predict_part(pairs, sites, genes, protocol, p, *fit, seed=1) for p in parts]
    return pd.concat(found, ignore_index=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
