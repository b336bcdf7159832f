"""Fitting a calibration; apart from applying one, since only this needs SciPy's optimisers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import isotonic_regression

from hornbook.errors import TrainingError
from hornbook.metrics.calibration import (
    Calibration,
    CalibrationCurve,
    CalibrationMethod,
    IsotonicCurve,
    SigmoidCurve,
    log_odds,
)
from hornbook.metrics.prediction_type import PredictionType
from hornbook.metrics.rows import (
    checked_codes,
    checked_labels,
    checked_prediction,
    checked_weights,
)

__all__ = ["cross_calibrate", "fit_calibration"]

_MOST_STEPS = 100
_SMALLEST_GRADIENT = 1e-10
_Floats = NDArray[np.float64]


def fit_calibration(
    method: CalibrationMethod,
    y_true: ArrayLike,
    prediction: ArrayLike,
    prediction_type: PredictionType,
    sample_weight: ArrayLike | None = None,
) -> Calibration:
    """Fits the correction on rows that the network did not learn from.

    A class that no row of weight is of, or that all are of, keeps its probabilities.

    - `"sigmoid"`: Platt, "Probabilistic outputs for support vector machines", 1999, with his
      targets `(n₊ + 1) / (n₊ + 2)` and `1 / (n₋ + 2)` against overconfidence, on the log-odds of
      the network's probability. On log-odds a network that needs no correction gets none.
    - `"isotonic"`: Zadrozny and Elkan, "Transforming classifier scores into accurate multiclass
      probability estimates", KDD 2002: the never-falling steps nearest in squared error, with
      straight lines between them, as scikit-learn's `IsotonicRegression` draws them. Where the
      lowest step is 0 or the highest 1, that step is kept from certainty by Laplace's rule of
      succession, as far as it stays the outermost: n rows of which none is of the class give
      `1 / (n + 2)`.

    Several classes are corrected one against the rest and scaled to sum to 1, as scikit-learn's
    `CalibratedClassifierCV` does; labels are corrected each by itself.

    Args:
        method: `"sigmoid"` or `"isotonic"`.
        y_true: class codes, shape `(n_rows,)`; multilabel: zeros and ones, `(n_rows, n_labels)`.
        prediction: the network's probabilities, as for `Measurer.measure`.
        prediction_type: binary, multiclass or multilabel.
        sample_weight: weights, shape `(n_rows,)`.

    Raises:
        TrainingError: the rows hold one class only, or the prediction is not made of
            probabilities.
    """
    if prediction_type is PredictionType.REGRESSION:
        raise TrainingError("Only probabilities are calibrated, regression predicts none.")
    probabilities = checked_prediction(prediction, prediction_type)
    if not (probabilities.min() >= -1e-3 and probabilities.max() <= 1 + 1e-3):
        raise TrainingError(
            f"The network's output lies from {probabilities.min():g} to {probabilities.max():g}; "
            "only probabilities from 0 to 1 can be calibrated.",
            fix="End the architecture with a sigmoid or a softmax.",
        )
    columns = probabilities[:, None] if probabilities.ndim == 1 else probabilities
    positive = _positive(y_true, columns, prediction_type)
    weights = checked_weights(sample_weight, len(columns))
    if weights is None:
        weights = np.ones(len(columns))
    counted = weights > 0
    curves = tuple(
        _fit_curve(method, positive[counted, code], columns[counted, code], weights[counted])
        for code in range(columns.shape[1])
    )
    if all(curve is None for curve in curves):
        raise TrainingError(
            f"The {int(counted.sum()):,} rows to calibrate on are all of one class.",
            fix='Bring rows of every class, or set [calibration] method = "none".',
        )
    return Calibration(method, curves, exclusive=prediction_type is not PredictionType.MULTILABEL)


def _positive(
    y_true: ArrayLike, columns: NDArray[np.floating[Any]], prediction_type: PredictionType
) -> NDArray[np.bool_]:
    """Which rows are of which column's class, shape `(n_rows, n_columns)`."""
    if prediction_type is PredictionType.MULTILABEL:
        return np.equal(checked_labels(y_true, columns.shape), 1)
    binary = prediction_type is PredictionType.BINARY
    codes = checked_codes(y_true, len(columns), 2 if binary else columns.shape[1])
    of_column = np.array([1]) if binary else np.arange(columns.shape[1])
    positive: NDArray[np.bool_] = codes[:, None] == of_column
    return positive


def cross_calibrate(
    method: CalibrationMethod,
    y_true: ArrayLike,
    outputs: NDArray[np.floating[Any]],
    prediction_type: PredictionType,
    sample_weight: ArrayLike | None = None,
    *,
    seed: int,
    folds: int = 5,
) -> _Floats:
    """Each row's calibrated probabilities, by a correction fitted on the other folds' rows.

    What calibration does to rows it was not fitted on, where there are no further rows to see
    it on.

    Args:
        method: `"sigmoid"` or `"isotonic"`.
        y_true: class codes, shape `(n_rows,)`; multilabel: zeros and ones, `(n_rows, n_labels)`.
        outputs: the network's probabilities, shape `(n_rows, units)`.
        prediction_type: binary, multiclass or multilabel.
        sample_weight: weights, shape `(n_rows,)`.
        seed: draws the folds.
        folds: how many.

    Raises:
        TrainingError: the rows outside a fold are too few to calibrate on.
    """
    truth = np.asarray(y_true)
    weights = None if sample_weight is None else np.asarray(sample_weight).reshape(len(outputs))
    order = np.random.default_rng(seed).permutation(len(outputs))
    if prediction_type is not PredictionType.MULTILABEL:
        # Dealt out class by class, so that every fold has its share of each.
        truth = truth.reshape(len(outputs))
        order = order[np.argsort(truth[order], kind="stable")]
    fold = np.empty(len(outputs), np.int64)
    fold[order] = np.arange(len(outputs)) % folds
    calibrated = np.empty(outputs.shape)
    for number in range(folds):
        inside = fold == number
        others = None if weights is None else weights[~inside]
        fitted = fit_calibration(method, truth[~inside], outputs[~inside], prediction_type, others)
        calibrated[inside] = fitted.apply(outputs[inside])
    return calibrated


def _fit_curve(
    method: CalibrationMethod,
    positive: NDArray[np.bool_],
    probability: NDArray[np.floating[Any]],
    weight: _Floats,
) -> CalibrationCurve | None:
    if positive.all() or not positive.any():
        return None
    if method == "sigmoid":
        return _fit_sigmoid(positive, log_odds(probability), weight)
    return _fit_isotonic(positive, probability.astype(np.float64), weight)


def _fit_sigmoid(positive: NDArray[np.bool_], odds: _Floats, weight: _Floats) -> SigmoidCurve:
    """Newton's method with step halving.

    After Lin, Lin and Weng, "A note on Platt's probabilistic outputs for support vector
    machines", Machine Learning 68, 2007.
    """
    of_class, of_rest = weight[positive].sum(), weight[~positive].sum()
    target = np.where(positive, (of_class + 1) / (of_class + 2), 1 / (of_rest + 2))

    def loss(parameters: _Floats) -> float:
        raised = parameters[0] * odds + parameters[1]
        return float(weight @ (np.logaddexp(0.0, raised) - target * raised))

    parameters = np.array([0.0, np.log((of_class + 1) / (of_rest + 1))])
    reached = loss(parameters)
    design = np.column_stack([odds, np.ones_like(odds)])
    for _ in range(_MOST_STEPS):
        predicted = 0.5 * (1.0 + np.tanh(0.5 * (design @ parameters)))
        gradient = design.T @ (weight * (predicted - target))
        if np.abs(gradient).max() <= _SMALLEST_GRADIENT * weight.sum():
            break
        curvature = (design * (weight * predicted * (1 - predicted))[:, None]).T @ design
        # Never singular: all rows may have one probability.
        step = np.linalg.solve(curvature + 1e-10 * weight.sum() * np.eye(2), gradient)
        size = 1.0
        while size > 1e-10 and loss(parameters - size * step) > reached - 1e-4 * size * (
            gradient @ step
        ):
            size /= 2
        if size <= 1e-10:
            break
        parameters = parameters - size * step
        reached = loss(parameters)
    return SigmoidCurve(float(parameters[0]), float(parameters[1]))


def _fit_isotonic(
    positive: NDArray[np.bool_], probability: _Floats, weight: _Floats
) -> IsotonicCurve:
    distinct, group = np.unique(probability, return_inverse=True)
    weights = np.bincount(group, weights=weight)
    frequency = np.bincount(group, weights=weight * positive) / weights
    level = np.clip(isotonic_regression(frequency, weights=weights).x, 0.0, 1.0)
    never, always = level == 0, level == 1
    between = level[~(never | always)]
    if never.any():
        level[never] = min([1 / (weights[never].sum() + 2), *between[:1]])
    if always.any():
        level[always] = max([1 - 1 / (weights[always].sum() + 2), *between[-1:]])
    # Of a level stretch only the two ends matter.
    knot = np.ones(len(level), np.bool_)
    knot[1:-1] = (level[1:-1] != level[:-2]) | (level[1:-1] != level[2:])
    return IsotonicCurve(distinct[knot], level[knot])
