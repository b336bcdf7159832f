"""Which categories the train rows hold, and how many rows of each, block by block."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hornbook.features.categories import spelled
from hornbook.features.handling import FittedHandling, column_expression

__all__ = ["CategoryCounts", "CategoryIndex", "CountFitting", "grown"]


@dataclass(frozen=True)
class CategoryCounts:
    """The categories of the train rows.

    Attributes:
        categories: texts, in alphabetical order.
        rows: the number of rows of each, shape `(n_categories,)`.
        missing: the number of rows without one.
        numbers: whether the column holds numbers.
    """

    categories: pl.Series
    rows: NDArray[np.int64]
    missing: int
    numbers: bool = False

    @cached_property
    def ranked(self) -> NDArray[np.int64]:
        """The places of the categories from the most frequent down, ties in their order."""
        return np.argsort(-self.rows, kind="stable")

    def filled(self, value: str) -> CategoryCounts:
        """The counts once missing values are filled in with a category."""
        if not self.missing:
            return self
        rows = pl.DataFrame({"category": self.categories, "rows": self.rows})
        more = pl.DataFrame({"category": [value], "rows": [self.missing]}, schema=rows.schema)
        both = pl.concat([rows, more]).group_by("category").sum().sort("category")
        return CategoryCounts(both["category"], both["rows"].to_numpy(), 0, self.numbers)


class CategoryIndex:
    """Numbers categories in the order in which they come; owned by one thread."""

    def __init__(self) -> None:
        self._known = pl.DataFrame(schema={"category": pl.String, "code": pl.Int64})

    def __len__(self) -> int:
        return len(self._known)

    @property
    def categories(self) -> pl.Series:
        """All so far, in the order of their numbers."""
        return self._known["category"]

    def codes(self, text: pl.Series) -> NDArray[np.int64]:
        """The number of each value, new ones included; -1 where it is missing."""
        values = text.alias("category").to_frame()
        distinct = values.unique(maintain_order=True).drop_nulls()
        distinct = distinct.join(self._known, on="category", how="left", maintain_order="left")
        new = distinct.filter(pl.col("code").is_null()).select(
            "category", code=pl.int_range(len(self), len(self) + pl.len(), dtype=pl.Int64)
        )
        if len(new):
            self._known = pl.concat([self._known, new], rechunk=True)
            distinct = distinct.update(new, on="category", maintain_order="left")
        coded = values.join(distinct, on="category", how="left", maintain_order="left")
        return coded["code"].fill_null(-1).to_numpy()


class CountFitting:
    """Counts the categories of a column; its memory grows with them, not with the rows.

    Args:
        column: of the table.
        finish: makes the fitted handling from the counts.
    """

    def __init__(self, column: str, finish: Callable[[str, CategoryCounts], FittedHandling]):
        self._column = column
        self._finish = finish
        self._index = CategoryIndex()
        self._rows = np.zeros(0, np.int64)
        self._missing = 0
        self._numbers = False

    def expressions(self) -> Mapping[str, pl.Expr]:
        values = column_expression(self._column).alias("category")
        return {"counts": values.value_counts(name="rows").implode()}

    def add(self, block: Mapping[str, Any]) -> None:
        counts = block["counts"].struct.unnest()
        rows = counts["rows"].to_numpy()
        self._numbers = counts["category"].dtype.is_numeric()
        codes = self._index.codes(spelled(counts["category"]))
        known = codes >= 0
        self._rows = grown(self._rows, len(self._index))
        np.add.at(self._rows, codes[known], rows[known])
        self._missing += int(rows[~known].sum())

    def finish(self) -> FittedHandling:
        categories = self._index.categories
        order = categories.arg_sort().to_numpy()
        rows = self._rows[: len(categories)][order]
        counts = CategoryCounts(categories.gather(order), rows, self._missing, self._numbers)
        return self._finish(self._column, counts)


def grown(array: NDArray[Any], length: int) -> NDArray[Any]:
    """The array with room for `length` entries at least, new ones 0; doubled to grow seldom."""
    if len(array) >= length:
        return array
    larger = np.zeros((max(length, 2 * len(array)), *array.shape[1:]), array.dtype)
    larger[: len(array)] = array
    return larger
