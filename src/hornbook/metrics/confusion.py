"""How often each class was predicted as each."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["confusion_matrix"]


def confusion_matrix(
    y_true: NDArray[np.integer[Any]],
    y_pred: NDArray[np.integer[Any]],
    n_classes: int,
    sample_weight: NDArray[np.floating[Any]] | None = None,
) -> NDArray[Any]:
    """Rows, or their weight, by true class (down) and predicted class (across).

    Args:
        y_true: class codes in 0 … n_classes - 1, shape `(n_rows,)`.
        y_pred: the predicted class codes, same shape; in binary classification
            `is_positive(probability, threshold).astype(int)`.
        n_classes: the number of classes.
        sample_weight: weights of shape `(n_rows,)`.

    Returns:
        An array of shape `(n_classes, n_classes)`: int64 counts, or float64 weights.

    Example:
        >>> confusion_matrix(np.array([0, 1, 1]), np.array([0, 0, 1]), n_classes=2)
        array([[1, 0],
               [1, 1]])
    """
    cells = y_true.astype(np.int64) * n_classes + y_pred
    counts = np.bincount(cells, weights=sample_weight, minlength=n_classes * n_classes)
    return counts.reshape(n_classes, n_classes)
