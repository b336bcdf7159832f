"""How far the values of one sample are from those of another: statistics and their p-values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, kolmogorov

__all__ = [
    "DriftTest",
    "chi_square",
    "kolmogorov_smirnov",
    "population_stability_index",
    "share_test",
]

_FEWEST_EXPECTED = 5.0
_SMALLEST_SHARE = 1e-4


class DriftTest(NamedTuple):
    """A test of whether two samples are of one distribution.

    Attributes:
        statistic: 0 where they are alike.
        p_value: how probable a statistic as large is if they are.
    """

    statistic: float
    p_value: float


def kolmogorov_smirnov(before: NDArray[np.float64], now: NDArray[np.float64]) -> DriftTest:
    """The two-sample Kolmogorov-Smirnov test: the largest distance of the distribution functions.

    The p-value is that of Kolmogorov's limiting distribution at `D · √(nm / (n + m))`: N. Smirnov,
    *Table for estimating the goodness of fit of empirical distributions*, 1948. For numbers of
    which many are equal it is too large rather than too small.

    Args:
        before: numbers, shape `(n,)`, n at least 1.
        now: numbers, shape `(m,)`, m at least 1.

    Example:
        >>> kolmogorov_smirnov(np.arange(100.0), np.arange(100.0) + 50).statistic
        0.5
    """
    before, now = np.sort(before), np.sort(now)
    both = np.concatenate([before, now])
    below_before = np.searchsorted(before, both, side="right") / len(before)
    below_now = np.searchsorted(now, both, side="right") / len(now)
    distance = float(np.abs(below_before - below_now).max())
    size = len(before) * len(now) / (len(before) + len(now))
    return DriftTest(distance, float(kolmogorov(distance * math.sqrt(size))))


def population_stability_index(before: Sequence[float], now: Sequence[float]) -> float:
    """`Σ (q - p) · ln(q / p)` over bins, p and q the shares of a bin in the two samples.

    Below 0.1 is usually taken for no shift, above 0.25 for a large one: N. Siddiqi, *Credit Risk
    Scorecards*, 2006. An empty bin counts as a ten-thousandth, so that the sum exists.

    Args:
        before: rows in each bin.
        now: likewise, in the same order.

    Example:
        >>> population_stability_index([50, 50], [50, 50])
        0.0
        >>> round(population_stability_index([50, 50], [90, 10]), 3)
        0.879
    """
    first, second = np.asarray(before, np.float64), np.asarray(now, np.float64)
    p = np.maximum(first / max(first.sum(), 1.0), _SMALLEST_SHARE)
    q = np.maximum(second / max(second.sum(), 1.0), _SMALLEST_SHARE)
    return float(((q - p) * np.log(q / p)).sum())


def chi_square(before: Sequence[float], now: Sequence[float]) -> DriftTest:
    """Pearson's chi-square test of homogeneity of two samples over the same categories.

    Categories of which fewer than 5 rows are expected in a sample are taken together, as W.
    Cochran advises in *Some methods for strengthening the common χ² tests*, 1954.

    Args:
        before: rows of each category.
        now: likewise, in the same order.

    Example:
        >>> result = chi_square([10, 20, 30], [30, 20, 10])
        >>> result.statistic, round(result.p_value, 6)
        (20.0, 4.5e-05)
    """
    table = np.array([before, now], np.float64)
    table = table[:, table.sum(axis=0) > 0]
    if not table.size or (table.sum(axis=1) == 0).any():
        return DriftTest(0.0, 1.0)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    rare = (expected < _FEWEST_EXPECTED).any(axis=0)
    if rare.any():
        table = np.column_stack([table[:, ~rare], table[:, rare].sum(axis=1)])
    freedom = table.shape[1] - 1
    if freedom < 1:
        return DriftTest(0.0, 1.0)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    statistic = float(((table - expected) ** 2 / expected).sum())
    return DriftTest(statistic, float(chdtrc(freedom, statistic)))


def share_test(rows_before: int, all_before: int, rows_now: int, all_now: int) -> DriftTest:
    """Whether a share has changed: the chi-square test of two categories.

    Args:
        rows_before: rows that have the property in the first sample.
        all_before: all of its rows.
        rows_now: likewise, of the second sample.
        all_now: all rows of that.
    """
    return chi_square((rows_before, all_before - rows_before), (rows_now, all_now - rows_now))
