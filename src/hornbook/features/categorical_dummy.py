"""Categories as dummies: one 0/1 column a category."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import Field

from hornbook.features.categorical import FilledCategoryHandling
from hornbook.features.categories import Vocabulary, spelled
from hornbook.features.category_counts import CategoryCounts
from hornbook.features.handling import FittedHandling, OutputColumn, State, register_handling

__all__ = ["CategoricalDummy", "FittedCategoricalDummy"]

_MISSING_OUTPUT = "(missing)"


@dataclass(frozen=True)
class FittedCategoricalDummy(FittedHandling):
    """One output column for each kept category, then one for missing values if kept.

    A category that is not kept, unseen ones included, is a row of zeros.

    Attributes:
        column: the column of the table.
        categories: the kept categories, most frequent first.
        missing_column: whether missing values have a column of their own.
        impute_value: the category that stands in for missing values, if any does.
    """

    column: str
    categories: tuple[str, ...]
    missing_column: bool
    impute_value: str | None

    @cached_property
    def outputs(self) -> tuple[OutputColumn, ...]:
        names = [*self.categories, *([_MISSING_OUTPUT] if self.missing_column else [])]
        return tuple(OutputColumn(f"{self.column}:{name}", self.column) for name in names)

    @property
    def is_one_hot(self) -> bool:
        return True

    def transform(self, series: pl.Series) -> NDArray[np.float32]:
        places = self.places(series)
        dummies = np.zeros((len(series), len(self.outputs)), np.float32)
        rows = np.flatnonzero(places < len(self.outputs))
        dummies[rows, places[rows]] = 1.0
        return dummies

    def places(self, series: pl.Series) -> NDArray[np.integer[Any]]:
        text = spelled(series)
        if self.impute_value is not None:
            text = text.fill_null(self.impute_value)
        return self._place_of_code.take(self._vocabulary.codes(text))

    @cached_property
    def _place_of_code(self) -> NDArray[np.int64]:
        """By code: each category, then unseen ones, then missing values in the last column."""
        nowhere = len(self.outputs)
        missing = nowhere - 1 if self.missing_column else nowhere
        return np.array([*range(len(self.categories)), nowhere, missing])

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary(pl.Series(self.categories, dtype=pl.String))

    def state(self) -> State:
        return State(
            {
                "categories": list(self.categories),
                "missing_column": self.missing_column,
                "impute_value": self.impute_value,
            }
        )

    @classmethod
    def from_state(cls, column: str, state: State) -> Self:
        values = dict(state.values)
        return cls(column, tuple(values.pop("categories")), **values)


@register_handling
class CategoricalDummy(FilledCategoryHandling):
    """Dummy (one-hot) encoding.

    The three limits apply together, from the most frequent category down; ties are taken
    in alphabetical order.
    """

    name: ClassVar[str] = "dummy"
    fitted_class: ClassVar[type[FittedHandling]] = FittedCategoricalDummy
    is_default: ClassVar[bool] = True

    max_categories: int = Field(
        100, ge=1, description="keep at most this many categories, the most frequent ones"
    )
    cumulative_share: float = Field(
        1.0, gt=0, le=1, description="keep the most frequent categories that cover this share"
    )
    min_rows: int = Field(1, ge=1, description="keep categories with at least this many rows")
    drop_one: bool = Field(
        False, description="leave the least frequent kept category out, as all zeros"
    )

    def fit_counts(self, column: str, counts: CategoryCounts) -> FittedCategoricalDummy:
        counts, impute_value = self.filled(column, counts)
        kept = counts.ranked[: self._n_kept(counts.rows[counts.ranked])]
        if self.drop_one and len(kept) > 1:
            kept = kept[:-1]
        categories = tuple(counts.categories.gather(kept).to_list())
        missing_column = self.missing == "own_category" and (counts.missing > 0 or not len(kept))
        return FittedCategoricalDummy(column, categories, missing_column, impute_value)

    def _n_kept(self, rows: NDArray[np.int64]) -> int:
        """How many categories the limits leave, of categories from the most frequent down."""
        covered = np.cumsum(rows) - rows
        kept = (rows >= self.min_rows) & (covered / max(1, rows.sum()) < self.cumulative_share)
        return min(int(kept.sum()), self.max_categories)
