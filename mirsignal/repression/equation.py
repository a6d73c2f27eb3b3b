"""The equation of occupancy: from the energies of an mRNA's sites to its repression.

    summed = sum over sites of exp(energy)
    repression (log2) = saturate(compete(summed))

exp(energy) is the occupancy of a site that is weak and alone: the concentration of the
loaded miRNA over the site's dissociation constant. Sites compete, so that repression
grows with log(1 + summed), as in the biochemical model of McGeary 2019 (Science
366:eaav1741). That has no end, and repression has: an mRNA cannot decay at any rate, and
some of it is always out of reach, in cells that took up nothing, in the nucleus, or just
made.

Networks pool sites by log(1 + summed) as well (`models.pooling`, `fine_tuning`).
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

HIGHEST_ENERGY = 8.0
"""Energies are cut here, so that their exponential stays finite."""
CEILING = 4.0
"""Strongest repression of an mRNA (log2): a sixteenth of it is left."""

Values = TypeVar("Values", float, NDArray[np.float64])


def compete(summed: Values, strength: float) -> Values:
    """Return the repression (log2) by sites that would do `summed` if each were alone.

    strength x log(1 + summed / strength): rising, with slope 1 at 0. `strength` is where
    sites begin to compete.
    """
    return strength * np.log1p(summed / strength)


def slope_of_competition(summed: Values, strength: float) -> Values:
    """Return the derivative of `compete` in `summed`."""
    return strength / (strength + summed)


def saturate(repression: Values, ceiling: float = CEILING) -> Values:
    """Return repression (log2, 0 or above) as it is where weak, below `ceiling` at most.

    ceiling x (1 - exp(-repression / ceiling)): rising, with slope 1 at 0.
    """
    return -ceiling * np.expm1(-repression / ceiling)


def slope_of_saturation(repression: Values, ceiling: float = CEILING) -> Values:
    """Return the derivative of `saturate`."""
    return np.exp(-repression / ceiling)


def bound_scores(scores: pd.Series) -> pd.Series:
    """Return summed scores with an end (`saturate`), as they are compared and drawn.

    A sum over the sites of a very long 3' UTR is far below any fold change; weak scores
    stay as they are. Sums are published without an end: files keep them so.
    """
    return -saturate(-scores)


def limit_repression(predicted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return predicted log2 fold changes, none below that of the ceiling.

    For models that have no ceiling when they are trained. `saturate` would also weaken
    their predictions within the range of measurements, and raise the validation error.
    """
    return np.maximum(predicted, -CEILING)
