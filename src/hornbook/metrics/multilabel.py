"""The metrics of predicted probabilities of labels, of which a row may have any number."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hornbook.metrics.binary import binary_metrics
from hornbook.metrics.ranked_scores import RankedScores, is_positive
from hornbook.metrics.settings import Averaging

__all__ = ["LABEL_THRESHOLD", "multilabel_metrics"]

LABEL_THRESHOLD = 0.5
"""From this probability on a row is said to have a label."""

_MEANS = ("Precision", "Recall", "F1 Score", "Log Loss", "ROC AUC", "Average Precision")
_RANKING = ("ROC AUC", "Average Precision")


def multilabel_metrics(
    y_true: NDArray[Any],
    probabilities: NDArray[np.floating[Any]],
    sample_weight: NDArray[np.floating[Any]] | None = None,
    averaging: Averaging = "macro",
) -> dict[str, float]:
    """Accuracy, Precision, Recall, F1 Score, Log Loss, ROC AUC and Average Precision, in order.

    Accuracy is the share of rows all of whose labels are right. The others are means over the
    labels of what binary classification has, in Log Loss an unweighted one; ROC AUC and Average
    Precision leave out labels that all rows have or none, and are NaN when no label remains.

    Args:
        y_true: zeros and ones, shape `(n_rows, n_labels)`, one row or more.
        probabilities: shape `(n_rows, n_labels)`, finite.
        sample_weight: weights of shape `(n_rows,)`, none negative, at least one above 0.
        averaging: `"macro"` counts every label the same, `"weighted"` by the weight of the rows
            that have it.

    Example:
        >>> measured = multilabel_metrics(np.array([[1, 0], [1, 1]]), np.array([[0.9, 0.1]] * 2))
        >>> measured["Accuracy"], measured["Recall"]
        (0.5, 0.5)
    """
    truth = y_true.astype(np.bool_)
    right = (is_positive(probabilities, LABEL_THRESHOLD) == truth).all(axis=1)
    metrics = {"Accuracy": float(np.average(right, weights=sample_weight))}
    by_label = [
        binary_metrics(
            RankedScores(truth[:, label], probabilities[:, label], sample_weight), LABEL_THRESHOLD
        )
        for label in range(truth.shape[1])
    ]
    support = truth.sum(axis=0) if sample_weight is None else sample_weight @ truth
    for name in _MEANS:
        shares = support if averaging == "weighted" and name != "Log Loss" else None
        metrics[name] = _mean([measured[name] for measured in by_label], shares, name in _RANKING)
    return metrics


def _mean(values: list[float], shares: NDArray[Any] | None, may_be_absent: bool) -> float:
    given = np.array(values)
    present = ~np.isnan(given) if may_be_absent else np.ones(len(given), np.bool_)
    if not present.any():
        return math.nan
    if shares is None:
        return float(given[present].mean())
    # Where no row has any label, precision and recall are ratios over nothing.
    counted = shares[present]
    return float(np.average(given[present], weights=counted)) if counted.any() else 0.0
