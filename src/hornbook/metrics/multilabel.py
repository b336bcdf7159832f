"""The metrics of predicted probabilities of labels, of which a row may have any number."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hornbook.metrics.binary import binary_metrics
from hornbook.metrics.ranked_scores import RankedScores, is_positive

__all__ = ["LABEL_THRESHOLD", "multilabel_metrics"]

LABEL_THRESHOLD = 0.5
"""From this probability on a row is said to have a label."""

_MEANS = ("Precision", "Recall", "F1 Score", "Log Loss", "ROC AUC", "Average Precision")


def multilabel_metrics(
    y_true: NDArray[Any],
    probabilities: NDArray[np.floating[Any]],
    sample_weight: NDArray[np.floating[Any]] | None = None,
) -> dict[str, float]:
    """Accuracy, Precision, Recall, F1 Score, Log Loss, ROC AUC and Average Precision, in order.

    Accuracy is the share of rows all of whose labels are right. The others are unweighted means
    over the labels of what binary classification has; ROC AUC and Average Precision leave out
    labels that all rows have or none, and are NaN when no label remains.

    Args:
        y_true: zeros and ones, shape `(n_rows, n_labels)`, one row or more.
        probabilities: shape `(n_rows, n_labels)`, finite.
        sample_weight: weights of shape `(n_rows,)`, none negative, at least one above 0.

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
    for name in _MEANS:
        values = [measured[name] for measured in by_label]
        if name in ("ROC AUC", "Average Precision"):
            values = [value for value in values if not math.isnan(value)]
        metrics[name] = float(np.mean(values)) if values else math.nan
    return metrics
