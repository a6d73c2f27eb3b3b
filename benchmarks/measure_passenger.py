"""Compare rules for the passenger strand on experiments that no model was fitted to.

`make bench-passenger DATA=FOLDER` fits the occupancy model to each of three transfection
experiments and predicts the others, whose miRNAs count as new (a few are the same). What
is predicted is the mean of the models of the other two experiments. Nothing is folded, so
accessibility is typical. Writes results/benchmarks/passenger.json:

- by experiment and rule r, pooled and as the mean over miRNAs, and its gain over leaving
  passengers out with its 95% interval (bootstrap of genes, the same draw for both);
- the constants of the rule (`strands.GUIDE_LEAD`, `SCALE`) of all experiments, and of all
  but each; what they were fitted to: the effect of each passenger's sites.
"""

import sys

import numpy as np
import pandas as pd

from benchmarks.passenger_effects import fit_constants, measure_effects
from mirsignal.files.atomic import write_json
from mirsignal.repression.fold_changes import read_fold_changes
from mirsignal.repression.occupancy import OccupancyTraining, fit_occupancy
from mirsignal.sequences.codes import normalise
from mirsignal.sequences.mirnas import read_mirnas
from mirsignal.sequences.strands import (
    ASSUMED,
    LEAST,
    TABLE,
    load_strands,
    measure_duplex,
    passenger_loading,
    passenger_strand,
)
from mirsignal.sequences.transcripts import describe_transcripts
from mirsignal.sites.contextpp import read_coefficients, score_folded, tabulate_sites
from mirsignal.sites.contextpp_tables import read_orfs, read_ta_sps
from mirsignal.sites.gene_features import describe_genes
from mirsignal.sites.regions import tabulate_regions
from mirsignal.statistics.metrics import bootstrap_interval, pearson
from mirsignal.workflow.config import read_schema

HCT116, HEK, HELA = "hct116", "hek293ft", "hela"
TABLES = {
    HCT116: ("resources/mirnas_hct116.tsv", "hct116_7mirna_log2fc.csv", "Gene symbol"),
    HEK: ("{data}/foldchange/hek_12mirnas.tsv", "hek_12mirna_log2fc.tsv.gz", "gene"),
    HELA: ("{data}/foldchange/hela_17mirnas.tsv", "hela_17mirna_log2fc.tsv.gz", "gene"),
}
"""Of each experiment the miRNAs, the log2 fold changes, and their column of genes. The
passengers of HEK293FT are known."""
MRNA = {"gene": "gene_symbol", "sequence": "mrna_seq", "cds_start": "cds_start0"}
STACKS = {
    "AA": -0.93,
    "UU": -0.93,
    "AU": -1.10,
    "UA": -1.33,
    "CU": -2.08,
    "AG": -2.08,
    "CA": -2.11,
    "UG": -2.11,
    "GU": -2.24,
    "AC": -2.24,
    "GA": -2.35,
    "UC": -2.35,
    "CG": -2.36,
    "GG": -3.26,
    "CC": -3.26,
    "GC": -3.42,
}
"""kcal/mol by the nucleotides of one strand (Xia 1998), of the former rule."""


def main(data):
    experiments = {name: load(data, name) for name in TABLES}
    effects = {name: measure_effects(*parts) for name, parts in experiments.items()}
    constants = {"all": fit_constants(pd.concat(effects.values()))}
    for name in TABLES:
        others = [table for other, table in effects.items() if other != name]
        constants[name] = fit_constants(pd.concat(others))
    print(constants, flush=True)
    results = {}
    for rule in RULES:
        weighed = {
            name: weigh(*parts, rule, constants[name])
            for name, parts in experiments.items()
        }
        if rule is not left_out:  # that has the models of the rule before
            models = {name: fit(*parts) for name, parts in weighed.items()}
        for name, (pairs, sites, _) in weighed.items():
            others = [model for other, model in models.items() if other != name]
            found = [model.effects(as_new(pairs), as_new(sites)) for model in others]
            results.setdefault(name, pairs)[rule.__name__] = np.mean(found, axis=0)
            print(f"{rule.__name__}: {name} predicted", flush=True)
    measured = {name: measure(pairs) for name, pairs in results.items()}
    written = measured | {"constants": constants}
    for name, table in effects.items():
        written[f"effects_{name}"] = table.to_dict("records")
    write_json("results/benchmarks/passenger.json", written)
    for name, found in measured.items():
        for rule in RULES:
            entry = found[rule.__name__]
            for key in ("r", "r_mean"):
                low, high = entry[f"{key}_gain_interval"]
                print(
                    f"{name:10} {rule.__name__:18} {key:6} {entry[key]:.4f}, gain "
                    f"{entry[f'{key}_gain']:+.4f} ({low:+.4f} to {high:+.4f})"
                )


def load(data, name):
    """Return miRNAs, pairs, genes and, as if half were loaded, sites of both strands."""
    path, fold_changes, id_column = (text.format(data=data) for text in TABLES[name])
    mirnas = read_mirnas(path)
    utrs = read_utrs(data, f"{data}/foldchange/{fold_changes}", id_column, name)
    sequences = dict(
        zip(utrs["transcript"], utrs["utr3_seq"].map(normalise), strict=True)
    )
    genes = utrs.set_index("transcript")["gene"]
    transcripts = describe_transcripts(list(sequences.items()), genes, name)
    orfs = read_orfs(f"{data}/transcripts/human_mrna_full.tsv.gz", MRNA, transcripts)
    ta_sps = read_ta_sps(f"{data}/targetscan/ta_sps_by_seed_region.txt")
    coefficients = read_coefficients("resources/contextpp_coefficients.tsv")
    sites = tabulate_sites(mirnas, sequences, orfs, ta_sps)
    sites = score_folded(sites, None, coefficients)
    half = mirnas.assign(passenger_share=0.5)
    sites = tabulate_regions(
        half, transcripts, sequences, orfs, sites, ta_sps, coefficients
    )
    pairs, _ = read_fold_changes(
        f"{data}/foldchange/{fold_changes}", mirnas, transcripts["gene"], id_column
    )
    pairs["target_log2fc"] = pairs["log2fc"].clip(upper=0)
    described = describe_genes(transcripts, sequences, orfs).reset_index()
    return mirnas, pairs, sites, described


def read_utrs(data, fold_changes, id_column, name):
    """Return transcript, gene and utr3_seq of the genes of an experiment.

    The 3' UTR that the table of fold changes names, else the longest of the gene.
    """
    which = "fcgenes" if name == HCT116 else "all"
    utrs = pd.read_csv(f"{data}/transcripts/human_3utr_{which}.tsv.gz", sep="\t")
    utrs = utrs.rename(columns={"source_transcript": "transcript", "gene_symbol": "gene"})
    measured = pd.read_csv(fold_changes, sep=None, engine="python")
    if "transcript" in measured:  # the table says which 3' UTR is expressed
        utrs = utrs.drop(columns="gene").merge(measured[["transcript", "gene"]])
    utrs = utrs[utrs["gene"].isin(measured[id_column])].drop_duplicates("transcript")
    return utrs.sort_values("utr_len").drop_duplicates("gene", keep="last")


def no_passenger(mirnas, constants):
    return np.zeros(len(mirnas))


def first_nucleotides(mirnas, constants):
    """Return shares by the former rule: three nucleotides of each end, pairs or not."""

    def stability(strand):
        stacks = STACKS[strand[:2]] + STACKS[strand[1:3]]
        return stacks + (0.45 if strand[0] in "AU" else 0)

    strands = zip(mirnas["sequence"], mirnas["passenger"], strict=True)
    gap = [stability(guide) - stability(passenger) for guide, passenger in strands]
    return 1 / (1 + np.exp(np.array(gap) / 0.616))


def duplex(mirnas, constants):
    """Return shares by the rule; what is not known is an siRNA, as if that were known."""
    return load_strands(mirnas.assign(passenger_source=TABLE), "")["passenger_share"]


def left_out(mirnas, constants):
    """Return the same, with the constants of the other two experiments.

    Used for predictions alone, by the models of `duplex`.
    """
    strands = zip(mirnas["sequence"], mirnas["passenger"], strict=True)
    duplexes = [measure_duplex(*pair) for pair in strands]
    return [max(passenger_loading(pair, *constants), LEAST) for pair in duplexes]


def unknown(mirnas, constants):
    """Return shares as if no passenger were known."""
    strands = mirnas["sequence"].map(passenger_strand)
    assumed = mirnas.assign(passenger=strands, passenger_source=ASSUMED)
    return load_strands(assumed, "")["passenger_share"]


def weigh(mirnas, pairs, sites, genes, rule, constants):
    """Return pairs, sites weighed by a rule, and genes."""
    shares = pd.Series(np.asarray(rule(mirnas, constants)), index=mirnas["mirna"])
    share = shares.loc[sites["mirna"]].to_numpy()
    is_guide = sites["group"].str.startswith("guide")
    of_guide = 1.0 if rule is first_nucleotides else 1 - share  # as it was
    weight = 2 * sites["weight"] * np.where(is_guide, of_guide, share)
    return pairs.copy(), sites.assign(weight=weight)[weight > 0], genes


def fit(pairs, sites, genes):
    """Return the occupancy model of an experiment, with the default settings."""
    keys = read_schema("schemas/config.schema.yaml")["$defs"]["occupancy"]["properties"]
    settings = {name: key["default"] for name, key in keys.items()}
    return fit_occupancy(pairs, sites, genes, OccupancyTraining(**settings), seed=1)


def as_new(table):
    return table.assign(mirna="new " + table["mirna"])


def measure(pairs):
    """Return n, and by rule r (pooled, mean over miRNAs), its gain and the interval."""
    mirna = pd.factorize(pairs["mirna"])[0]
    target = pairs["target_log2fc"].to_numpy()
    found = {"n_pairs": len(pairs), "n_genes": int(pairs["gene"].nunique())}
    found["n_mirnas"] = len(np.unique(mirna))
    for rule in RULES:
        columns = (pairs[rule.__name__], pairs[no_passenger.__name__], mirna)
        values = np.column_stack(columns)
        entry = found[rule.__name__] = {}
        for key, r in (("r", pooled_r), ("r_mean", mean_r)):

            def gain(y, x, r=r):
                return r(y, x[:, 0], x[:, 2]) - r(y, x[:, 1], x[:, 2])

            interval = bootstrap_interval(
                gain, target, values, groups=pairs["gene"], n_resamples=200
            )
            entry[key] = r(target, values[:, 0], mirna)
            entry[f"{key}_gain"] = gain(target, values)
            entry[f"{key}_gain_interval"] = list(interval)
    return found


def pooled_r(target, predicted, mirna):
    return pearson(target, predicted)


def mean_r(target, predicted, mirna):
    rows = [mirna == number for number in np.unique(mirna)]
    return float(np.mean([pearson(target[at], predicted[at]) for at in rows]))


RULES = (no_passenger, first_nucleotides, duplex, left_out, unknown)

if __name__ == "__main__":
    main(*sys.argv[1:])
