"""Categories as their frequency in the train rows."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from hornbook.features.categorical import FilledCategoryHandling
from hornbook.features.categories import Vocabulary
from hornbook.features.category_counts import CategoryCounts
from hornbook.features.category_values import FittedCategoryValues, ValueRescaling
from hornbook.features.handling import FittedHandling, register_handling

__all__ = ["CategoricalFrequency"]


@register_handling
class CategoricalFrequency(FilledCategoryHandling):
    """Frequency encoding: how many of the train rows have the category of a row.

    An unseen category has frequency 0. Missing values have a frequency like a category, unless
    they are filled in.
    """

    name: ClassVar[str] = "frequency"
    fitted_class: ClassVar[type[FittedHandling]] = FittedCategoryValues

    normalize: bool = Field(True, description="the share of the train rows, not their number")
    rescaling: ValueRescaling = Field(
        "standard", description="mean 0 and deviation 1, range 0 to 1, or as it is"
    )

    def fit_counts(self, column: str, counts: CategoryCounts) -> FittedCategoryValues:
        counts, impute_value = self.filled(column, counts)
        missing = counts.missing if self.missing == "own_category" else 0
        rows = np.append(counts.rows, [0, missing])
        values = rows / max(1, rows.sum()) if self.normalize else rows
        return FittedCategoryValues(
            column,
            Vocabulary(counts.categories),
            impute_value,
            ("frequency",),
            values[np.newaxis, :, np.newaxis].astype(np.float32),
        ).rescaled(self.rescaling, rows)
