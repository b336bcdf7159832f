"""The user's own metric: how it is called, and what is said when it fails."""

from __future__ import annotations

import inspect
import math
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["CustomScore"]


@dataclass(frozen=True)
class CustomScore:
    """A function of the user's and how to read it.

    The function is called as `function(y_valid, y_pred)` with arrays of one entry a row, its own
    to change, and returns a finite number. If it has a parameter `sample_weight`, that is passed
    too, `None` where rows have no weights.

    - Regression: float64 values.
    - Classification: labels as they stand in the table. With `needs_probability`, `y_pred` holds
      the probability of the positive class, shape `(n_rows,)`, in binary classification, and
      probabilities of shape `(n_rows, n_classes)` in multiclass.
    - Multilabel: zeros and ones of shape `(n_rows, n_labels)`, or probabilities.

    Attributes:
        function: the user's function.
        greater_is_better: whether its value is a score, or else a loss.
        needs_probability: classification only: call it with probabilities.
        name: what it is called where a design has several; errors say it.

    Example:
        >>> score = CustomScore(lambda y_valid, y_pred: np.mean(y_valid == y_pred))
        >>> score.measure(np.array(["no", "yes"]), np.array(["yes", "yes"]))
        (0.5, None)
        >>> CustomScore(lambda y_valid, y_pred: None).measure(np.zeros(1), np.zeros(1))[1]
        'The custom score returned None, expected one finite number, such as 0.93.'
    """

    function: Callable[..., Any]
    greater_is_better: bool = True
    needs_probability: bool = False
    name: str | None = None

    @cached_property
    def wants_sample_weight(self) -> bool:
        """Whether the function has a parameter of this name."""
        try:
            return "sample_weight" in inspect.signature(self.function).parameters
        except (TypeError, ValueError):
            return False  # Some functions written in C do not tell.

    def measure(
        self,
        y_valid: NDArray[Any],
        y_pred: NDArray[Any],
        sample_weight: NDArray[Any] | None = None,
    ) -> tuple[float, str | None]:
        """The value and `None`, or NaN and what went wrong, the user's own line first."""
        weights = {"sample_weight": sample_weight} if self.wants_sample_weight else {}
        try:
            result = self.function(y_valid, y_pred, **weights)
        except Exception as error:  # noqa: BLE001 - whatever the user's code raises
            return math.nan, self._failure(error)
        value = _number(result)
        if value is None or not math.isfinite(value):
            return math.nan, (
                f"{self._title} returned {_shown(result)}, "
                "expected one finite number, such as 0.93."
            )
        return value, None

    @property
    def _title(self) -> str:
        return "The custom score" + ("" if self.name is None else f" '{self.name}'")

    def _failure(self, error: Exception) -> str:
        code = getattr(self.function, "__code__", None)
        own_file = code.co_filename if code else None
        text = f"{self._title} failed: {type(error).__name__}: {error}"
        # The last frame in the user's file: below it are only the libraries that it calls.
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if frame.filename == own_file:
                place = f"{Path(frame.filename).name}:{frame.lineno}"
                return f"{place}: {text}" + (f"\n    {frame.line}" if frame.line else "")
        return text


def _number(result: Any) -> float | None:
    if isinstance(result, bool | np.bool_):
        return None
    if isinstance(result, Real):
        return float(result)
    # Scalars of NumPy arrays, JAX, TensorFlow and PyTorch; float() of them can still refuse.
    if getattr(result, "shape", None) == ():
        try:
            return float(result)
        except (TypeError, ValueError):
            return None
    return None


def _shown(result: Any) -> str:
    shape = getattr(result, "shape", None)
    if shape:
        return f"a {type(result).__name__} of shape {tuple(shape)}"
    text = repr(result)
    return text if len(text) <= 80 else f"a {type(result).__name__}, {text[:60]}…"
