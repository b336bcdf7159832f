"""Handlings of vectors."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .handling import Handling, register
from .values import RowError, Values, is_missing, refusal

__all__ = ["as_vector"]

_LARGEST = float(np.finfo(np.float32).max)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


def as_vector(column: str, value: Any) -> NDArray[np.float64] | None:
    """One value as float64; `None` where there is no vector, or one with a gap.

    Raises:
        RowError: it is neither a list of numbers nor a text such as `[0.5, 2]`.
    """
    if is_missing(value):
        return None
    if isinstance(value, str):
        if not value.strip():
            return None
        vector = _parsed(value.strip())
        if vector is None:
            raise refusal(column, value, "vectors, lists of numbers such as [0.5, 2]")
    else:
        try:
            vector = np.array([np.nan if one is None else one for one in value], np.float64)
        except (TypeError, ValueError):
            raise refusal(column, value, "vectors, lists of numbers such as [0.5, 2]") from None
    return vector if len(vector) and np.isfinite(vector).all() else None


def _parsed(text: str) -> NDArray[np.float64] | None:
    if not (text.startswith("[") and text.endswith("]") and len(text) > 1):
        return None
    inner = text[1:-1].strip()
    items = [item.strip() for item in inner.split(",")] if inner else []
    if not all(_NUMBER.fullmatch(item) for item in items):
        return None
    with np.errstate(over="ignore"):
        # As files are read: texts hold numbers of 32 bits.
        vector = np.array([float(item) for item in items], np.float32)
    return vector.astype(np.float64) if np.isfinite(vector).all() else None


@register("vector", "unfold")
class Unfold(Handling):
    """Each element rescaled in a column of its own."""

    def missing(self, values: Values) -> NDArray[np.bool_]:
        return np.array([as_vector(self.column, value) is None for value in values], np.bool_)

    def transform(self, values: Values) -> NDArray[np.float32]:
        length = len(self.arrays["offset"])
        vectors = np.empty((len(values), length))
        for row, value in enumerate(values):
            vector = as_vector(self.column, value)
            if vector is None and self.state["refuses_missing"]:
                raise RowError(f"Column '{self.column}' has no vector in row {row + 1}.")
            if vector is not None and len(vector) != length:
                raise RowError(
                    f"Column '{self.column}' holds a vector of {len(vector)} numbers in row "
                    f"{row + 1}, the model learnt from vectors of {length}."
                )
            vectors[row] = self.arrays["impute_value"] if vector is None else vector
        rescaled: NDArray[np.float64] = (vectors - self.arrays["offset"]) / self.arrays["scale"]
        return np.clip(rescaled, -_LARGEST, _LARGEST).astype(np.float32)
