"""Categories as whole numbers that feed an Embedding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import Field

from hornbook.features.categorical import FilledCategoryHandling
from hornbook.features.categories import Vocabulary, spelled
from hornbook.features.category_counts import CategoryCounts
from hornbook.features.handling import (
    FittedHandling,
    OutputColumn,
    State,
    own_input,
    register_handling,
)

__all__ = ["CategoricalIndex", "FittedCategoricalIndex"]

_RESERVED = 2


@dataclass(frozen=True)
class FittedCategoricalIndex(FittedHandling):
    """0 for unseen and rare categories, 1 for missing values, the kept categories from 2 on.

    Attributes:
        column: the column of the table.
        vocabulary: the kept categories, most frequent first.
        impute_value: the category that stands in for missing values, if any does.
    """

    column: str
    vocabulary: Vocabulary
    impute_value: str | None

    @property
    def outputs(self) -> tuple[OutputColumn, ...]:
        return (OutputColumn(f"{self.column}:index", self.column),)

    @property
    def dtype(self) -> str:
        return "int32"

    @property
    def vocabulary_size(self) -> int:
        return len(self.vocabulary) + _RESERVED

    def transform(self, series: pl.Series) -> NDArray[np.int32]:
        text = spelled(series)
        if self.impute_value is not None:
            text = text.fill_null(self.impute_value)
        # The codes of unseen and of missing values are the last two: round to 0 and 1.
        codes = (self.vocabulary.codes(text) + _RESERVED) % self.vocabulary_size
        return codes.astype(np.int32)[:, np.newaxis]

    def state(self) -> State:
        return State({"impute_value": self.impute_value}, self.vocabulary.arrays())

    @classmethod
    def from_state(cls, column: str, state: State) -> Self:
        return cls(column, Vocabulary.from_arrays(state.arrays), state.values["impute_value"])


@register_handling
class CategoricalIndex(FilledCategoryHandling):
    """Whole numbers for an `Embedding` layer of the network.

    The kept categories are numbered from the most frequent down; ties are taken in alphabetical
    order. `build_model` finds the `input_dim` of the layer in `vocabulary_sizes`.
    """

    name: ClassVar[str] = "index"
    fitted_class: ClassVar[type[FittedHandling]] = FittedCategoricalIndex

    max_categories: int = Field(
        10_000, ge=1, description="keep at most this many categories, the most frequent ones"
    )
    min_rows: int = Field(2, ge=1, description="keep categories with at least this many rows")

    def default_input(self, column: str) -> str:
        return own_input(column)

    def fit_counts(self, column: str, counts: CategoryCounts) -> FittedCategoricalIndex:
        counts, impute_value = self.filled(column, counts)
        kept = counts.ranked[: self.max_categories]
        kept = kept[counts.rows[kept] >= self.min_rows]
        return FittedCategoricalIndex(
            column, Vocabulary(counts.categories.gather(kept)), impute_value
        )
