"""The rows to measure: truth, prediction and weights, checked and in one form each."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hornbook.errors import TrainingError
from hornbook.metrics.prediction_type import PredictionType

__all__ = [
    "checked_codes",
    "checked_labels",
    "checked_prediction",
    "checked_values",
    "checked_weights",
]

_Floats = NDArray[np.floating[Any]]


def checked_prediction(
    prediction: ArrayLike, prediction_type: PredictionType, n_classes: int | None = None
) -> _Floats:
    """The network's output as `(n_rows,)`, or `(n_rows, n_classes)` for several classes or labels.

    Args:
        prediction: regression: values, `(n_rows,)` or `(n_rows, 1)`. Binary: the probability of
            the positive class in either shape, or `(n_rows, 2)` with it in column 1. Multiclass
            and multilabel: `(n_rows, n_classes)`. Numbers of 16 bits become float32; float32 and
            float64 stay, since Log Loss clips by the dtype.
        prediction_type: what the network predicts.
        n_classes: multiclass and multilabel only: the number of columns expected; two or more
            when absent.

    Raises:
        TrainingError: it is not made of numbers, holds no row, or has another shape.

    Example:
        >>> checked_prediction([[0.2, 0.8], [0.6, 0.4]], PredictionType.BINARY)
        array([0.8, 0.4])
        >>> checked_prediction([[0.2, 0.3, 0.5]], PredictionType.BINARY)
        Traceback (most recent call last):
        ...
        hornbook.errors.TrainingError: The network's prediction has the shape (1, 3); binary \
tasks expect (n_rows, 1) or (n_rows, 2).
          Fix: End the architecture with 1 unit and a sigmoid, or 2 units and a softmax.
    """
    array = _as_floats(prediction, "The network's prediction")
    columns = 1 if array.ndim == 1 else array.shape[1] if array.ndim == 2 else 0
    if prediction_type is PredictionType.REGRESSION:
        usable, expected = columns == 1, "(n_rows, 1)"
        fix = "End the architecture with 1 unit and no activation."
    elif prediction_type is PredictionType.BINARY:
        usable, expected = columns in {1, 2}, "(n_rows, 1) or (n_rows, 2)"
        fix = "End the architecture with 1 unit and a sigmoid, or 2 units and a softmax."
    else:
        usable = array.ndim == 2 and (columns == n_classes if n_classes else columns > 1)
        expected = f"(n_rows, {n_classes or 'n_classes'})"
        last = "sigmoid" if prediction_type is PredictionType.MULTILABEL else "softmax"
        fix = f"End the architecture with n_classes units and a {last}."
    if not usable:
        raise TrainingError(
            f"The network's prediction has the shape {array.shape}; "
            f"{prediction_type} tasks expect {expected}.",
            fix=fix,
        )
    if not len(array):
        raise TrainingError(
            "There is no row to measure: the prediction is empty, expected 1 row or more.",
            fix="Check the split, and which rows the features' handlings leave out.",
        )
    if prediction_type in (PredictionType.MULTICLASS, PredictionType.MULTILABEL):
        return array
    return array if array.ndim == 1 else array[:, -1]


def checked_values(y_true: ArrayLike, n_rows: int) -> _Floats:
    """The true values of a regression, shape `(n_rows,)`.

    Raises:
        TrainingError: another shape, or a value that is not a finite number.
    """
    values = _as_rows(_as_floats(y_true, "The truth"), n_rows, "The truth")
    if not (finite := np.isfinite(values)).all():
        row = int(finite.argmin())
        raise TrainingError(
            f"The truth holds {values[row]} in row {row}, expected finite numbers.",
            fix="Leave rows without a target out.",
        )
    return values


def checked_codes(y_true: ArrayLike, n_rows: int, n_classes: int) -> NDArray[np.intp]:
    """The true class codes, shape `(n_rows,)`.

    Raises:
        TrainingError: another shape, or a code that is not a whole number in 0 … n_classes - 1.

    Example:
        >>> checked_codes([0, 3], n_rows=2, n_classes=2)
        Traceback (most recent call last):
        ...
        hornbook.errors.TrainingError: The truth holds the class code 3 in row 1, expected whole \
numbers from 0 to 1.
    """
    given = np.asarray(y_true)
    if given.dtype.kind not in "biu":
        given = _as_floats(given, "The truth")
    given = _as_rows(given, n_rows, "The truth")
    known = (given >= 0) & (given < n_classes)
    if given.dtype.kind == "f":
        known &= given == np.floor(given)
    if not known.all():
        row = int(known.argmin())
        raise TrainingError(
            f"The truth holds the class code {given[row]} in row {row}, "
            f"expected whole numbers from 0 to {n_classes - 1}."
        )
    return given.astype(np.intp, copy=False)


def checked_labels(y_true: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.intp]:
    """The true labels as zeros and ones, of the prediction's shape `(n_rows, n_labels)`.

    Raises:
        TrainingError: another shape, or a value that is neither 0 nor 1.

    Example:
        >>> checked_labels([[0, 2]], (1, 2))
        Traceback (most recent call last):
        ...
        hornbook.errors.TrainingError: The truth holds 2 for a label, expected 0 or 1.
    """
    given = np.asarray(y_true)
    if given.shape != shape:
        raise TrainingError(f"The truth has the shape {given.shape}, the prediction {shape}.")
    known = (given == 0) | (given == 1)
    if not known.all():
        raise TrainingError(f"The truth holds {given[~known][0]} for a label, expected 0 or 1.")
    return given.astype(np.intp)


def checked_weights(sample_weight: ArrayLike | None, n_rows: int) -> NDArray[np.float64] | None:
    """The rows' weights as float64, shape `(n_rows,)`; `None` stays `None`.

    Raises:
        TrainingError: another shape, a weight that is negative or not finite, or none above 0.

    Example:
        >>> checked_weights([1, -1], n_rows=2)
        Traceback (most recent call last):
        ...
        hornbook.errors.TrainingError: The sample weight in row 1 is -1.0, expected a finite \
number of 0 or more.
    """
    if sample_weight is None:
        return None
    floats = _as_floats(sample_weight, "The sample weight")
    weights = _as_rows(floats, n_rows, "The sample weight").astype(np.float64, copy=False)
    usable = (weights >= 0) & (weights < np.inf)
    if not usable.all():
        row = int(usable.argmin())
        raise TrainingError(
            f"The sample weight in row {row} is {weights[row]}, "
            "expected a finite number of 0 or more."
        )
    if not weights.any():
        raise TrainingError(
            f"All {n_rows} sample weights are 0, expected one above 0 or more.",
            fix="Choose another weight column, or none.",
        )
    return weights


def _as_floats(values: ArrayLike, what: str) -> _Floats:
    array = np.asarray(values)
    if array.dtype in (np.float32, np.float64):
        return array
    # Half precision, bfloat16 included (which NumPy knows as a raw type).
    small = array.dtype.itemsize <= 2 and array.dtype.kind in "fV"
    try:
        return array.astype(np.float32 if small else np.float64)
    except (TypeError, ValueError) as error:
        raise TrainingError(f"{what} is of dtype {array.dtype}, expected numbers.") from error


def _as_rows(array: NDArray[Any], n_rows: int, what: str) -> NDArray[Any]:
    if array.shape == (n_rows, 1):
        return array[:, 0]
    if array.shape != (n_rows,):
        raise TrainingError(
            f"{what} has the shape {array.shape}, expected ({n_rows},): "
            f"the prediction has {n_rows} rows."
        )
    return array
