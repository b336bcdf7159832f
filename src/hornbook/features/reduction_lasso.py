"""Feature reduction by the columns that a lasso keeps."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hornbook.errors import FeatureError
from hornbook.extras import import_extra
from hornbook.features.column_selection import ColumnSelection
from hornbook.features.handling import FitContext
from hornbook.features.reduction_correlation import target_columns
from hornbook.features.row_sample import sample_train_rows
from hornbook.features.step import TrainRows

__all__ = ["LassoReduction"]

_FOLDS = 3
_WANTED_BY = '[reduction] method = "lasso"'


@dataclass(frozen=True)
class LassoReduction:
    """Keeps the columns to which a linear model with an L1 penalty gives a weight.

    The penalty is chosen by 3-fold cross-validation, the folds drawn by the design's seed.
    Columns are brought to mean 0 and deviation 1 for it, so that the penalty treats them
    alike. Two classes are learnt as 0 and 1; of more classes each is a 0/1 column, and a
    column is kept for all of them or for none.

    Attributes:
        sample_rows: learnt on at most so many train rows, which memory holds at once.
    """

    sample_rows: int

    def fit(self, train: TrainRows, context: FitContext) -> ColumnSelection:
        """Fits the lasso.

        Raises:
            FeatureError: no column gets a weight, or there are fewer rows than folds.
            MissingExtraError: scikit-learn is not installed.
        """
        sample = sample_train_rows(train, self.sample_rows, context.seed)
        if len(sample.rows) < _FOLDS:
            raise FeatureError(
                f"{_WANTED_BY} learns on {_FOLDS} folds, and there are {len(sample.rows)} train "
                "rows.",
                fix='Bring more rows, or use method = "correlation".',
            )
        target = target_columns(sample.target, context.n_classes)
        weights = _weights(_standardised(sample.values), target, context.seed)
        kept = np.flatnonzero(weights)
        if not len(kept):
            raise FeatureError(
                f"{_WANTED_BY} keeps no column: none helps a linear model to predict the target.",
                fix='Use method = "tree", or leave [reduction] out.',
            )
        return ColumnSelection("lasso", tuple(kept.tolist()), tuple(weights.tolist()))


def _weights(values: NDArray[Any], target: NDArray[Any], seed: int) -> NDArray[np.float64]:
    """The size of each column's weight; of several classes the largest."""
    linear_model = import_extra("sklearn.linear_model", extra="reduction", wanted_by=_WANTED_BY)
    selection = import_extra("sklearn.model_selection", extra="reduction", wanted_by=_WANTED_BY)
    folds = selection.KFold(_FOLDS, shuffle=True, random_state=seed)
    one_target = target.shape[1] == 1
    lasso_class = linear_model.LassoCV if one_target else linear_model.MultiTaskLassoCV
    with warnings.catch_warnings():
        # The weakest penalties of the path may not settle; they are rarely chosen.
        warnings.filterwarnings("ignore", message="Objective did not converge")
        lasso = lasso_class(cv=folds).fit(values, target[:, 0] if one_target else target)
    weights: NDArray[np.float64] = np.abs(np.atleast_2d(lasso.coef_)).max(axis=0)
    return weights


def _standardised(values: NDArray[np.float32]) -> NDArray[np.float64]:
    """Columns with mean 0 and deviation 1; constant ones are 0."""
    columns = values.astype(np.float64)
    constant = np.ptp(columns, axis=0) == 0
    columns -= columns.mean(axis=0)
    columns[:, constant] = 0.0
    deviation = columns.std(axis=0)
    columns /= np.where(deviation == 0, 1.0, deviation)
    return columns
