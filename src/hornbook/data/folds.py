"""Dividing rows into folds, each of which is tested once."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from hornbook.data.split import class_codes
from hornbook.errors import DataError

__all__ = ["fold_rows"]

_Rows = npt.NDArray[np.int64]


def fold_rows(
    rows: _Rows, n_folds: int, seed: int, stratify: npt.NDArray[Any] | None = None
) -> list[tuple[_Rows, _Rows]]:
    """Train rows and test rows of each fold, all ascending; every row is tested in one fold.

    Args:
        rows: row numbers, shape `(n,)`.
        n_folds: 2 or more.
        seed: of the shuffle; the same seed gives the same folds.
        stratify: the class of every row, shape `(n,)`. The folds then differ by at most one row
            of each class. A class with fewer rows than folds is missing from some test sides, a
            class with one row from one train side.

    Raises:
        DataError: there are fewer rows than folds, or fewer than two folds.

    Example:
        >>> [test.tolist() for _, test in fold_rows(np.arange(5), 2, seed=1)]
        [[1, 3, 4], [0, 2]]
    """
    if n_folds < 2:
        raise DataError(f"{n_folds} folds were asked for.", fix="Use 2 folds or more.")
    if len(rows) < n_folds:
        raise DataError(
            f"{len(rows)} rows cannot be divided into {n_folds} folds.",
            fix="Give more rows, or use fewer folds.",
        )
    ordered = np.sort(rows)
    order = np.random.default_rng(seed).permutation(len(rows))
    if stratify is not None:
        # Dealt out class by class, so that neither rows nor classes pile up in one fold.
        codes = class_codes(stratify)[np.argsort(rows, kind="stable")]
        order = order[np.argsort(codes[order], kind="stable")]
    fold = np.empty(len(rows), np.int64)
    fold[order] = np.arange(len(rows)) % n_folds
    return [(ordered[fold != number], ordered[fold == number]) for number in range(n_folds)]
