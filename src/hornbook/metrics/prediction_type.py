"""What a task predicts: a number, one of two classes, one of several, or labels."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["PredictionType"]


class PredictionType(StrEnum):
    """The kind of a task, spelled as in `task.toml`.

    Example:
        >>> PredictionType("binary") is PredictionType.BINARY
        True
    """

    REGRESSION = "regression"
    BINARY = "binary"
    MULTICLASS = "multiclass"
    MULTILABEL = "multilabel"
