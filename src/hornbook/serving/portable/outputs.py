"""The raw outputs of the network in the words of the table: predictions and probabilities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Output"]

_CLOSEST = float(np.finfo(np.float32).eps)
_LABEL_THRESHOLD = 0.5


class Output:
    """What one output of the network predicts.

    Args:
        name: of the output; empty where there is only one.
        values: `prediction_type`, `target`, `threshold`, `calibration` and `interval`.
    """

    def __init__(self, name: str, values: Mapping[str, Any]) -> None:
        self._ending = f"_{name}" if name else ""
        self._kind: str = values["prediction_type"]
        self._target: Mapping[str, Any] = values["target"]
        self._threshold: float | None = values["threshold"]
        self._calibration: Mapping[str, Any] | None = values["calibration"]
        self._interval: Mapping[str, Any] | None = values["interval"]

    @property
    def classes(self) -> list[Any]:
        """The classes or labels; none for a number."""
        key = "labels" if self._kind == "multilabel" else "classes"
        return list(self._target[key] or ())

    @property
    def columns(self) -> list[str]:
        """The names of what `in_words` gives."""
        title = f"prediction{self._ending}"
        ends = [] if self._interval is None else [f"{title}_lower", f"{title}_upper"]
        return [title, *ends, *(f"proba{self._ending}_{one}" for one in self.classes)]

    def in_words(self, raw: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Predictions, then the ends of intervals or the probabilities of classes.

        Args:
            raw: what the network gave, shape `(n_rows, units)`.
        """
        corrected = raw if self._calibration is None else _calibrated(raw, self._calibration)
        numbers = corrected.astype(np.float64)
        if self._kind == "regression":
            found = [numbers[:, 0]]
            if self._interval is not None:
                half: float = self._interval["half_width"]
                found += [numbers[:, 0] - half, numbers[:, 0] + half]
            return dict(zip(self.columns, found, strict=True))
        predicted = self._predicted(corrected)
        if self._kind == "binary":
            numbers = np.column_stack([1.0 - numbers[:, -1], numbers[:, -1]])
        return dict(zip(self.columns, [predicted, *numbers.T], strict=True))

    def _predicted(self, probabilities: NDArray[Any]) -> NDArray[Any]:
        classes = np.array(self.classes, object)
        if self._kind == "multilabel":
            between = self._target["separator"] or "|"
            flags = _is_positive(probabilities, _LABEL_THRESHOLD)
            return np.array([between.join(classes[row]) for row in flags], object)
        if self._kind == "binary":
            threshold = 0.5 if self._threshold is None else self._threshold
            codes = _is_positive(probabilities[:, -1], threshold).astype(np.int64)
        else:
            codes = probabilities.argmax(axis=1)
        predicted: NDArray[Any] = classes[codes]
        return predicted


def _is_positive(probabilities: NDArray[Any], threshold: float) -> NDArray[np.bool_]:
    """Compared in the dtype of the probabilities, in which the threshold was found."""
    positive: NDArray[np.bool_] = probabilities >= probabilities.dtype.type(threshold)
    return positive


def _calibrated(raw: NDArray[Any], how: Mapping[str, Any]) -> NDArray[np.float64]:
    curves, units = how["curves"], raw.shape[1]
    if len(curves) == 1 and units in (1, 2):
        positive = _corrected(curves[0], raw[:, -1])
        return np.column_stack([1.0 - positive, positive] if units == 2 else [positive])
    corrected = np.column_stack([_corrected(one, raw[:, at]) for at, one in enumerate(curves)])
    if not how["exclusive"]:
        return corrected
    total = corrected.sum(axis=1, keepdims=True)
    alike = np.full_like(corrected, 1 / units)
    np.divide(corrected, total, out=alike, where=total > 0)
    return alike


def _corrected(curve: Mapping[str, Any] | None, given: NDArray[Any]) -> NDArray[np.float64]:
    probability = given.astype(np.float64)
    if curve is None:
        return probability
    if "slope" not in curve:
        knots, values = np.array(curve["probabilities"]), np.array(curve["corrected"])
        interpolated: NDArray[np.float64] = np.interp(probability, knots, values)
        return interpolated
    kept = np.clip(probability, _CLOSEST, 1 - _CLOSEST)
    odds: NDArray[np.float64] = np.log(kept / (1 - kept))
    # The form with tanh neither overflows nor warns at either end.
    raised = np.tanh(0.5 * (float(curve["slope"]) * odds + float(curve["intercept"])))
    corrected: NDArray[np.float64] = 0.5 * (1.0 + raised)
    return corrected
