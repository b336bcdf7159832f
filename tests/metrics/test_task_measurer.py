from __future__ import annotations

import numpy as np
import pytest

from hornbook.metrics import CustomScore, Measurer, PredictionType, TaskMeasurer, metric_names

TARGETS = {"price": np.array([1.0, 2.0, 3.0]), "sold": np.array([0, 1, 1])}
PREDICTIONS = {"price": np.array([[1.0], [2.0], [5.0]]), "sold": np.array([[0.2], [0.4], [0.9]])}


@pytest.fixture
def measurer() -> TaskMeasurer:
    price = Measurer(PredictionType.REGRESSION, metric="MAE")
    sold = Measurer(PredictionType.BINARY, metric="ROC AUC")
    return TaskMeasurer({"price": price, "sold": sold}, "price")


def test_every_output_is_measured_under_its_name(measurer: TaskMeasurer) -> None:
    measured = measurer.measure(TARGETS, PREDICTIONS)
    assert list(measured.metrics) == [
        *(f"price {name}" for name in metric_names(PredictionType.REGRESSION)[:-1]),
        *(f"sold {name}" for name in metric_names(PredictionType.BINARY)[:-1]),
        "sold Calibration Loss",
    ]
    assert measured.metrics["price MAE"] == pytest.approx(2 / 3)
    assert measured.metrics["sold ROC AUC"] == 1.0
    assert measured.thresholds["price"] is None
    assert measured.thresholds["sold"] is not None


def test_one_output_decides(measurer: TaskMeasurer) -> None:
    assert measurer.measure(TARGETS, PREDICTIONS).value == pytest.approx(2 / 3)
    assert not measurer.greater_is_better
    assert measurer.is_better(0.1, 0.2)
    other = TaskMeasurer(measurer.measurers, "sold")
    assert other.measure(TARGETS, PREDICTIONS).value == 1.0
    assert other.greater_is_better


def test_custom_scores_fail_under_the_name_of_their_output() -> None:
    def broken(y_valid: object, y_pred: object) -> float:
        raise ValueError("not today")

    price = Measurer(
        PredictionType.REGRESSION,
        metric="profit",
        custom_scores={"profit": CustomScore(broken, name="profit")},
    )
    task = TaskMeasurer({"price": price}, "price")
    measured = task.measure(TARGETS, PREDICTIONS)
    [(name, error)] = measured.custom_score_errors.items()
    assert name == task.deciding_metric == "price profit"
    assert "not today" in error


def test_thresholds_that_are_given_are_kept(measurer: TaskMeasurer) -> None:
    measured = measurer.measure(TARGETS, PREDICTIONS, thresholds={"price": None, "sold": 0.95})
    assert measured.thresholds["sold"] == 0.95
    assert measured.metrics["sold Recall"] == 0.0


def test_an_output_without_a_name_leaves_its_metrics_alone() -> None:
    alone = TaskMeasurer({"": Measurer(PredictionType.REGRESSION, metric="MAE")}, "")
    assert "MAE" in alone.measure({"": TARGETS["price"]}, {"": PREDICTIONS["price"]}).metrics
