"""Rows that belong together: groups that a split leaves whole."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from hornbook.data.split import check_share
from hornbook.errors import DataError

__all__ = ["fold_groups", "group_codes", "split_groups"]

_Rows = npt.NDArray[np.int64]
_Mask = npt.NDArray[np.bool_]

_MOST_TRIES = 10
_GROUPS_TRIED = 50_000


def group_codes(values: pl.Series) -> _Rows:
    """The values as numbers 0, 1, … in their order; missing ones are one group, the last.

    Args:
        values: of any type that can be sorted, length `n`.

    Returns:
        Codes, shape `(n,)`.

    Example:
        >>> group_codes(pl.Series(["b", None, "a", "b"])).tolist()
        [1, 2, 0, 1]
    """
    if values.dtype.is_float():
        values = values.fill_nan(None)
    ranks = values.rank("dense").cast(pl.Int64)
    return ranks.fill_null(ranks.len() + 1).rank("dense").to_numpy().astype(np.int64) - 1


def split_groups(
    rows: _Rows,
    groups: _Rows,
    test_share: float,
    seed: int,
    classes: npt.NDArray[Any] | None = None,
) -> tuple[_Rows, _Rows]:
    """Train rows and test rows, both ascending; no group stands on both sides.

    Groups are dealt out in random order, each to the side that it leaves closest to the wanted
    share; of several such orders the closest one is taken. The share is met as nearly as whole
    groups allow. The time grows with the number of groups, the memory with the number of rows.

    Args:
        rows: row numbers, shape `(n,)`.
        groups: the group of every row as a number of 0 or more, shape `(n,)`.
        test_share: of the rows that go to the test side, between 0 and 1.
        seed: of the random orders.
        classes: the class code of every row, shape `(n,)`. The shares of the classes are then kept
            as well, and every class of two groups or more stands on both sides where possible.

    Raises:
        DataError: there are fewer than two groups.

    Example:
        >>> groups = np.repeat(np.arange(10), 5)
        >>> train, test = split_groups(np.arange(50), groups, 0.2, seed=0)
        >>> len(test), set(groups[train]) & set(groups[test])
        (10, set())
    """
    check_share(test_share)
    codes, counts = _counted(groups, classes)
    n_groups = len(counts)
    _expect_groups(n_groups, 2)
    shares = np.array([1 - test_share, test_share])
    generator = np.random.default_rng(seed)
    best, least = np.zeros(n_groups, np.int64), np.inf
    for _ in range(max(1, min(_MOST_TRIES, _GROUPS_TRIED // n_groups))):
        side = _deal(counts, generator.permutation(n_groups), shares)
        if len(np.unique(side)) == 1:
            # Every group is larger than the test share: the smallest one is tested.
            side[np.argmin(counts[:, -1])] = 1 - side[0]
        _mend_classes(side, counts)
        distance = _distance(side, counts, shares)
        if distance < least:
            best, least = side, distance
    return _sides(rows, best[codes] == 1)


def fold_groups(
    rows: _Rows,
    groups: _Rows,
    n_folds: int,
    seed: int,
    classes: npt.NDArray[Any] | None = None,
) -> list[tuple[_Rows, _Rows]]:
    """Train rows and test rows of each fold; every group is tested whole, in one fold.

    The largest groups are dealt out first, each to the fold that it leaves best balanced, in
    rows and, where classes are given, in the share of every class. The seed decides between
    groups of one size.

    Args:
        rows: row numbers, shape `(n,)`.
        groups: the group of every row as a number of 0 or more, shape `(n,)`.
        n_folds: 2 or more.
        seed: of the order of groups of one size.
        classes: the class code of every row, shape `(n,)`.

    Raises:
        DataError: there are fewer groups than folds.
    """
    codes, counts = _counted(groups, classes)
    _expect_groups(len(counts), n_folds)
    shuffled = np.random.default_rng(seed).permutation(len(counts))
    order = shuffled[np.argsort(-counts[shuffled, -1], kind="stable")]
    fold = _deal(counts, order, np.full(n_folds, 1 / n_folds))
    _fill_empty(fold, counts, n_folds)
    return [_sides(rows, fold[codes] == number) for number in range(n_folds)]


def _counted(
    groups: _Rows, classes: npt.NDArray[Any] | None
) -> tuple[_Rows, npt.NDArray[np.float64]]:
    """Dense group codes, and the rows of each group: by class, and in the last column all."""
    codes = np.unique(groups, return_inverse=True)[1]
    n_groups = int(codes.max()) + 1 if len(codes) else 0
    sizes = np.bincount(codes, minlength=n_groups).astype(np.float64)
    if classes is None:
        return codes, sizes[:, None]
    kinds = np.unique(classes, return_inverse=True)[1]
    n_classes = int(kinds.max()) + 1 if len(kinds) else 0
    by_class = np.bincount(codes * n_classes + kinds, minlength=n_groups * n_classes)
    return codes, np.column_stack([by_class.reshape(n_groups, n_classes), sizes])


def _expect_groups(n_groups: int, wanted: int) -> None:
    if n_groups < wanted:
        raise DataError(
            f"The rows are of {n_groups} different groups, {wanted} or more are needed, since no "
            "group is divided.",
            fix="Name a column with more values, use fewer folds, or bring rows of more groups.",
        )


def _deal(counts: npt.NDArray[np.float64], order: _Rows, shares: npt.NDArray[np.float64]) -> _Rows:
    """The side of every group: each goes where the chi-squared distance grows least.

    The distance is the sum over sides and columns of (rows - expected rows)^2 / expected rows.
    """
    dealt = np.zeros((len(shares), counts.shape[1]))
    scale = 1 / (shares[:, None] * counts.sum(axis=0)[None, :])
    side = np.zeros(len(counts), np.int64)
    for group in order:
        count = counts[group]
        growth = ((2 * dealt + count) * count * scale).sum(axis=1)
        chosen = int(np.argmin(growth))
        side[group] = chosen
        dealt[chosen] += count
    return side


def _distance(
    side: _Rows, counts: npt.NDArray[np.float64], shares: npt.NDArray[np.float64]
) -> float:
    expected = shares[:, None] * counts.sum(axis=0)[None, :]
    dealt = np.stack([counts[side == one].sum(axis=0) for one in range(len(shares))])
    return float(((dealt - expected) ** 2 / expected).sum())


def _mend_classes(side: _Rows, counts: npt.NDArray[np.float64]) -> None:
    """Moves a group to the side that lacks its class, where the other side can spare it."""
    for column in range(counts.shape[1] - 1):
        holders = np.flatnonzero(counts[:, column])
        if len(holders) < 2 or len(np.unique(side[holders])) == 2:
            continue
        for group in holders[np.argsort(counts[holders, -1], kind="stable")]:
            left = counts[(side == side[group])].sum(axis=0) - counts[group]
            if (left[counts[group] > 0] > 0).all():
                side[group] = 1 - side[group]
                break


def _fill_empty(fold: _Rows, counts: npt.NDArray[np.float64], n_folds: int) -> None:
    """Gives a fold without groups the smallest group of a fold that has several."""
    for number in np.setdiff1d(np.arange(n_folds), fold):
        several = np.flatnonzero(np.bincount(fold, minlength=n_folds)[fold] > 1)
        fold[several[np.argmin(counts[several, -1])]] = number


def _sides(rows: _Rows, in_test: _Mask) -> tuple[_Rows, _Rows]:
    return np.sort(rows[~in_test]), np.sort(rows[in_test])
