"""Feature reduction by correlation with the target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hornbook.errors import FeatureError
from hornbook.features.column_selection import ColumnSelection, largest
from hornbook.features.handling import FitContext
from hornbook.features.moments import CoMoments
from hornbook.features.step import TrainRows

__all__ = ["CorrelationReduction", "target_columns"]


@dataclass(frozen=True)
class CorrelationReduction:
    """Keeps the columns that correlate most with the target, by the size of Pearson's r.

    In classification a column's correlation is the largest one with any class, each class
    taken as a column of zeros and ones. All train rows count, in one pass.

    Attributes:
        keep: at most so many columns.
        min_correlation: leave out columns that correlate less.
        max_correlation: leave out columns that correlate more: they may give the target away.
    """

    keep: int
    min_correlation: float
    max_correlation: float

    def fit(self, train: TrainRows, context: FitContext) -> ColumnSelection:
        """Computes all correlations.

        Raises:
            FeatureError: no column's correlation lies between the two bounds.
        """
        n_classes = context.n_classes
        no_rows = np.empty(0, np.int32)
        moments = CoMoments(len(train.columns), target_columns(no_rows, n_classes).shape[1])
        for block in train.blocks():
            moments.add(block.values, target_columns(block.target, n_classes))
        scores = np.abs(moments.correlations()).max(axis=1)
        within = (scores >= self.min_correlation) & (scores <= self.max_correlation)
        if not within.any():
            best = int(scores.argmax())
            raise FeatureError(
                "[reduction] keeps no column: none correlates with the target by "
                f"{self.min_correlation:g} to {self.max_correlation:g}; the largest correlation "
                f"is {scores[best]:.3g}, of '{train.columns[best].name}'.",
                fix="Lower min_correlation, or raise max_correlation.",
            )
        kept = largest(scores, self.keep, np.flatnonzero(within))
        return ColumnSelection("correlation", tuple(kept.tolist()), tuple(scores.tolist()))


def target_columns(target: NDArray[Any], n_classes: int | None) -> NDArray[np.float64]:
    """A target as columns of numbers: its values, or a 0/1 column for each class.

    Of two classes one column says all.

    Args:
        target: values or class codes, shape `(n_rows,)`.
        n_classes: `None` for values.

    Example:
        >>> target_columns(np.array([0, 2, 1]), 3).tolist()
        [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
    """
    if n_classes is None or n_classes == 2:
        return target.astype(np.float64)[:, np.newaxis]
    return np.asarray(np.eye(n_classes)[target], np.float64)
