"""The points of ROC and precision-recall curves, few enough to draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hornbook.metrics.ranked_scores import RankedScores

__all__ = ["MAX_POINTS", "PrecisionRecallCurve", "RocCurve", "precision_recall_curve", "roc_curve"]

MAX_POINTS = 500
"""As many points as a chart can show apart."""


@dataclass(frozen=True)
class RocCurve:
    """Points from (0, 0) to (1, 1), threshold falling.

    Attributes:
        false_positive_rate: share of the negatives at or above each threshold.
        true_positive_rate: share of the positives at or above each threshold.
        thresholds: the scores; the first is above all of them, so it is NaN.
        area: ROC AUC of all rows, not of the thinned points.
    """

    false_positive_rate: NDArray[np.float64]
    true_positive_rate: NDArray[np.float64]
    thresholds: NDArray[np.float64]
    area: float


@dataclass(frozen=True)
class PrecisionRecallCurve:
    """Points of rising recall, threshold falling.

    Attributes:
        recall: share of the positives at or above each threshold.
        precision: share of positives among the rows at or above each threshold.
        thresholds: the scores.
        average_precision: of all rows, not of the thinned points.
    """

    recall: NDArray[np.float64]
    precision: NDArray[np.float64]
    thresholds: NDArray[np.float64]
    average_precision: float


def roc_curve(ranked: RankedScores, max_points: int = MAX_POINTS) -> RocCurve | None:
    """The ROC curve, or `None` when the truth holds one class only.

    Points are kept evenly along the curve's length, the first and the last among them.

    Example:
        >>> curve = roc_curve(RankedScores(np.array([True, False]), np.array([0.9, 0.2])))
        >>> curve.false_positive_rate, curve.true_positive_rate
        (array([0., 0., 1.]), array([0., 1., 1.]))
    """
    if not ranked.has_both_classes:
        return None
    false_rate = ranked.false_positives / ranked.negatives
    true_rate = ranked.true_positives / ranked.positives
    thresholds = np.concatenate(([np.nan], ranked.scores))
    kept = _evenly(false_rate, true_rate, max_points)
    return RocCurve(false_rate[kept], true_rate[kept], thresholds[kept], ranked.roc_auc())


def precision_recall_curve(
    ranked: RankedScores, max_points: int = MAX_POINTS
) -> PrecisionRecallCurve | None:
    """The precision-recall curve, or `None` when the truth holds one class only.

    Points are kept evenly along the curve's length, the first and the last among them.

    Example:
        >>> curve = precision_recall_curve(
        ...     RankedScores(np.array([True, False, True]), np.array([0.9, 0.4, 0.2]))
        ... )
        >>> curve.recall, curve.precision.round(2)
        (array([0.5, 0.5, 1. ]), array([1.  , 0.5 , 0.67]))
    """
    if not ranked.has_both_classes:
        return None
    true, false = ranked.true_positives[1:], ranked.false_positives[1:]
    recall, precision = true / ranked.positives, true / (true + false)
    thresholds = ranked.scores.astype(np.float64)
    kept = _evenly(recall, precision, max_points)
    return PrecisionRecallCurve(
        recall[kept], precision[kept], thresholds[kept], ranked.average_precision()
    )


def _evenly(x: NDArray[np.float64], y: NDArray[np.float64], max_points: int) -> NDArray[np.intp]:
    """Indices of at most `max_points` points spread along the line through all of them."""
    if len(x) <= max_points:
        return np.arange(len(x))
    length = np.concatenate(([0.0], np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y)))))
    inner = np.searchsorted(length, np.linspace(0.0, length[-1], max_points)[1:-1])
    return np.unique(np.concatenate(([0], inner, [len(x) - 1])))
