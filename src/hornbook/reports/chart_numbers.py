"""Numbers as charts get them: plain lists, finite or absent, and no more than can be drawn."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["finite_or_none", "finite_or_nones", "thinned"]


def finite_or_none(value: float) -> float | None:
    """A number, or `None` for NaN and infinities, for which JSON has no word.

    Example:
        >>> finite_or_none(0.5), finite_or_none(float("nan"))
        (0.5, None)
    """
    return float(value) if math.isfinite(value) else None


def finite_or_nones(values: NDArray[np.floating[Any]]) -> list[float | None]:
    """`finite_or_none` of each value of shape `(n,)`."""
    return [finite_or_none(value) for value in values.tolist()]


def thinned(n_points: int, most: int, kept: int | None = None) -> NDArray[np.intp]:
    """The indices of at most `most` points of a series, evenly, its ends among them.

    Args:
        n_points: the length of the series.
        most: at least 3.
        kept: an index that must be among them.

    Example:
        >>> thinned(9, 5).tolist(), thinned(3, 5).tolist()
        ([0, 2, 4, 6, 8], [0, 1, 2])
    """
    if n_points <= most:
        return np.arange(n_points)
    if kept is None:
        return np.linspace(0, n_points - 1, most).round().astype(np.intp)
    even = np.linspace(0, n_points - 1, most - 1).round().astype(np.intp)
    return np.union1d(even, [kept])
