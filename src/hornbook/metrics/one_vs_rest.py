"""ROC AUC and Average Precision of every class against the rest."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hornbook.metrics.settings import Averaging

__all__ = ["one_vs_rest"]

_FEW_ROWS = 8
"""Up to so many, comparing each with all weighted rows is faster than sorting these."""

_BLOCK_VALUES = 1 << 20
"""Probabilities turned column-wise at once: a few MB, which a processor's cache can hold."""


def one_vs_rest(
    y_true: NDArray[np.integer[Any]],
    probabilities: NDArray[np.floating[Any]],
    sample_weight: NDArray[np.floating[Any]] | None = None,
    averaging: Averaging = "macro",
) -> tuple[float, float]:
    """The means over the classes of ROC AUC and Average Precision, in this order.

    A class that no row of weight above 0 is of, or that all are of, has neither and is left out
    of the means; they are NaN when no class remains.

    Args:
        y_true: class codes of shape `(n_rows,)`.
        probabilities: shape `(n_rows, n_classes)`, finite.
        sample_weight: weights of shape `(n_rows,)`, none negative, at least one above 0.
        averaging: `"macro"` counts every class the same, `"weighted"` by its rows' weight.

    Example:
        >>> one_vs_rest(np.array([0, 1, 0]), np.array([[0.9, 0.1], [0.2, 0.8], [0.4, 0.6]]))
        (1.0, 1.0)
    """
    if sample_weight is not None and not (counted := sample_weight > 0).all():
        y_true, probabilities = y_true[counted], probabilities[counted]
        sample_weight = sample_weight[counted]
    n_rows, n_classes = probabilities.shape
    rows_by_class = np.argsort(y_true, kind="stable")
    sizes = np.bincount(y_true, minlength=n_classes)
    starts = np.cumsum(sizes) - sizes
    areas, precisions, supports = [], [], []
    step = max(1, _BLOCK_VALUES // n_rows)
    for first in range(0, n_classes, step):
        # Column by column in memory: read down one class, a row-wise matrix misses every cache.
        columns = np.ascontiguousarray(probabilities[:, first : first + step].T)
        for code, scores in enumerate(columns, start=first):
            size = sizes[code]
            if not 0 < size < n_rows:
                continue
            rows = rows_by_class[starts[code] : starts[code] + size]
            area, precision = _rank_class(rows, scores, sample_weight)
            areas.append(area)
            precisions.append(precision)
            supports.append(size if sample_weight is None else sample_weight[rows].sum())
    if not areas:
        return math.nan, math.nan
    shares = None if averaging == "macro" else supports
    return (
        float(np.average(areas, weights=shares)),
        float(np.average(precisions, weights=shares)),
    )


def _rank_class(
    rows: NDArray[np.integer[Any]],
    scores: NDArray[np.floating[Any]],
    weights: NDArray[np.floating[Any]] | None,
) -> tuple[float, float]:
    """The numbers that `RankedScores` gives, from the ranks of the class's own rows alone."""
    own = scores[rows]
    order = np.argsort(own)
    own = own[order]
    own_weights = None if weights is None else weights[rows[order]]
    reached, passed = _weight_above(own, scores, weights)
    own_reached, own_passed = _weight_above(own, own, own_weights)
    total = float(len(scores) if weights is None else weights.sum())
    positives = float(len(own) if own_weights is None else own_weights.sum())
    # Of the rest, those above each own row; the ones of the same score count half.
    rest_above = ((reached - own_reached) + (passed - own_passed)) / 2
    precision = own_reached / reached
    if own_weights is None:
        summed_above, summed_precision = rest_above.sum(), precision.sum()
    else:
        summed_above, summed_precision = own_weights @ rest_above, own_weights @ precision
    area = 1 - summed_above / (positives * (total - positives))
    return float(area), float(summed_precision / positives)


def _weight_above(
    points: NDArray[np.floating[Any]],
    scores: NDArray[np.floating[Any]],
    weights: NDArray[np.floating[Any]] | None,
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Weight of the rows that score at each of the ascending points or above, and above only."""
    if weights is None:
        ordered = np.sort(scores)
        n_rows = len(scores)
        return (
            n_rows - np.searchsorted(ordered, points, side="left"),
            n_rows - np.searchsorted(ordered, points, side="right"),
        )
    if len(points) <= _FEW_ROWS:
        return (scores >= points[:, None]) @ weights, (scores > points[:, None]) @ weights
    order = np.argsort(scores)
    ordered = scores[order]
    # Summed from the top, so that a small weight up there is not lost in a large sum below.
    from_top = np.append(np.cumsum(weights[order][::-1])[::-1], 0.0)
    return (
        from_top[np.searchsorted(ordered, points, side="left")],
        from_top[np.searchsorted(ordered, points, side="right")],
    )
