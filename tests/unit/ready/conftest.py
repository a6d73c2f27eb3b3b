"""A ready model made by hand: a small occupancy model, random seeds, and a card."""

import numpy as np
import pandas as pd
import pytest

from mirsignal.ready.cards import INTERVALS, SEEDS, SITES, STABILITY, USAGE, write_card
from mirsignal.ready.models import every_seed, write_seeds
from mirsignal.repression.occupancy import (
    OccupancyTraining,
    fit_occupancy,
    save_occupancy,
)
from mirsignal.sites.gene_features import GENE_FEATURES
from mirsignal.sites.regions import COLUMNS

SEED_SITE = "CUACCUCA"  # an 8mer of let-7a


@pytest.fixture(scope="session")
def seeds():
    rng = np.random.default_rng(5)
    values = rng.integers(-9000, 4000, (4**7, 3)) / 1000
    return pd.DataFrame(values, every_seed(), ["sps", "sps_short", "ta"])


@pytest.fixture(scope="session")
def ready(tmp_path_factory, seeds):
    """Return the folder of a ready model that was fitted to a little noise."""
    rng = np.random.default_rng(3)
    folder = tmp_path_factory.mktemp("model")
    genes = [f"g{number}" for number in range(60)]
    sites = pd.DataFrame(rng.uniform(0, 1, (60, len(COLUMNS))), columns=COLUMNS)
    sites = sites.assign(
        mirna="m", gene=genes, transcript=genes, group="guide_utr", site_type="8mer"
    ).assign(contextpp=-sites["contextpp"], weight=1.0)
    target = 2 * sites["contextpp"] + rng.normal(0, 0.02, 60)
    pairs = pd.DataFrame({"mirna": "m", "gene": genes, "target_log2fc": target})
    table = pd.DataFrame(rng.normal(size=(60, 9)), columns=list(GENE_FEATURES))
    features = ("local_au", "accessibility", "log_air", "stability")
    training = OccupancyTraining(2, 0.15, 0.1, 0.05, 0, features=features)
    model = fit_occupancy(pairs, sites, table.assign(gene=genes), training, 1)
    save_occupancy(folder / SITES, [model])
    rows = [("new", s, e, 99, -1.0, 1.0, 0.2) for s, e in (("sites", -1), ("no site", 0))]
    names = ["predicts", "status", "predicted_log2fc", "n", "low", "high", "noise_sd"]
    pd.DataFrame(rows, columns=names).to_csv(folder / INTERVALS, sep="\t", index=False)
    write_seeds(folder / SEEDS, seeds)
    (folder / USAGE).write_text("transcript\tends\nt1\t60:50;200:50\n")
    (folder / STABILITY).write_text("gene\tstability\nA\t1.5\n")
    write_card(folder, {"name": "of the tests"})
    return folder


@pytest.fixture(scope="session")
def utrs():
    """Return 3' UTRs: one with two 8mers of let-7a, one without, one too short."""
    rng = np.random.default_rng(8)
    random = ["".join(rng.choice(list("GAU"), 60)) for _ in range(4)]
    return {
        "t1": random[0] + SEED_SITE + random[1] + SEED_SITE + random[2],
        "t2": random[3],
        "t3": "ACGU",
    }
