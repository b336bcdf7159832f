"""GLMM encoding: categories as the random intercepts of a mixed model of the target."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from hornbook.features.handling import register_handling
from hornbook.features.random_intercepts import linear_intercepts, logistic_intercepts
from hornbook.features.target_encoding import TargetEncoding, TargetStatistics

__all__ = ["CategoricalGlmm"]


@register_handling
class CategoricalGlmm(TargetEncoding):
    """Encoding by a generalized linear mixed model with a random intercept for each category.

    In regression a linear model, whose intercepts are in the unit of the target; for classes a
    logistic model of each class against the others, whose intercepts are in log odds. How much
    categories with few rows are drawn towards 0 is estimated. One without rows is 0.
    """

    name: ClassVar[str] = "glmm"

    def encode(self, statistics: TargetStatistics) -> tuple[NDArray[np.float64], float]:
        rows, sums = statistics.rows, statistics.sums
        if statistics.is_class:
            return logistic_intercepts(rows, sums), 0.0
        return linear_intercepts(rows, sums, statistics.squares), 0.0
