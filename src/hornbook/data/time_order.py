"""Splits in the order of time: learn from the past, be measured on what came after."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from hornbook.data.split import check_share
from hornbook.errors import DataError

__all__ = ["fold_in_time", "split_in_time"]

_Rows = npt.NDArray[np.int64]


def split_in_time(
    rows: _Rows, times: pl.Series, test_share: float, *, descending: bool = False
) -> tuple[_Rows, _Rows]:
    """Train rows and test rows, both ascending; no train row is later than a test row.

    Rows of one moment stay on one side, so the share is met as nearly as they allow.

    Args:
        rows: row numbers, shape `(n,)`.
        times: when each row was, none missing, length `n`; dates or numbers.
        test_share: of the rows that go to the test side, between 0 and 1.
        descending: order from late to early, so that the earliest rows are tested.

    Raises:
        DataError: all rows are of one moment, or there are none.

    Example:
        >>> train, test = split_in_time(np.arange(4), pl.Series([3, 1, 2, 4]), 0.25)
        >>> train.tolist(), test.tolist()
        ([0, 1, 2], [3])
    """
    check_share(test_share)
    train, test = _blocks(rows, times, [1 - test_share], descending=descending)
    return train, test


def fold_in_time(
    rows: _Rows, times: pl.Series, n_folds: int, *, descending: bool = False
) -> list[tuple[_Rows, _Rows]]:
    """Train rows and test rows of each fold: windows that grow, each tested on what comes next.

    The rows are cut into `n_folds + 1` blocks of about one size in the order of time. Fold `k`
    learns from the first `k` blocks and is tested on the one that follows; the first block is
    never tested.

    Args:
        rows: row numbers, shape `(n,)`.
        times: when each row was, none missing, length `n`; dates or numbers.
        n_folds: 2 or more.
        descending: order from late to early.

    Raises:
        DataError: there are too few different moments.

    Example:
        >>> for train, test in fold_in_time(np.arange(6), pl.Series([1, 2, 3, 4, 5, 6]), 2):
        ...     print(train, test)
        [0 1] [2 3]
        [0 1 2 3] [4 5]
    """
    cuts = [number / (n_folds + 1) for number in range(1, n_folds + 1)]
    blocks = _blocks(rows, times, cuts, descending=descending)
    return [
        (np.sort(np.concatenate(blocks[:number])), blocks[number])
        for number in range(1, n_folds + 1)
    ]


def _blocks(rows: _Rows, times: pl.Series, shares: list[float], *, descending: bool) -> list[_Rows]:
    """The rows in the order of time, cut between two moments nearest to each share."""
    ranks = times.rank("dense", descending=descending).to_numpy().astype(np.int64) - 1
    sizes = np.bincount(ranks) if len(ranks) else np.zeros(0, np.int64)
    n_moments = len(sizes)
    if n_moments < len(shares) + 1:
        raise DataError(
            f"The rows are of {n_moments} different moments in '{times.name}', {len(shares) + 1} "
            "or more are needed, since rows of one moment stay together.",
            fix="Order by a column with more values, or use fewer folds.",
        )
    # before[m] rows lie before moment m; every block keeps one moment at least.
    before = np.concatenate([[0], np.cumsum(sizes)])
    cuts = [0]
    for number, share in enumerate(shares):
        first, last = cuts[-1] + 1, n_moments - (len(shares) - number)
        distances = np.abs(before[first : last + 1] - share * len(rows))
        cuts.append(first + int(np.argmin(distances)))
    cuts.append(n_moments)
    block = np.searchsorted(cuts, ranks, side="right") - 1
    return [np.sort(rows[block == number]) for number in range(len(shares) + 1)]
