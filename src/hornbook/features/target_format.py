"""The shape in which a model's loss wants its targets."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["TargetFormat"]


class TargetFormat(StrEnum):
    """What a batch holds as its target.

    - `values`: float32 of shape `(batch_size, 1)`: a value, or the positive class as 0 and 1.
    - `codes`: int32 of shape `(batch_size, 1)`: the class code, for sparse losses.
    - `one_hot`: float32 of shape `(batch_size, n_classes)`.
    - `labels`: float32 zeros and ones of shape `(batch_size, n_labels)`.
    """

    VALUES = "values"
    CODES = "codes"
    ONE_HOT = "one_hot"
    LABELS = "labels"

    def apply(self, target: NDArray[Any], n_classes: int | None = None) -> NDArray[Any]:
        """Shapes encoded targets of shape `(n_rows,)`, or `(n_rows, n_labels)` for labels.

        Args:
            target: values, or class codes.
            n_classes: the width of `one_hot`.

        Example:
            >>> TargetFormat.ONE_HOT.apply(np.array([1, 0]), n_classes=2).tolist()
            [[0.0, 1.0], [1.0, 0.0]]
        """
        if self is TargetFormat.LABELS:
            return target.astype(np.float32, copy=False)
        if self is TargetFormat.ONE_HOT:
            one_hot = np.zeros((len(target), n_classes or 0), np.float32)
            one_hot[np.arange(len(target)), target] = 1.0
            return one_hot
        dtype = np.int32 if self is TargetFormat.CODES else np.float32
        return target.astype(dtype)[:, np.newaxis]
