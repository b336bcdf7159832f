"""Categories as their place in an order."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import Field

from hornbook.features.categorical import FilledCategoryHandling
from hornbook.features.categories import Vocabulary
from hornbook.features.category_counts import CategoryCounts
from hornbook.features.category_values import FittedCategoryValues, ValueRescaling
from hornbook.features.handling import FittedHandling, register_handling

__all__ = ["CategoricalOrdinal"]


@register_handling
class CategoricalOrdinal(FilledCategoryHandling):
    """Ordinal encoding: 0 for the first category, 1 for the next one.

    Missing values that are a category of their own take part in the order by count, and stand
    before all others in the lexicographic one. Where the train rows have none, they are encoded
    as an unseen category.
    """

    name: ClassVar[str] = "ordinal"
    fitted_class: ClassVar[type[FittedHandling]] = FittedCategoryValues

    order: Literal["count", "lexicographic"] = Field(
        "count", description="by number of train rows, or as texts (numbers: by value)"
    )
    descending: bool = Field(False, description="from the last one to the first")
    unknown: Literal["highest_plus_one", "median", "explicit"] = Field(
        "highest_plus_one", description="what an unseen category becomes"
    )
    unknown_value: float = Field(-1.0, description="the explicit value of an unseen category")
    rescaling: ValueRescaling = Field(
        "standard", description="mean 0 and deviation 1, range 0 to 1, or as it is"
    )

    def fit_counts(self, column: str, counts: CategoryCounts) -> FittedCategoryValues:
        counts, impute_value = self.filled(column, counts)
        n = len(counts.categories)
        missing = counts.missing if self.missing == "own_category" else 0
        rows = np.append(counts.rows, [0, missing])
        places = self._places(counts, missing)
        values = np.zeros(n + 2)
        values[places] = np.arange(len(places))
        values[n] = self._unknown(rows[places])
        if not missing:
            values[n + 1] = values[n]
        return FittedCategoryValues(
            column,
            Vocabulary(counts.categories),
            impute_value,
            ("ordinal",),
            values[np.newaxis, :, np.newaxis].astype(np.float32),
        ).rescaled(self.rescaling, rows)

    def _places(self, counts: CategoryCounts, missing: int) -> NDArray[np.int64]:
        """The codes of the categories in their order, that of missing values among them."""
        codes = np.arange(len(counts.categories))
        rows = counts.rows
        if self.order == "lexicographic" and counts.numbers:
            numbers = counts.categories.cast(pl.Float64, strict=False).to_numpy()
            codes = codes[np.argsort(numbers, kind="stable")]
        if missing:
            codes = np.append(len(codes) + 1, codes)
            rows = np.append(missing, rows)
        if self.order == "count":
            codes = codes[np.argsort(rows, kind="stable")]
        return codes[::-1] if self.descending else codes

    def _unknown(self, rows: NDArray[np.int64]) -> float:
        """What an unseen category becomes, from the number of train rows of each place."""
        if self.unknown == "explicit":
            return self.unknown_value
        if self.unknown == "highest_plus_one" or not len(rows):
            return float(len(rows))
        # Of an even number of rows the lower one of the two in the middle.
        return float(np.searchsorted(np.cumsum(rows), (rows.sum() + 1) // 2))
