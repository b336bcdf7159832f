"""Taking some rows of many."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import polars as pl

from hornbook.data.groups import group_codes
from hornbook.errors import DataError

__all__ = ["SampleMethod", "sample_rows"]

SampleMethod = Literal[
    "none",
    "first",
    "first_sorted",
    "random",
    "random_ratio",
    "column_values",
    "rebalance",
    "rebalance_ratio",
]

_Rows = npt.NDArray[np.int64]

_WITH_COLUMN = ("first_sorted", "column_values", "rebalance", "rebalance_ratio")
_WITH_RATIO = ("random_ratio", "rebalance_ratio")


def sample_rows(  # noqa: PLR0911
    rows: _Rows,
    method: SampleMethod,
    n_rows: int | None,
    seed: int,
    *,
    ratio: float | None = None,
    values: pl.Series | None = None,
    descending: bool = False,
) -> _Rows:
    """Some of `rows`, ascending.

    The methods:

    - `"none"` takes all rows;
    - `"first"` takes the `n_rows` with the lowest numbers;
    - `"first_sorted"` takes the first `n_rows` in the order of `values`, missing ones last, rows
      of one value in the order of their numbers;
    - `"random"` takes exactly `n_rows` without replacement, every row as likely;
    - `"random_ratio"` takes each row with the probability `ratio`, so about that share of them;
    - `"column_values"` takes all rows of randomly chosen values of a column, as many values as
      bring the number of rows nearest to `n_rows`; missing values count as one value;
    - `"rebalance"` takes `n_rows` in which every value of a column stands as often as every
      other, as far as there are rows: a rare value gives all of its rows and is not repeated;
    - `"rebalance_ratio"` does so with the share `ratio` of the rows.

    Args:
        rows: row numbers, shape `(n,)`.
        method: which of them.
        n_rows: how many; `None` takes all. More than there are takes all.
        seed: of what is random; the same seed takes the same rows.
        ratio: of the rows, above 0 and up to 1, where the method has one.
        values: the value of every row in the method's column, length `n`.
        descending: `"first_sorted"`: the greatest values first.

    Raises:
        DataError: `n_rows` is below 1, the ratio is no share, a column is needed and not given,
            or the method is unknown.

    Example:
        >>> sample_rows(np.arange(100), "first", 3, seed=0).tolist()
        [0, 1, 2]
        >>> colours = pl.Series(["red"] * 90 + ["blue"] * 10)
        >>> chosen = sample_rows(np.arange(100), "rebalance", 30, seed=0, values=colours)
        >>> colours[chosen].value_counts(sort=True).rows()
        [('red', 20), ('blue', 10)]
    """
    _check(method, n_rows, ratio, values)
    order = np.argsort(rows, kind="stable")
    ordered = rows[order]
    generator = np.random.default_rng(seed)
    if method in _WITH_RATIO and ratio is not None:
        if method == "random_ratio":
            return ordered[generator.random(len(ordered)) < ratio]
        n_rows = max(1, round(ratio * len(ordered)))
    if method == "none" or n_rows is None or n_rows >= len(rows):
        return ordered
    if method == "first":
        return ordered[:n_rows]
    if method == "random" or values is None:
        chosen = generator.choice(len(ordered), n_rows, replace=False)
        return ordered[np.sort(chosen)]
    codes = group_codes(values)[order]
    if method == "first_sorted":
        return ordered[_first_in_order(codes, _missing(values)[order], n_rows, descending)]
    if method == "column_values":
        return ordered[_whole_groups(codes, n_rows, generator)]
    return ordered[_balanced(codes, n_rows, generator)]


def _check(method: str, n_rows: int | None, ratio: float | None, values: pl.Series | None) -> None:
    known = get_args(SampleMethod)
    if method not in known:
        *others, last = (f'"{one}"' for one in known)
        raise DataError(
            f"The sampling method is '{method}'.", fix=f"Use {', '.join(others)} or {last}."
        )
    if n_rows is not None and n_rows < 1:
        raise DataError(f"The sample has {n_rows} rows.", fix="Take 1 row or more.")
    if method in _WITH_RATIO and (ratio is None or not 0 < ratio <= 1):
        raise DataError(
            f"The sample has the ratio {ratio}.", fix="Give a share of the rows, such as 0.1."
        )
    if method in _WITH_COLUMN and values is None:
        raise DataError(
            f"The sampling method '{method}' goes by a column, and none is given.",
            fix="Name a column.",
        )


def _missing(values: pl.Series) -> npt.NDArray[np.bool_]:
    return (values.fill_nan(None) if values.dtype.is_float() else values).is_null().to_numpy()


def _first_in_order(
    codes: _Rows, missing: npt.NDArray[np.bool_], n_rows: int, descending: bool
) -> _Rows:
    """The positions of the first rows in the order of a column, missing values last."""
    keys = np.where(missing, len(codes), -codes if descending else codes)
    return np.sort(np.argsort(keys, kind="stable")[:n_rows])


def _whole_groups(
    codes: _Rows, n_rows: int, generator: np.random.Generator
) -> npt.NDArray[np.bool_]:
    """Which rows stand in as many random groups as bring the sum of rows nearest to `n_rows`."""
    sizes = np.bincount(codes)
    shuffled = generator.permutation(len(sizes))
    totals = np.cumsum(sizes[shuffled])
    n_groups = 1 + int(np.argmin(np.abs(totals - n_rows)))
    taken = np.zeros(len(sizes), np.bool_)
    taken[shuffled[:n_groups]] = True
    return taken[codes]


def _balanced(codes: _Rows, n_rows: int, generator: np.random.Generator) -> _Rows:
    """The positions of `n_rows` rows, of each group as many as of any other that has them."""
    sizes = np.bincount(codes)
    quotas = np.zeros(len(sizes), np.int64)
    while quotas.sum() < n_rows:
        open_groups = np.flatnonzero(quotas < sizes)
        lacking = n_rows - int(quotas.sum())
        if lacking < len(open_groups):
            quotas[generator.permutation(open_groups)[:lacking]] += 1
            break
        step = min(lacking // len(open_groups), int((sizes - quotas)[open_groups].min()))
        quotas[open_groups] += step
    by_group = np.argsort(codes, kind="stable")
    members = np.split(by_group, np.cumsum(sizes)[:-1])
    chosen = [
        generator.permutation(group)[:quota] for group, quota in zip(members, quotas, strict=True)
    ]
    return np.sort(np.concatenate(chosen))
