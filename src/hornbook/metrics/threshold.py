"""The probability from which on a row is predicted positive, chosen to make a metric best."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hornbook.metrics.ranked_scores import RankedScores
from hornbook.metrics.settings import CostMatrix

__all__ = ["DEFAULT_THRESHOLD", "best_threshold", "threshold_metric"]

DEFAULT_THRESHOLD = 0.5
"""The threshold where nothing can be learnt from the scores."""

_OPTIMISED = ("Accuracy", "F1 Score", "Cost Matrix Gain")


def threshold_metric(metric: str) -> str:
    """The metric that the threshold is optimised for when `metric` is the chosen one.

    Accuracy, F1 Score and Cost Matrix Gain stand for themselves. F1 Score takes the place of all
    others: of those that no threshold changes, of Recall, which is best when every row is
    predicted positive, of Precision, which is best when hardly one is, and of a custom score.

    Example:
        >>> threshold_metric("Accuracy"), threshold_metric("ROC AUC"), threshold_metric("Recall")
        ('Accuracy', 'F1 Score', 'F1 Score')
    """
    return metric if metric in _OPTIMISED else "F1 Score"


def best_threshold(
    ranked: RankedScores, metric: str, cost_matrix: CostMatrix | None = None
) -> float:
    """The threshold in 0 … 1 with the best `threshold_metric(metric)` on these rows.

    Every way to cut the distinct probabilities in two is tried. A threshold stands midway
    between its two neighbours (0 and 1 beyond the outermost), so that it carries over to other
    rows; it can be written in the probabilities' own dtype, so that it cuts alike there. Among
    equally good ones the nearest to 0.5 is taken, and of two at the same distance the higher.

    Args:
        ranked: the probabilities of the positive class, ranked.
        metric: the chosen metric.
        cost_matrix: gains for Cost Matrix Gain; the default ones when absent.

    Example:
        >>> truth, probability = np.array([False, True, True]), np.array([0.1, 0.3, 0.9])
        >>> best_threshold(RankedScores(truth, probability), "ROC AUC")
        0.2
    """
    thresholds, usable = _thresholds(ranked.scores)
    if not usable.any():
        return DEFAULT_THRESHOLD
    objective = _objective(ranked, threshold_metric(metric), cost_matrix or CostMatrix())[usable]
    thresholds = thresholds[usable]
    # Sums of weights differ by rounding where the metric is the same.
    best = objective >= objective.max() - 1e-12 * max(1.0, float(np.abs(objective).max()))
    candidates = thresholds[best]
    return float(candidates[np.argmin(np.abs(candidates - DEFAULT_THRESHOLD))])


def _thresholds(
    scores: NDArray[np.floating[Any]],
) -> tuple[NDArray[np.floating[Any]], NDArray[np.bool_]]:
    """One threshold a cut, in 0 … 1 and the scores' dtype, and whether it does cut there."""
    one, zero = np.ones(1, scores.dtype), np.zeros(1, scores.dtype)
    upper = np.concatenate((one, scores))
    lower = np.concatenate((scores, zero))
    middle = lower + (upper - lower) / 2
    # Between two neighbours of the dtype there is no middle; the upper one still cuts them.
    thresholds = np.clip(np.where(middle > lower, middle, upper), zero, one)
    usable = np.ones(len(thresholds), dtype=np.bool_)
    usable[1:] &= thresholds[1:] <= scores
    usable[:-1] &= thresholds[:-1] > scores
    return thresholds, usable


def _objective(ranked: RankedScores, metric: str, cost_matrix: CostMatrix) -> NDArray[np.float64]:
    true, false = ranked.true_positives, ranked.false_positives
    missed, left = ranked.positives - true, ranked.negatives - false
    if metric == "F1 Score":
        marked = 2 * true + false + missed
        return np.divide(2 * true, marked, out=np.zeros_like(true), where=marked > 0)
    total = ranked.positives + ranked.negatives
    if metric == "Accuracy":
        return (true + left) / total
    gain = cost_matrix.true_positive * true + cost_matrix.true_negative * left
    gain += cost_matrix.false_positive * false + cost_matrix.false_negative * missed
    return gain / total
