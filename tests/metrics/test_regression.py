from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import sklearn.metrics as sk

from hornbook.metrics import regression_metrics

FUNCTIONS: dict[str, Any] = {
    "EVS": sk.explained_variance_score,
    "MAPE": sk.mean_absolute_percentage_error,
    "MAE": sk.mean_absolute_error,
    "MSE": sk.mean_squared_error,
    "RMSE": sk.root_mean_squared_error,
    "RMSLE": sk.root_mean_squared_log_error,
    "R2 Score": sk.r2_score,
}


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_values_are_those_of_scikit_learn(seed: int, weighted: bool) -> None:
    random = np.random.default_rng(seed)
    truth = random.gamma(2.0, 3.0, 300)
    predicted = truth * random.uniform(0.5, 1.6, 300) + 0.3
    weight = random.integers(0, 4, 300).astype(float) if weighted else None
    measured = regression_metrics(truth, predicted, weight)
    assert list(measured) == list(FUNCTIONS)
    for name, function in FUNCTIONS.items():
        expected = function(truth, predicted, sample_weight=weight)
        assert measured[name] == pytest.approx(expected, abs=1e-10), name


@pytest.mark.parametrize(
    ("truth", "predicted"),
    [
        ([-2.0, -2.0, -2.0], [-2.0, -2.0, -2.0]),
        ([-2.0, -2.0, -2.0], [-2.0, -2.0, -2.0 + 1e-8]),
        ([1.0, 2.0, 3.0], [3.0, 2.0, 1.0]),
        ([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]),
        ([0.0, 0.0, 1.0], [0.1, 0.0, 1.0]),
        ([1.0, 2.0, 3.0], [1.5, 2.5, 3.5]),
    ],
)
def test_degenerate_rows_are_as_in_scikit_learn(truth: list[float], predicted: list[float]) -> None:
    measured = regression_metrics(np.array(truth), np.array(predicted))
    for name, function in FUNCTIONS.items():
        if name != "RMSLE":
            expected = function(truth, predicted)
            assert measured[name] == pytest.approx(expected, rel=1e-12, abs=1e-12), name


def test_a_constant_whose_mean_is_rounded_has_no_variance() -> None:
    truth = np.full(7, 0.1)
    assert regression_metrics(truth, truth + 0.5)["R2 Score"] == 0
    assert regression_metrics(truth, truth + np.arange(7))["EVS"] == 0


def test_rmsle_is_nan_from_minus_one_down() -> None:
    fine, low = np.array([0.0, 1.0]), np.array([-1.0, 1.0])
    assert math.isnan(regression_metrics(fine, low)["RMSLE"])
    assert math.isnan(regression_metrics(low, fine)["RMSLE"])
    assert regression_metrics(fine, fine - 0.999)["RMSLE"] > 0


def test_r2_of_one_row_is_nan() -> None:
    measured = regression_metrics(np.array([1.0]), np.array([2.0]))
    assert math.isnan(measured["R2 Score"])
    assert measured["MAE"] == 1


def test_float32_is_measured_in_float64() -> None:
    truth = np.full(100_000, 4096.25, dtype=np.float32)
    assert regression_metrics(truth, truth + np.float32(0.5))["MSE"] == 0.25
