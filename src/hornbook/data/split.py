"""Splitting rows into those to learn from and those to be tested on."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from hornbook.errors import DataError

__all__ = ["check_share", "class_codes", "split_rows"]

_Rows = npt.NDArray[np.int64]


def split_rows(
    rows: _Rows, test_share: float, seed: int, stratify: npt.NDArray[Any] | None = None
) -> tuple[_Rows, _Rows]:
    """Train rows and test rows, both ascending, together all of `rows`.

    Args:
        rows: row numbers, shape `(n,)`.
        test_share: of the rows that go to the test side, between 0 and 1; rounded to whole rows.
        seed: of the shuffle; the same seed gives the same split.
        stratify: the class of every row, shape `(n,)`. Every class then has its share on the test
            side within one row; a class with one row goes to train, and every class with more
            stands on both sides as far as the size of the sides allows. Missing classes (`None`
            or NaN) are a class of their own.

    Raises:
        DataError: one side would be empty, or `stratify` is of another length.

    Example:
        >>> train, test = split_rows(np.arange(10), 0.3, seed=1)
        >>> len(train), len(test)
        (7, 3)
        >>> classes = np.array(["cat"] * 8 + ["dog"] * 2)
        >>> _, test = split_rows(np.arange(10), 0.2, seed=1, stratify=classes)
        >>> sorted(classes[test].tolist())
        ['cat', 'dog']
    """
    check_share(test_share)
    n_test = int(np.floor(test_share * len(rows) + 0.5))
    if n_test < 1 or n_test >= len(rows):
        side = "test" if n_test < 1 else "train"
        raise DataError(
            f"{len(rows)} rows split with a test share of {test_share} leave no {side} rows.",
            fix="Give more rows, or another test share.",
        )
    ordered = None if (rows[1:] > rows[:-1]).all() else np.argsort(rows, kind="stable")
    generator = np.random.default_rng(seed)
    if stratify is None:
        in_test = np.zeros(len(rows), dtype=bool)
        in_test[generator.permutation(len(rows))[:n_test]] = True
    else:
        if len(stratify) != len(rows):
            raise DataError(
                f"{len(stratify)} classes were given for {len(rows)} rows.",
                fix="Give the class of every row.",
            )
        codes = class_codes(stratify)
        in_test = _stratified(codes if ordered is None else codes[ordered], n_test, generator)
    sorted_rows = rows if ordered is None else rows[ordered]
    return sorted_rows[~in_test], sorted_rows[in_test]


def check_share(test_share: float) -> None:
    """Refuses a share that leaves one side without rows.

    Raises:
        DataError: it is not between 0 and 1.
    """
    if not 0 < test_share < 1:
        raise DataError(
            f"The test share is {test_share}.", fix="Give a share between 0 and 1, such as 0.2."
        )


def class_codes(classes: npt.NDArray[Any]) -> npt.NDArray[np.integer[Any]]:
    """The classes as numbers 0, 1, …; missing ones as one class more."""
    if classes.dtype.kind == "u":
        # As `np.unique` numbers them, without sorting as many rows as there are.
        is_there = np.bincount(classes) > 0
        numbers: npt.NDArray[np.integer[Any]] = (np.cumsum(is_there) - 1).astype(classes.dtype)
        return np.asarray(numbers[classes])
    if classes.dtype.kind != "O":
        return np.unique(classes, return_inverse=True)[1].astype(np.int64)
    seen: dict[object, int] = {}
    missing = object()
    keys = (missing if value is None or value != value else value for value in classes)  # noqa: PLR0124
    return np.array([seen.setdefault(key, len(seen)) for key in keys], dtype=np.int64)


def _stratified(
    codes: npt.NDArray[np.integer[Any]], n_test: int, generator: np.random.Generator
) -> npt.NDArray[np.bool_]:
    sizes = np.bincount(codes)
    quotas = _quotas(sizes, n_test)
    in_test = np.zeros(len(codes), dtype=bool)
    by_class = np.argsort(codes, kind="stable")
    for members, quota in zip(np.split(by_class, np.cumsum(sizes)[:-1]), quotas, strict=True):
        in_test[generator.permutation(members)[:quota]] = True
    return in_test


def _quotas(sizes: _Rows, n_test: int) -> _Rows:
    """How many rows of every class are tested: largest remainders, then a row for the rare ones.

    Every class keeps its exact share rounded down or up, but where both sides can have a row of
    it, which goes first.
    """
    exact = sizes * (n_test / sizes.sum())
    low = np.floor(exact + 1e-9).astype(np.int64)
    high = np.ceil(exact - 1e-9).astype(np.int64)
    shared = sizes >= 2
    low = np.where(shared, np.maximum(low, 1), 0)
    high = np.where(shared, np.minimum(np.maximum(high, 1), sizes - 1), 0)
    low = np.minimum(low, high)
    quotas = low.copy()
    while quotas.sum() != n_test:
        step = 1 if quotas.sum() < n_test else -1
        room = quotas < high if step > 0 else quotas > low
        if not room.any():
            # The shares alone do not add up: the class that is furthest below (or above) its own
            # share gives way, and in the last resort a class stands on one side only.
            room = quotas < sizes if step > 0 else quotas > 0
        lack = np.where(room, step * (exact - quotas), -np.inf)
        quotas[int(np.argmax(lack))] += step
    return quotas
