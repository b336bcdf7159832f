"""Diagnostics of the columns that feed the network: identifiers, duplicates, constants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hornbook.diagnostics.diagnostic import Diagnostic, DiagnosticId, Severity

__all__ = ["SAMPLED_ROWS", "SourceColumns", "check_columns"]

SAMPLED_ROWS = 10_000
FEWEST_ROWS = 100
IDENTIFIER_SHARE = 0.95
SAME_VALUE_SHARE = 0.995
SAME_CORRELATION = 0.999
_MOST_NAMED = 5


@dataclass(frozen=True)
class SourceColumns:
    """A sample of the train rows, before they became numbers.

    Attributes:
        frame: the columns that are read as numbers or categories; up to `SAMPLED_ROWS` rows,
            in the order of the table.
        categories: those of them that are read as categories.
        n_rows: of the whole table.
    """

    frame: pl.DataFrame
    categories: frozenset[str]
    n_rows: int


def check_columns(columns: SourceColumns) -> Iterator[Diagnostic]:
    """Looks at the columns; with too few rows it says nothing."""
    if len(columns.frame) < FEWEST_ROWS:
        return
    series = {name: columns.frame[name].alias("values") for name in columns.frame.columns}
    series = {
        name: one.fill_nan(None) if one.dtype.is_float() else one for name, one in series.items()
    }
    identifiers = [
        name
        for name, values in series.items()
        if _is_identifier(values, name in columns.categories, columns.n_rows)
    ]
    yield from _identifiers(identifiers, columns.categories)
    constant = {name: _largest_share(values) for name, values in series.items()}
    constant = {name: share for name, share in constant.items() if share >= SAME_VALUE_SHARE}
    yield from _low_variance(constant)
    compared = {
        name: values
        for name, values in series.items()
        if name not in constant and name not in identifiers
    }
    yield from _duplicates(compared)


def _is_identifier(values: pl.Series, category: bool, n_rows: int) -> bool:
    """Whether (nearly) every row has a value of its own, and it is no measurement."""
    present = values.drop_nulls()
    if len(present) < FEWEST_ROWS:
        return False
    distinct = present.n_unique()
    if category:
        return distinct >= IDENTIFIER_SHARE * len(present)
    if not present.dtype.is_integer() or distinct < len(present):
        return False
    # Whole numbers that never repeat count rows if they are as dense as rows; a measurement
    # that happens not to repeat is spread wider.
    return int(present.max()) - int(present.min()) < 2 * n_rows  # type: ignore[arg-type]


def _identifiers(names: list[str], categories: frozenset[str]) -> Iterator[Diagnostic]:
    if names:
        yield Diagnostic(
            DiagnosticId.IDENTIFIER_COLUMN,
            Severity.WARNING,
            f"{_listed(names)} {'has' if len(names) == 1 else 'have'} a value of its own in "
            "nearly every row, as an identifier has. A network learns such values by heart and "
            "nothing from them.",
            'Reject such columns: role = "reject". Where the value holds something, such as a '
            "date or a prefix, bring that as a column.",
            {"columns": {name: "category" if name in categories else "number" for name in names}},
        )


def _largest_share(values: pl.Series) -> float:
    """The share of the most frequent value, missing ones counted as a value."""
    return float(values.value_counts(name="rows")["rows"].max()) / len(values)  # type: ignore[arg-type]


def _low_variance(shares: dict[str, float]) -> Iterator[Diagnostic]:
    if shares:
        described = [f"'{name}' ({share:.2%})" for name, share in shares.items()]
        yield Diagnostic(
            DiagnosticId.LOW_VARIANCE,
            Severity.INFO,
            f"The same value stands in nearly every train row of {_joined(described)}.",
            "Reject such columns, unless the few other rows matter.",
            {"shares": shares},
        )


def _duplicates(series: dict[str, pl.Series]) -> Iterator[Diagnostic]:
    pairs = [*_one_to_one(series), *_correlated(series)]
    pairs = sorted(set(pairs), key=pairs.index)
    if pairs:
        described = [f"'{a}' and '{b}'" for a, b in pairs]
        yield Diagnostic(
            DiagnosticId.DUPLICATE_COLUMNS,
            Severity.INFO,
            f"These columns say the same, one value for one value or nearly so: "
            f"{_joined(described, '; ')}.",
            "Reject one of each pair: the network gets smaller, and what it relies on clearer.",
            {"pairs": [list(pair) for pair in pairs]},
        )


def _one_to_one(series: dict[str, pl.Series]) -> Iterator[tuple[str, str]]:
    """Pairs of columns in which each value always meets the same value of the other.

    Numbered in the order in which they first appear, the values of both are then the same
    numbers. Columns in which most values stand once are left to their correlation: they
    would all be numbered alike.
    """
    groups: dict[bytes, list[str]] = {}
    for name, values in series.items():
        codes = _codes_by_appearance(values)
        if codes.max() < len(codes) / 2:
            groups.setdefault(codes.tobytes(), []).append(name)
    for names in groups.values():
        yield from ((names[0], other) for other in names[1:])


def _codes_by_appearance(values: pl.Series) -> NDArray[np.int64]:
    ranks = values.rank("dense").fill_null(0).to_numpy()
    _, first, codes = np.unique(ranks, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[codes].astype(np.int64)


def _correlated(series: dict[str, pl.Series]) -> Iterator[tuple[str, str]]:
    numbers = {name: values for name, values in series.items() if values.dtype.is_numeric()}
    columns: dict[str, NDArray[Any]] = {}
    for name, values in numbers.items():
        array = values.cast(pl.Float64).to_numpy()
        array = np.where(np.isfinite(array), array, np.nan)
        if np.isfinite(array).sum() < FEWEST_ROWS:
            continue
        array = np.nan_to_num(array - np.nanmean(array))
        length = np.linalg.norm(array)
        if np.isfinite(length) and length > 0:
            columns[name] = array / length
    if len(columns) < 2:
        return
    matrix = np.stack(list(columns.values()), axis=1)
    correlations = np.abs(matrix.T @ matrix)
    for (i, a), (j, b) in combinations(enumerate(columns), 2):
        if correlations[i, j] >= SAME_CORRELATION:
            yield a, b


def _listed(names: list[str]) -> str:
    return _joined([f"'{name}'" for name in names])


def _joined(texts: list[str], separator: str = ", ") -> str:
    shown = separator.join(texts[:_MOST_NAMED])
    more = len(texts) - _MOST_NAMED
    return f"{shown} and {more} more" if more > 0 else shown
