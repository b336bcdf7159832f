"""The metrics of a predicted number; the values are those of scikit-learn, in float64."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["regression_metrics"]

_Floats = NDArray[np.float64]


def regression_metrics(
    y_true: NDArray[np.floating[Any]],
    y_pred: NDArray[np.floating[Any]],
    sample_weight: NDArray[np.floating[Any]] | None = None,
) -> dict[str, float]:
    """EVS, MAPE, MAE, MSE, RMSE, RMSLE and R2 Score, in this order.

    Every mean below is weighted by `sample_weight`. MAPE is the mean of |error| / max(|truth|,
    2.2e-16). With a constant truth EVS and R2 Score are 1 when nothing is left to explain and 0
    otherwise.

    RMSLE is NaN when a truth or a prediction is -1 or less, where scikit-learn raises: an epoch
    that strays below -1 must not end the training. R2 Score of a single row is NaN.

    Args:
        y_true: finite values of shape `(n_rows,)`, one row or more.
        y_pred: finite values of the same shape.
        sample_weight: weights of the same shape, at least one above 0.

    Example:
        >>> measured = regression_metrics(np.array([1.0, 2.0, 4.0]), np.array([1.0, 3.0, 4.0]))
        >>> {name: round(value, 3) for name, value in measured.items()}  # doctest: +ELLIPSIS
        {'EVS': 0.857, 'MAPE': 0.167, 'MAE': 0.333, 'MSE': 0.333, 'RMSE': 0.577, 'RMSLE': ...
    """
    truth: _Floats = y_true.astype(np.float64, copy=False)
    predicted: _Floats = y_pred.astype(np.float64, copy=False)
    # Shares, so that a weighted mean is one dot product.
    shares: _Floats | None = None
    if sample_weight is not None:
        shares = sample_weight.astype(np.float64, copy=False)
        shares = shares / shares.sum()
    with np.errstate(over="ignore", invalid="ignore"):
        error = predicted - truth
        size = np.abs(error)
        mse = _mean(error * error, shares)
        spread = _variance(truth, shares)
        return {
            "EVS": _explained(_variance(error, shares), spread),
            "MAPE": _mean(size / np.maximum(np.abs(truth), np.finfo(np.float64).eps), shares),
            "MAE": _mean(size, shares),
            "MSE": mse,
            "RMSE": math.sqrt(mse),
            "RMSLE": _rmsle(truth, predicted, shares),
            "R2 Score": _explained(mse, spread) if len(truth) > 1 else math.nan,
        }


def _mean(values: _Floats, shares: _Floats | None) -> float:
    return float(values.sum() / len(values) if shares is None else values @ shares)


def _variance(values: _Floats, shares: _Floats | None) -> float:
    # A constant has no variance, even where its mean is rounded away from it.
    if (values == values[0]).all():
        return 0.0
    centred = values - _mean(values, shares)
    return _mean(centred * centred, shares)


def _explained(unexplained: float, spread: float) -> float:
    if unexplained == 0:
        return 1.0
    return 1 - unexplained / spread if spread else 0.0


def _rmsle(truth: _Floats, predicted: _Floats, shares: _Floats | None) -> float:
    if truth.min() <= -1 or predicted.min() <= -1:
        return math.nan
    error = np.log1p(predicted) - np.log1p(truth)
    return math.sqrt(_mean(error * error, shares))
