"""Taking some rows of many."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from hornbook.errors import DataError

__all__ = ["SampleMethod", "sample_rows"]

SampleMethod = Literal["none", "first", "random"]


def sample_rows(
    rows: npt.NDArray[np.int64], method: SampleMethod, n_rows: int | None, seed: int
) -> npt.NDArray[np.int64]:
    """At most `n_rows` of `rows`, ascending.

    Args:
        rows: row numbers, shape `(n,)`.
        method: `"none"` takes all rows, `"first"` those with the lowest numbers, `"random"` a
            sample without replacement in which every row is as likely.
        n_rows: how many; `None` takes all. More than there are takes all.
        seed: of the random sample; the same seed takes the same rows.

    Raises:
        DataError: `n_rows` is below 1, or the method is unknown.

    Example:
        >>> sample_rows(np.arange(100), "first", 3, seed=0).tolist()
        [0, 1, 2]
        >>> len(sample_rows(np.arange(100), "random", 10, seed=0))
        10
    """
    if method not in ("none", "first", "random"):
        raise DataError(
            f"The sampling method is '{method}'.", fix='Use "none", "first" or "random".'
        )
    if n_rows is not None and n_rows < 1:
        raise DataError(f"The sample has {n_rows} rows.", fix="Take 1 row or more.")
    ordered = np.sort(rows)
    if method == "none" or n_rows is None or n_rows >= len(rows):
        return ordered
    if method == "first":
        return ordered[:n_rows]
    chosen = np.random.default_rng(seed).choice(len(ordered), n_rows, replace=False)
    return ordered[np.sort(chosen)]
