"""One prediction of several, with weights from genes that none of them was trained on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LinearRegression

from mirsignal.repression.coverage import refuse_gaps


def stack(
    validation: pd.DataFrame, test: pd.DataFrame, inputs: Sequence[str]
) -> tuple[NDArray[np.float64], pd.Series]:
    """Return predictions (N,) of `test`, and the weight of each of its columns `inputs`.

    Weights, none below 0, and an intercept are fitted to the `target` of `validation` by
    least squares. Nested as they must be only if no model behind `inputs` saw the genes
    of either table. NaN counts as 0 where a predictor may be absent, as for a pair that
    TargetScan does not list; else it raises InputError (`coverage.refuse_gaps`).
    """
    for rows in (validation, test):
        refuse_gaps(rows, inputs)
    model = LinearRegression(positive=True)
    model.fit(validation[list(inputs)].fillna(0), validation["target"])
    predicted = model.predict(test[list(inputs)].fillna(0))
    return predicted, pd.Series(model.coef_, index=list(inputs))
