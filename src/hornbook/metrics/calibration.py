"""A network's probabilities mapped onto the frequencies seen on rows it did not learn from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from hornbook.errors import TrainingError

__all__ = [
    "CLOSEST",
    "Calibration",
    "CalibrationCurve",
    "CalibrationMethod",
    "IsotonicCurve",
    "SigmoidCurve",
    "log_odds",
]

CalibrationMethod = Literal["sigmoid", "isotonic"]

CLOSEST = float(np.finfo(np.float32).eps)
"""Networks end in float32, where a probability this close to 0 or 1 may have been rounded off."""


def log_odds(probability: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """`log(p / (1 - p))` of probabilities, kept finite at 0 and 1.

    Example:
        >>> log_odds(np.array([0.5, 1.0])).round(2)
        array([ 0.  , 15.94])
    """
    kept = np.clip(probability.astype(np.float64, copy=False), CLOSEST, 1 - CLOSEST)
    odds: NDArray[np.float64] = np.log(kept / (1 - kept))
    return odds


class CalibrationCurve(Protocol):
    """How the probability of one class is corrected."""

    def apply(self, probability: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """The corrected probabilities, same shape."""

    def to_json(self) -> dict[str, Any]:
        """Plain values that `Calibration.from_json` reads back to the last bit."""


@dataclass(frozen=True)
class SigmoidCurve:
    """`1 / (1 + exp(-(slope * log_odds(p) + intercept)))`; slope 1, intercept 0 changes nothing.

    Example:
        >>> SigmoidCurve(slope=1.0, intercept=0.0).apply(np.array([0.2, 0.5]))
        array([0.2, 0.5])
    """

    slope: float
    intercept: float

    def apply(self, probability: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """The corrected probabilities, same shape."""
        raised = self.slope * log_odds(probability) + self.intercept
        # The form with tanh neither overflows nor warns at either end.
        corrected: NDArray[np.float64] = 0.5 * (1.0 + np.tanh(0.5 * raised))
        return corrected

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"slope": self.slope, "intercept": self.intercept}


@dataclass(frozen=True)
class IsotonicCurve:
    """A rising line through knots; beyond the outer ones it goes on level.

    Attributes:
        probabilities: of the network, rising, shape `(n_knots,)`.
        corrected: what becomes of them, in 0 … 1, never falling, same shape.
    """

    probabilities: NDArray[np.float64]
    corrected: NDArray[np.float64]

    def apply(self, probability: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """The corrected probabilities, same shape."""
        given = probability.astype(np.float64, copy=False)
        return np.interp(given, self.probabilities, self.corrected)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "probabilities": self.probabilities.tolist(),
            "corrected": self.corrected.tolist(),
        }


@dataclass(frozen=True)
class Calibration:
    """The correction of a network's probabilities; NumPy only, immutable, shared by threads.

    Attributes:
        method: how the curves were fitted.
        curves: one for a single probability a row, of the positive class; else one a class.
            `None` leaves a class's probability as it is: no row was there to learn from.
        exclusive: whether a row is of one class only, so that its probabilities are scaled to
            sum to 1. With two columns and one curve the first is 1 minus the second.

    Example:
        >>> doubled = Calibration("sigmoid", (SigmoidCurve(2.0, 0.0),))
        >>> doubled.apply(np.array([[0.2], [0.5]])).round(3)
        array([[0.059],
               [0.5  ]])
    """

    method: CalibrationMethod
    curves: tuple[CalibrationCurve | None, ...]
    exclusive: bool = True

    def apply(self, outputs: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """The corrected probabilities, in the shape of the network's output.

        A row whose corrected probabilities are all 0 gets the same one for every class.

        Args:
            outputs: probabilities of shape `(n_rows, units)`: 1 or 2 units with a single curve,
                else as many as there are curves.

        Raises:
            TrainingError: there are more or fewer columns.
        """
        units = outputs.shape[1]
        if len(self.curves) == 1 and units in {1, 2}:
            positive = _corrected(self.curves[0], outputs[:, -1])
            return np.column_stack([1.0 - positive, positive] if units == 2 else [positive])
        if units != len(self.curves):
            raise TrainingError(
                f"The calibration is of {len(self.curves)} classes, "
                f"the network's output has {units} columns."
            )
        columns = [_corrected(curve, outputs[:, i]) for i, curve in enumerate(self.curves)]
        corrected = np.column_stack(columns)
        if not self.exclusive:
            return corrected
        total = corrected.sum(axis=1, keepdims=True)
        alike = np.full_like(corrected, 1 / units)
        np.divide(corrected, total, out=alike, where=total > 0)
        return alike

    def to_json(self) -> dict[str, Any]:
        """Plain values; floats come back to the last bit."""
        return {
            "method": self.method,
            "exclusive": self.exclusive,
            "curves": [None if curve is None else curve.to_json() for curve in self.curves],
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Calibration:
        """Reads what `to_json` gave.

        Example:
            >>> kept = Calibration("sigmoid", (SigmoidCurve(2.0, -0.5), None))
            >>> Calibration.from_json(kept.to_json()) == kept
            True
        """
        method: CalibrationMethod = values["method"]
        curves = tuple(_curve(method, curve) for curve in values["curves"])
        return cls(method, curves, values["exclusive"])


def _corrected(
    curve: CalibrationCurve | None, probability: NDArray[np.floating[Any]]
) -> NDArray[np.float64]:
    return probability.astype(np.float64) if curve is None else curve.apply(probability)


def _curve(method: CalibrationMethod, values: dict[str, Any] | None) -> CalibrationCurve | None:
    if values is None:
        return None
    if method == "sigmoid":
        return SigmoidCurve(values["slope"], values["intercept"])
    return IsotonicCurve(np.array(values["probabilities"]), np.array(values["corrected"]))
