"""Handlings of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .handling import Handling, register
from .values import Values, as_numbers

__all__ = ["Rescaler", "signed_log"]

_LARGEST = float(np.finfo(np.float32).max)
_ROOT_OF_LARGEST = float(np.sqrt(np.finfo(np.float32).max))


class Rescaler:
    """`(number or impute_value - offset) / scale`, as it was learnt.

    Args:
        values: `impute_value`, `offset`, `scale`, `logarithm`, `lowest` and `highest`.
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values
        self.impute_value: float = values["impute_value"]

    def impute(self, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Finite numbers of the same shape."""
        known = np.isfinite(numbers)
        if self._values["lowest"] is not None:
            numbers = np.clip(numbers, self._values["lowest"], self._values["highest"])
        return np.where(known, numbers, self.impute_value)

    def rescale(self, imputed: NDArray[np.float64]) -> NDArray[np.float32]:
        """What `impute` returned, rescaled."""
        numbers = signed_log(imputed) if self._values["logarithm"] else imputed
        offset, scale = float(self._values["offset"]), float(self._values["scale"])
        rescaled = (numbers - offset) / scale
        return np.clip(rescaled, -_LARGEST, _LARGEST).astype(np.float32)


def signed_log(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """`sign(x)·ln(1 + |x|)`."""
    logarithms: NDArray[np.float64] = np.copysign(np.log1p(np.abs(numbers)), numbers)
    return logarithms


class NumberHandling(Handling):
    """A handling of numbers; NaN and infinities are missing values."""

    def missing(self, values: Values) -> NDArray[np.bool_]:
        return ~np.isfinite(as_numbers(self.column, values))

    def imputed(self, values: Values) -> tuple[Rescaler, NDArray[np.float64]]:
        """The rescaler of the column, and its numbers without gaps."""
        rescaler = Rescaler(self.state["rescaler"])
        return rescaler, rescaler.impute(as_numbers(self.column, values))


@register("numerical", "regular")
class Regular(NumberHandling):
    """The rescaled number, and perhaps square, root and logarithm of it."""

    def transform(self, values: Values) -> NDArray[np.float32]:
        rescaler, imputed = self.imputed(values)
        rescaled = rescaler.rescale(imputed)
        if not self.state["derived"]:
            return rescaled[:, np.newaxis]
        numbers = rescaled.astype(np.float64)
        square = np.square(np.clip(numbers, -_ROOT_OF_LARGEST, _ROOT_OF_LARGEST))
        root = np.copysign(np.sqrt(np.abs(numbers)), numbers)
        return np.column_stack([numbers, square, root, signed_log(numbers)]).astype(np.float32)


@register("numerical", "binarize")
class Binarize(NumberHandling):
    """Whether the number is above a threshold."""

    def transform(self, values: Values) -> NDArray[np.float32]:
        rescaler, imputed = self.imputed(values)
        above = (imputed > float(self.state["threshold"])).astype(np.float32)
        if not self.state["keep_original"]:
            return above[:, np.newaxis]
        return np.column_stack([above, rescaler.rescale(imputed)])


@register("numerical", "quantize")
class Quantize(NumberHandling):
    """The interval that the number lies in."""

    def transform(self, values: Values) -> NDArray[np.float32]:
        rescaler, imputed = self.imputed(values)
        edges = np.array(self.state["edges"])
        indices = np.searchsorted(edges, imputed, side="right")
        width = len(edges) + 1 if self.state["one_hot"] else 1
        array = np.zeros((len(values), width + self.state["keep_original"]), np.float32)
        if self.state["one_hot"]:
            array[np.arange(len(values)), indices] = 1.0
        else:
            array[:, 0] = indices
        if self.state["keep_original"]:
            array[:, -1] = rescaler.rescale(imputed)
        return array


@register("numerical", "flag")
class Flag(NumberHandling):
    """Whether there is a number."""

    def transform(self, values: Values) -> NDArray[np.float32]:
        there = np.isfinite(as_numbers(self.column, values))
        return there.astype(np.float32)[:, np.newaxis]
