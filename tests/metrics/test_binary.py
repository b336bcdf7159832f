from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sklearn.metrics as sk

from hornbook.errors import TrainingError
from hornbook.metrics import (
    CostMatrix,
    MetricSettings,
    PredictionType,
    RankedScores,
    binary_metrics,
    is_positive,
    metric_names,
)

AT_A_THRESHOLD: dict[str, Any] = {
    "Accuracy": sk.accuracy_score,
    "Precision": lambda *rows, **more: sk.precision_score(*rows, zero_division=0, **more),
    "Recall": lambda *rows, **more: sk.recall_score(*rows, zero_division=0, **more),
    "F1 Score": lambda *rows, **more: sk.f1_score(*rows, zero_division=0, **more),
}


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("threshold", [0.0, 0.2, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("share_of_positives", [0.0, 0.3, 1.0])
def test_values_are_those_of_scikit_learn(
    share_of_positives: float, threshold: float, weighted: bool
) -> None:
    random = np.random.default_rng(0)
    truth = random.random(500) < share_of_positives
    probability = (random.random(500) * 0.8 + 0.1 * truth).round(2)
    weight = random.random(500) if weighted else None
    measured = binary_metrics(RankedScores(truth, probability, weight), threshold)
    assert tuple(measured) == metric_names(PredictionType.BINARY)[:-1]
    predicted = is_positive(probability, threshold)
    for name, function in AT_A_THRESHOLD.items():
        expected = function(truth, predicted, sample_weight=weight)
        assert measured[name] == pytest.approx(expected, abs=1e-12), name


def test_cost_matrix_gain_is_the_weighted_mean_of_the_rows_gains() -> None:
    random = np.random.default_rng(1)
    truth, probability, weight = random.random(200) < 0.4, random.random(200), random.random(200)
    matrix = CostMatrix(3.0, 0.5, -2.0, -1.0)
    predicted = is_positive(probability, 0.6)
    gains = np.array([[0.5, -2.0], [-1.0, 3.0]])[truth.astype(int), predicted.astype(int)]
    ranked = RankedScores(truth, probability, weight)
    measured = binary_metrics(ranked, 0.6, MetricSettings(matrix))
    assert measured["Cost Matrix Gain"] == pytest.approx(np.average(gains, weights=weight))


def test_default_gains_are_those_of_the_original() -> None:
    truth = np.array([True, False, True, False])
    ranked = RankedScores(truth, np.array([0.9, 0.8, 0.1, 0.2]))
    assert binary_metrics(ranked, 0.5)["Cost Matrix Gain"] == pytest.approx((1.0 - 0.3) / 4)


def test_lift_share_is_a_setting() -> None:
    truth = np.arange(10) < 2
    ranked = RankedScores(truth, np.linspace(1, 0, 10))
    assert binary_metrics(ranked, 0.5)["Cumulative Lift"] == pytest.approx(2.5)
    settings = MetricSettings(lift_share=0.2)
    assert binary_metrics(ranked, 0.5, settings)["Cumulative Lift"] == pytest.approx(5)


@pytest.mark.parametrize("gain", [float("nan"), float("inf")])
def test_a_gain_must_be_finite(gain: float) -> None:
    with pytest.raises(TrainingError, match="cost matrix's false_positive is"):
        CostMatrix(false_positive=gain)
