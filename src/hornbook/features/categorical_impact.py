"""Impact coding: categories as a smoothed mean of the target."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from hornbook.features.handling import register_handling
from hornbook.features.target_encoding import TargetEncoding, TargetStatistics

__all__ = ["CategoricalImpact"]


@register_handling
class CategoricalImpact(TargetEncoding):
    """Impact coding by the M-estimate: `(sum + m * mean) / (rows + m)`.

    In regression of the target, else of the rows of a class, which makes it a probability; the
    mean is that of all train rows. The formula is that of D. Micci-Barreca, *A preprocessing
    scheme for high-cardinality categorical attributes*, 2001, with the m-estimate for its
    weight. A category without rows is encoded as the mean.
    """

    name: ClassVar[str] = "impact"

    m: float = Field(10.0, ge=0, description="rows of the overall mean that each category gets")

    def encode(self, statistics: TargetStatistics) -> tuple[NDArray[np.float64], float]:
        mean = float(statistics.sums.sum() / statistics.rows.sum())
        weights = np.maximum(statistics.rows + self.m, np.finfo(np.float64).tiny)
        means = (statistics.sums + self.m * mean) / weights
        return statistics.center + means, statistics.center + mean
