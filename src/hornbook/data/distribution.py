"""How the values of one column are spread, in few enough numbers to draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

import numpy as np
import polars as pl
import polars.selectors as cs

from hornbook.data.schema import NUMBERS, Storage
from hornbook.data.table import Table

__all__ = ["Distribution", "column_distribution"]

_TEXT_LENGTH = 80
_READ_ROWS = 2_000_000
_FEW_VALUES = 12


class _Rows(TypedDict):
    missing: int
    n_rows: int


@dataclass(frozen=True)
class Distribution:
    """The spread of one column.

    Attributes:
        column: its name.
        kind: `"histogram"` of numbers and dates, `"categories"` for other values, `"none"` where
            there is nothing to draw.
        edges: of a histogram, one more than there are counts; dates in seconds since 1970.
        labels: of categories, the most frequent first.
        counts: rows of each bin or category.
        others: rows of categories that are not shown.
        missing: rows without a value.
        n_rows: rows that were read.
        minimum, maximum, mean, deviation, median: of numbers.
    """

    column: str
    kind: str
    edges: tuple[float, ...] = ()
    labels: tuple[str, ...] = ()
    counts: tuple[int, ...] = ()
    others: int = 0
    missing: int = 0
    n_rows: int = 0
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    deviation: float | None = None
    median: float | None = None


def column_distribution(table: Table, column: str, n_bins: int = 24) -> Distribution:
    """Counts the values of a column; of a long table its first two million rows.

    Args:
        table: that has the column.
        column: its name.
        n_bins: of a histogram, or how many categories are told apart.

    Raises:
        NotFoundError: there is no such column.
    """
    storage = table.column(column).storage
    values = table.scan().select(cs.by_name(column)).head(_READ_ROWS).collect().to_series()
    known = values.drop_nulls()
    told = _Rows(missing=len(values) - len(known), n_rows=len(values))
    if storage is Storage.VECTOR or not len(known):
        return Distribution(column, "none", **told)
    if storage in (Storage.STRING, Storage.BOOLEAN):
        return _categories(column, known.cast(pl.String), n_bins, told)
    if storage in NUMBERS:
        numbers = known.cast(pl.Float64)
    else:
        numbers = known.cast(pl.Datetime("us")).dt.epoch("us") / 1e6
    return _histogram(column, numbers.to_numpy(), n_bins, told)


def _categories(column: str, values: pl.Series, n_bins: int, told: _Rows) -> Distribution:
    counts = values.value_counts(sort=True, name="rows")
    shown = counts.head(n_bins)
    labels = shown.to_series(0).str.slice(0, _TEXT_LENGTH).to_list()
    numbers = shown["rows"].to_list()
    others = len(values) - sum(numbers)
    return Distribution(
        column, "categories", labels=tuple(labels), counts=tuple(numbers), others=others, **told
    )


def _histogram(
    column: str,
    values: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    n_bins: int,
    told: _Rows,
) -> Distribution:
    finite = values[np.isfinite(values)]
    if not len(finite):
        return Distribution(column, "none", **told)
    low, high = float(finite.min()), float(finite.max())
    distinct = np.unique(finite[:10_000])
    if len(distinct) <= _FEW_VALUES and len(np.unique(finite)) <= _FEW_VALUES:
        # Grades and counts: a bar for each, as wide as the smallest step between them.
        step = float(np.diff(distinct).min()) if len(distinct) > 1 else 1.0
        n_bins = min(4 * n_bins, round((high - low) / step) + 1)
        edges = np.linspace(low - step / 2, high + step / 2, n_bins + 1)
    else:
        edges = np.linspace(low, high, n_bins + 1)
    counts, edges = np.histogram(finite, edges)
    return Distribution(
        column,
        "histogram",
        edges=tuple(edges.tolist()),
        counts=tuple(counts.tolist()),
        minimum=low,
        maximum=high,
        mean=float(finite.mean()),
        deviation=float(finite.std()),
        median=float(np.median(finite)),
        **told,
    )
