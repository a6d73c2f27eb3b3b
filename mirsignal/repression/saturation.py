"""An end to repression: however many sites an mRNA has, it is not destroyed at once.

The rate at which an mRNA decays cannot grow without limit, and some of it is always out
of reach: in cells that took up nothing, in the nucleus, or just made. Sums over sites
know nothing of that, so that the effect of a 3' UTR of a hundred sites would exceed any
that was ever measured.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

CEILING = 4.0
"""Strongest repression of an mRNA (log2): a sixteenth of it is left."""

Values = TypeVar("Values", float, NDArray[np.float64])


def saturate(repression: Values, ceiling: float = CEILING) -> Values:
    """Return repression (log2, 0 or above) as it is where weak, below `ceiling` at most.

    ceiling x (1 - exp(-repression / ceiling)): rising, with slope 1 at 0.
    """
    return -ceiling * np.expm1(-repression / ceiling)


def slope_of_saturation(repression: Values, ceiling: float = CEILING) -> Values:
    """Return the derivative of `saturate`."""
    return np.exp(-repression / ceiling)


def limit_repression(predicted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return predicted log2 fold changes, none below that of the ceiling.

    For models that know no end when they are trained. `saturate` would also weaken their
    predictions within the range of measurements, and raise the error on validation genes.
    """
    return np.maximum(predicted, -CEILING)
