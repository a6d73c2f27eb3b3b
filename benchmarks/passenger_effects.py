"""What the sites of a passenger do beside those of its miRNA, and what predicts it."""

import numpy as np
import pandas as pd
from scipy.optimize import minimize

from mirsignal.repression.occupancy import WEAKEST_SCORE
from mirsignal.sequences.strands import load_strands
from mirsignal.sites.gene_features import GENE_FEATURES
from mirsignal.sites.regions import GROUPS

LEAST_SD = 0.1
"""Added to the standard error of an effect, for what the two ends do not predict."""


def measure_effects(mirnas, pairs, sites, genes):
    """Return by miRNA what its passenger's sites in 3' UTRs do, over what its own do.

    `ratio` of the two coefficients, with its standard error, of a linear regression of
    log2 fold changes on summed context++ scores by strand and region and on the gene; and
    `difference`, by how much more easily the passenger's end opens (kcal/mol). `sites`
    weigh both strands the same.
    """
    score = np.minimum(sites["contextpp"], -WEAKEST_SCORE) * sites["weight"]
    summed = sites.assign(score=score).pivot_table(
        index=["mirna", "gene"], columns="group", values="score", aggfunc="sum"
    )
    table = pairs.merge(summed.reset_index(), how="left").fillna(0).merge(genes)
    strands = load_strands(mirnas, "").set_index("mirna")
    difference = strands["guide_end"] - strands["passenger_end"]
    rows = []
    for mirna, of_mirna in table.groupby("mirna"):
        features = of_mirna[list(GENE_FEATURES)]
        features = (features - features.mean()) / features.std().replace(0, 1)
        x = np.column_stack([of_mirna[list(GROUPS)], features, np.ones(len(features))])
        solved, _, _, _ = np.linalg.lstsq(x, of_mirna["target_log2fc"], rcond=None)
        variance = np.var(of_mirna["target_log2fc"] - x @ solved)
        errors = np.sqrt(np.diag(np.linalg.pinv(x.T @ x)) * variance)
        at, guide = GROUPS.index("passenger_utr"), solved[GROUPS.index("guide_utr")]
        rows.append((mirna, difference[mirna], solved[at] / guide, errors[at] / guide))
    return pd.DataFrame(rows, columns=["mirna", "difference", "ratio", "error"])


def fit_constants(effects):
    """Return GUIDE_LEAD and SCALE (kcal/mol) of `strands.passenger_loading`.

    The odds of loading the passenger are the ratio of effects, by weighted least squares.
    """
    weight = 1 / (effects["error"] ** 2 + LEAST_SD**2)

    def loss(constants):
        lead, scale = constants
        odds = np.exp(np.clip((effects["difference"] - lead) / scale, -50, 5))
        return (weight * (odds - effects["ratio"]) ** 2).sum()

    starts = [(lead, scale) for lead in (1.0, 2.0, 3.0) for scale in (0.7, 1.5)]
    found = [minimize(loss, start, method="Nelder-Mead") for start in starts]
    return tuple(float(value) for value in min(found, key=lambda one: one.fun).x)
