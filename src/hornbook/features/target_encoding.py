"""Encodings that learn from the target, each train row encoded by what other rows say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import Field

from hornbook.features.categorical import FilledCategoryHandling
from hornbook.features.categories import Vocabulary, spelled
from hornbook.features.category_counts import CategoryCounts, CategoryIndex, grown
from hornbook.features.category_values import FittedCategoryValues, ValueRescaling
from hornbook.features.handling import (
    ROW,
    TARGET,
    FitContext,
    FittedHandling,
    Fitting,
    State,
    column_expression,
)

__all__ = ["FittedTargetEncoding", "TargetEncoding", "TargetStatistics", "fold_of_rows"]


@dataclass(frozen=True)
class TargetStatistics:
    """What some train rows say of a target, by category; all arrays of shape `(n_categories,)`.

    The target is the column to predict in regression, else 1 for the rows of a class.

    Attributes:
        rows: the number of rows.
        sums: of the target, less `center`.
        squares: sums of the square of that.
        center: what was subtracted of the target; 0 for a class.
        is_class: whether the target is 1 for the rows of a class.
    """

    rows: NDArray[np.int64]
    sums: NDArray[np.float64]
    squares: NDArray[np.float64]
    center: float
    is_class: bool


@dataclass(frozen=True)
class FittedTargetEncoding(FittedCategoryValues):
    """Numbers by category; in `values` a table for each fold follows the first one.

    Attributes:
        seed: drew the folds.
    """

    seed: int

    def transform_fitted(self, series: pl.Series, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        n_folds = len(self.values) - 1
        if not n_folds:
            return self.transform(series)
        return self.values[1 + fold_of_rows(rows, n_folds, self.seed), self.codes(series)]

    def state(self) -> State:
        state = super().state()
        return State({**state.values, "seed": self.seed}, state.arrays)


class TargetEncoding(FilledCategoryHandling):
    """A handling that encodes a category by the target of its rows.

    One output column in regression and for two classes, one for each class but the first
    otherwise. With `k_fold` a train row is encoded by what the rows outside of its fold say, so
    that its own target is not in its encoding; all other rows are encoded by what all train
    rows say. A subclass computes the encoding in `encode`.
    """

    fitted_class: ClassVar[type[FittedHandling]] = FittedTargetEncoding

    k_fold: bool = Field(True, description="encode a train row by the rows of the other folds")
    folds: int = Field(5, ge=2, le=100, description="number of folds")
    seed: int | None = Field(
        None, ge=0, lt=2**32, description="draws the folds; that of the design when absent"
    )
    rescaling: ValueRescaling = Field(
        "standard", description="mean 0 and deviation 1, range 0 to 1, or as it is"
    )

    def start_fit(self, column: str, context: FitContext) -> Fitting:
        return _TargetFitting(self, column, context)

    def encode(self, statistics: TargetStatistics) -> tuple[NDArray[np.float64], float]:
        """The encoding of each category, and that of one without rows.

        Args:
            statistics: of one row or more; some categories may have none.
        """
        raise NotImplementedError


def fold_of_rows(rows: NDArray[np.int64], n_folds: int, seed: int) -> NDArray[np.int64]:
    """The fold of each row, which depends on nothing but its number and the seed.

    The numbers are mixed as in SplitMix64: G. Steele, D. Lea and C. Flood, *Fast splittable
    pseudorandom number generators*, 2014.

    Args:
        rows: row numbers in the table, shape `(n_rows,)`.
        n_folds: from 0 up to this the folds are numbered.
        seed: another one draws other folds.
    """
    mixed = _mixed(rows.astype(np.uint64) + _mixed(np.array([seed], np.uint64)))
    return (mixed % np.uint64(n_folds)).astype(np.int64)


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    mixed = numbers + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


class _TargetFitting:
    """Rows and sums of the target by category and fold.

    Its arrays have an entry for missing values, then one for each category in the order in
    which they come; memory grows with the categories, not with the rows. In regression the
    sums are those of the target and of its square, else the rows of each class but the first.
    """

    def __init__(self, handling: TargetEncoding, column: str, context: FitContext) -> None:
        self._handling = handling
        self._column = column
        self._n_classes = context.n_classes
        self._seed = context.seed if handling.seed is None else handling.seed
        self._n_folds = handling.folds if handling.k_fold else 1
        self._index = CategoryIndex()
        self._rows = np.zeros((1, self._n_folds), np.int64)
        self._sums = np.zeros((1, self._n_folds, (self._n_classes or 3) - 1))
        self._center = 0.0

    def expressions(self) -> Mapping[str, pl.Expr]:
        return {
            "categories": column_expression(self._column).implode(),
            "target": column_expression(TARGET).implode(),
            "rows": column_expression(ROW).implode(),
        }

    def add(self, block: Mapping[str, Any]) -> None:
        target = block["target"].to_numpy()
        if self._n_classes is None and len(target) and not self._rows.any():
            # Near the values, so that the sums of squares lose no digits.
            self._center = float(target[0])
        slots = 1 + self._index.codes(spelled(block["categories"]))
        self._rows = grown(self._rows, 1 + len(self._index))
        self._sums = grown(self._sums, 1 + len(self._index))
        folds = fold_of_rows(block["rows"].to_numpy(), self._n_folds, self._seed)
        np.add.at(self._rows, (slots, folds), 1)
        if self._n_classes is None:
            values = target.astype(np.float64) - self._center
            np.add.at(self._sums[..., 0], (slots, folds), values)
            np.add.at(self._sums[..., 1], (slots, folds), np.square(values))
        else:
            later = target > 0
            classes = target[later].astype(np.int64) - 1
            np.add.at(self._sums, (slots[later], folds[later], classes), 1.0)

    def finish(self) -> FittedHandling:
        handling, categories = self._handling, self._index.categories
        order = categories.arg_sort().to_numpy()
        categories = categories.gather(order)
        slots = np.append(1 + order, 0)
        rows, sums = self._rows[slots], self._sums[slots]
        totals = rows.sum(axis=1)
        counts = CategoryCounts(categories, totals[:-1], int(totals[-1]))
        impute_value = handling.filled_value(self._column, counts)
        if impute_value is not None:
            place = int(Vocabulary(categories).codes(pl.Series([impute_value]))[0])
            if place == len(categories):
                categories = pl.concat([categories, pl.Series("category", [impute_value])])
                rows, sums = np.insert(rows, place, 0, axis=0), np.insert(sums, place, 0, axis=0)
            # The rows with missing values are rows of that category from here on.
            for array in (rows, sums):
                array[place] += array[-1]
                array[-1] = 0
        tables = [self._table(rows, sums)]
        for fold in range(self._n_folds if handling.k_fold else 0):
            others = np.arange(self._n_folds) != fold
            if rows[:, others].any():
                tables.append(self._table(rows[:, others], sums[:, others]))
            else:
                tables.append(np.broadcast_to(tables[0][-2], tables[0].shape))
        fitted = FittedTargetEncoding(
            self._column,
            Vocabulary(categories),
            impute_value,
            self._names(),
            np.stack(tables).astype(np.float32),
            self._seed,
        )
        return fitted.rescaled(handling.rescaling, np.insert(rows.sum(axis=1), -1, 0))

    def _names(self) -> tuple[str, ...]:
        name = self._handling.name
        if self._n_classes is None or self._n_classes == 2:
            return (name,)
        return tuple(f"{name} {code}" for code in range(1, self._n_classes))

    def _table(self, rows: NDArray[np.int64], sums: NDArray[np.float64]) -> NDArray[np.float64]:
        """The encoding by code, shape `(n_categories + 2, n_outputs)`.

        Args:
            rows: of each category, then of missing values, by fold.
            sums: likewise.
        """
        rows, sums = rows.sum(axis=1), sums.sum(axis=1)
        regression = self._n_classes is None
        targets = [(0, 1)] if regression else [(code, code) for code in range(sums.shape[1])]
        columns = []
        for first, second in targets:
            statistics = TargetStatistics(
                rows, sums[:, first], sums[:, second], self._center, not regression
            )
            values, empty = self._handling.encode(statistics) if rows.any() else (rows, 0.0)
            columns.append(np.insert(np.where(rows > 0, values, empty), -1, empty))
        return np.stack(columns, axis=1)
