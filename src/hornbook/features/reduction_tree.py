"""Feature reduction by the importances of a random forest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hornbook.extras import import_extra
from hornbook.features.column_selection import ColumnSelection, largest
from hornbook.features.handling import FitContext
from hornbook.features.row_sample import sample_train_rows
from hornbook.features.step import TrainRows

__all__ = ["TreeReduction"]


@dataclass(frozen=True)
class TreeReduction:
    """Keeps the columns that a random forest on them finds most important.

    Importance is how much the splits on a column lower the impurity, averaged over the trees,
    as scikit-learn computes it. A split looks at as many columns, drawn by the design's seed,
    as the square root of their number: that is many times faster on wide tables than looking
    at all, and ranks them as well.

    Attributes:
        keep: at most so many columns.
        trees: how many.
        max_depth: of each.
        sample_rows: learnt on at most so many train rows, which memory holds at once.
    """

    keep: int
    trees: int
    max_depth: int
    sample_rows: int

    def fit(self, train: TrainRows, context: FitContext) -> ColumnSelection:
        """Fits the forest.

        Raises:
            MissingExtraError: scikit-learn is not installed.
        """
        ensemble = import_extra(
            "sklearn.ensemble", extra="reduction", wanted_by='[reduction] method = "tree"'
        )
        forest_class = (
            ensemble.RandomForestRegressor
            if context.n_classes is None
            else ensemble.RandomForestClassifier
        )
        forest = forest_class(
            n_estimators=self.trees,
            max_depth=self.max_depth,
            max_features="sqrt",
            random_state=context.seed,
            n_jobs=-1,
        )
        sample = sample_train_rows(train, self.sample_rows, context.seed)
        forest.fit(sample.values, sample.target)
        scores = np.asarray(forest.feature_importances_, np.float64)
        kept = largest(scores, self.keep, range(len(scores)))
        return ColumnSelection("tree", tuple(kept.tolist()), tuple(scores.tolist()))
