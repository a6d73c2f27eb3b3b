"""Set the binding networks beside published ones, protocol by protocol.

Reads what `make bench-binding` has run (studies clash2013 and hejret2023) and the scores
that the authors of miRBind published. Recipes are compared on the published validation
sets; the one that is best there stands for mirsignal on the test sets. Writes
results/benchmarks/binding.json and binding.md.

Run from the project's root: .venv/bin/python -m benchmarks.measure_binding DATA
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from mirsignal.axes import WINDOW
from mirsignal.binding.batches import predict_pairs
from mirsignal.binding.evaluation import evaluate_predictions
from mirsignal.files.atomic import atomic_path, read_json, write_json
from mirsignal.networks.backend import keras, set_up
from mirsignal.samples.chimeras import read_test_pairs
from mirsignal.sequences.transcripts import read_transcripts
from mirsignal.statistics.metrics import average_precision, bootstrap_interval

CLASH = Path("results/clash2013/binding")
HEJRET = Path("results/hejret2023/binding")
AUDIT = Path("results/clash2013/samples/balanced/audit.json")
MAIN, LARGE = "all_but_validation.cnn", "all_but_validation.cnn_large"
CHAINS = [
    MAIN,
    LARGE,
    *(f"all_but_validation.cnn_{name}" for name in ("wc", "wc_gu", "onehot")),
    "all_but_validation.resnet",
    "all_but_validation.seed_match",
    "legacy_all.cnn_legacy",
    "balanced.cnn_single",
]
PAIRS = Path("results/clash2013/samples/all_but_validation/pairs.parquet")
ENCODING = "au_gc_gu_a"
N_RESAMPLES, N_WINDOWS = 500, 2000
RATIOS = ("1_1", "1_10")
PUBLISHED = {  # AP as published, on the CLASH 2013 test sets 1:1 and 1:10
    "DNABERT, published": (0.927, 0.630),
    "RNAhybrid, published": (0.843, 0.453),
    "RNAcofold, published": (0.778, 0.284),
    "seed classes, published": (0.563, 0.175),
}
AP, WITHIN = "average_precision", "within_mirna_auc"


def main(data):
    table = pd.DataFrame(
        [*network_rows(CLASH, CHAINS), *prior_rows(data), *published_rows(data)]
    )
    hejret = pd.DataFrame(network_rows(HEJRET, [MAIN]))
    picks = {f"legacy_ap_{ratio}": pick(table, ratio, AP) for ratio in RATIOS}
    unbiased = table[~table["predictor"].str.contains("prior|legacy")]
    picks |= {f"within_auc_{ratio}": pick(unbiased, ratio, WITHIN) for ratio in RATIOS}
    best = picks["within_auc_1_10"]["predictor"]
    picks["hejret_transfer_ap"] = row_of(table, "hejret2023_test", best, AP)
    picks["hejret_ap"] = row_of(hejret, "hejret2023_test", f"{MAIN} ensemble", AP)
    shortcut = read_json(AUDIT)["strongest_shortcut"]
    metrics = read_json(CLASH / MAIN / "metrics.json")
    result = {key: found["value"] for key, found in picks.items()}
    result |= {
        "shortcut_auc": shortcut["roc_auc"],
        "random_positive_ratio": metrics["random_windows"]["highest_to_lowest"],
        "train_cpu_minutes": float(np.mean(metrics["cpu_minutes"])),
        "details": picks | {"shortcut_auc": shortcut},
        "random_windows": metrics["random_windows"],
        "real_windows": real_windows(data),
        "seeds": {
            name: found["seeds"][AP] | {"within": found["seeds"][WITHIN]}
            for name, found in metrics["test_sets"].items()
        },
        "table": [*table.to_dict("records"), *hejret.to_dict("records")],
    }
    write_json("results/benchmarks/binding.json", result)
    with atomic_path("results/benchmarks/binding.md") as temporary:
        temporary.write_text(as_markdown(table, hejret))
    print(f"real 3' UTR windows: ratio {result['real_windows']['highest_to_lowest']:.2f}")
    for key, value in result.items():
        if isinstance(value, float):
            found = picks.get(key, shortcut if key == "shortcut_auc" else {})
            interval = f"({found['low']:.3f}-{found['high']:.3f})" if found else ""
            print(f"{key:24s} {value:.3f} {interval} {found.get('predictor', '')}")


def network_rows(folder, chains):
    """Yield a row per test set and predictor of every recipe."""
    baselines = set()
    for chain in chains:
        metrics = read_json(folder / chain / "metrics.json")
        for test_set, found in metrics["test_sets"].items():
            for name, measures in found["predictors"].items():
                predictor = f"{chain} {name}"
                if name not in ("network", "ensemble"):
                    predictor = f"{name}, computed here"
                    if (test_set, name) in baselines:
                        continue
                    baselines.add((test_set, name))
                yield as_row(test_set, predictor, found, measures)


def prior_rows(data):
    """Yield rows of the main networks plus the log odds of each miRNA in training.

    Under the published protocol most of a pair's label follows from its miRNA; a network
    that has learned binding and nothing else needs that correction.
    """
    train, _ = read_test_pairs(data / "clash/clash2013_train_set_1_1.tsv")
    counts = train.groupby("mirna_sequence")["label"].agg(positives="sum", n="size")
    odds = (counts["positives"] + 0.5) / (counts["n"] - counts["positives"] + 0.5)
    for chain in (MAIN, LARGE):
        predictions = pd.read_parquet(CLASH / chain / "test_predictions.parquet")
        metrics = read_json(CLASH / chain / "metrics.json")
        for test_set, rows in predictions.groupby("test_set"):
            if not test_set.startswith("published"):
                continue
            prior = np.log(rows["mirna_sequence"].map(odds).fillna(1.0))
            measures = evaluate_predictions(
                rows, (rows["ensemble"] + prior).to_numpy(), N_RESAMPLES, 1, False
            )
            name = f"{chain} ensemble + miRNA prior"
            yield as_row(test_set, name, metrics["test_sets"][test_set], measures)


def real_windows(data):
    """Return how often windows of real 3' UTRs are called, for the same ten miRNAs.

    Training shows random windows, so their rate alone could be learned by heart.
    """
    rng = np.random.default_rng(1)
    columns = {"transcript": "gene_symbol", "sequence": "utr3_seq"}
    utrs = dict(read_transcripts(data / "transcripts/human_3utr_fcgenes.tsv.gz", columns))
    long = [utr for utr in utrs.values() if len(utr) >= WINDOW and "N" not in utr]
    windows = []
    for index in rng.integers(0, len(long), N_WINDOWS):
        start = rng.integers(0, len(long[index]) - WINDOW + 1)
        windows.append(long[index][start : start + WINDOW])
    pairs = pd.read_parquet(PAIRS)
    positives = pairs[(pairs["split"] == "train") & (pairs["label"] == 1)]
    common = positives["mirna_sequence"]
    set_up(1, 1)
    model = keras.models.load_model(CLASH / MAIN / "model.keras")
    rates = {}
    for mirna in common.value_counts().index[:10]:
        table = pd.DataFrame({"mirna_sequence": mirna, "target": windows})
        rates[mirna] = float((predict_pairs(model, table, ENCODING) > 0.5).mean())
    ratio = max(rates.values()) / min(rates.values()) if min(rates.values()) else np.inf
    return {"n_windows": N_WINDOWS, "positive_rate": rates, "highest_to_lowest": ratio}


def published_rows(data):
    """Yield rows of published predictors; intervals where their scores are there."""
    for number, ratio in enumerate(RATIOS):
        file = f"clash/mirbind2022_scores_test_{ratio}.csv"
        scores = pd.read_csv(data / file)
        labels, predicted = scores["labels"].to_numpy(), scores["model_pred"].to_numpy()
        low, high = bootstrap_interval(
            average_precision, labels, predicted, n_resamples=N_RESAMPLES, seed=1
        )
        known = {"n": len(labels), "prevalence": float(labels.mean())}
        ap = {"value": average_precision(labels, predicted), "low": low, "high": high}
        test_set = f"published_test_{ratio}"
        yield as_row(test_set, "miRBind, published scores", known, {AP: ap})
        for name, values in PUBLISHED.items():
            yield as_row(test_set, name, known, {AP: {"value": values[number]}})


def as_row(test_set, predictor, found, measures):
    row = {"test_set": test_set, "predictor": predictor}
    row |= {key: found[key] for key in ("n", "prevalence")}
    for measure in (AP, WITHIN):
        for key in ("value", "low", "high"):
            row[f"{measure}_{key}"] = measures.get(measure, {}).get(key)
    return row


def pick(table, ratio, measure):
    """Return the test value of the predictor that is best on the validation set."""
    validation = table[table["test_set"] == f"published_validation_{ratio}"]
    best = validation.loc[validation[f"{measure}_value"].astype(float).idxmax()]
    found = row_of(table, f"published_test_{ratio}", best["predictor"], measure)
    return found | {"validation": best[f"{measure}_value"]}


def row_of(table, test_set, predictor, measure):
    chosen = table[(table["test_set"] == test_set) & (table["predictor"] == predictor)]
    row = chosen.iloc[0]
    keys = ("value", "low", "high")
    found = {key: row[f"{measure}_{key}"] for key in keys}
    return found | {"predictor": predictor, "test_set": test_set, "n": int(row["n"])}


def as_markdown(table, hejret):
    """Return the tables of test sets, best first."""
    hejret = hejret[hejret["predictor"].str.startswith(MAIN)]
    hejret = hejret.assign(predictor=hejret["predictor"].str.replace(MAIN, "hejret2023"))
    every = pd.concat([table, hejret], ignore_index=True)
    lines = []
    for test_set, rows in every.groupby("test_set", sort=False):
        n, prevalence = rows.iloc[0][["n", "prevalence"]]
        lines += [f"### {test_set} (n = {n:,}, prevalence {prevalence:.3f})", ""]
        lines += ["| predictor | AP (95%) | within-miRNA AUC (95%) |", "|---|---|---|"]
        for row in rows.sort_values(f"{AP}_value", ascending=False).to_dict("records"):
            cells = [as_cell(row, measure) for measure in (AP, WITHIN)]
            lines.append(f"| {row['predictor']} | {cells[0]} | {cells[1]} |")
        lines.append("")
    return "\n".join(lines)


def as_cell(row, measure):
    value, low, high = (row[f"{measure}_{key}"] for key in ("value", "low", "high"))
    if value is None or np.isnan(value):
        return "-"
    known = low is not None and not np.isnan(low)
    return f"{value:.3f}" + (f" ({low:.3f}-{high:.3f})" if known else "")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
