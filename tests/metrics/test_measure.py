from __future__ import annotations

import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from hornbook.errors import NotFoundError, TrainingError
from hornbook.metrics import (
    CustomScore,
    Measurer,
    MetricSettings,
    PredictionType,
    additional_metric_names,
    default_metric,
    metric_names,
)

REGRESSION, BINARY, MULTICLASS, MULTILABEL = PredictionType

TRUTH: dict[PredictionType, np.ndarray] = {
    REGRESSION: np.array([1.0, 2.0, 4.0], dtype=np.float32),
    BINARY: np.array([0, 1, 1]),
    MULTICLASS: np.array([0, 1, 2]),
    MULTILABEL: np.array([[0, 1], [1, 1], [1, 0]]),
}
PREDICTION: dict[PredictionType, np.ndarray] = {
    REGRESSION: np.array([[1.0], [3.0], [4.0]], dtype=np.float32),
    BINARY: np.array([[0.2], [0.6], [0.9]], dtype=np.float32),
    MULTICLASS: np.array([[0.8, 0.1, 0.1], [0.2, 0.5, 0.3], [0.1, 0.6, 0.3]], dtype=np.float32),
    MULTILABEL: np.array([[0.2, 0.9], [0.4, 0.8], [0.7, 0.85]], dtype=np.float32),
}


def measurer(kind: PredictionType, **more: Any) -> Measurer:
    return Measurer(kind, **{"metric": default_metric(kind).name, **more})


@pytest.mark.parametrize("kind", PredictionType)
def test_every_metric_in_the_order_of_the_contract(kind: PredictionType) -> None:
    measured = measurer(kind).measure(TRUTH[kind], PREDICTION[kind])
    assert tuple(measured.metrics) == (*metric_names(kind)[:-1], *additional_metric_names(kind))
    assert measured.value == measured.metrics[default_metric(kind).name]
    assert all(type(value) is float for value in measured.metrics.values())
    assert (measured.threshold is None) == (kind is not BINARY)


@pytest.mark.parametrize("kind", PredictionType)
def test_a_custom_score_comes_last_and_can_be_chosen(kind: PredictionType) -> None:
    name = metric_names(kind)[-1]
    score = CustomScore(lambda y_valid, y_pred: 0.25, greater_is_better=False)
    chosen = measurer(kind, metric=name, custom_score=score)
    measured = chosen.measure(TRUTH[kind], PREDICTION[kind])
    expected = (*metric_names(kind), *additional_metric_names(kind))
    assert tuple(measured.metrics) == expected == chosen.metric_names
    assert (measured.value, measured.custom_score_errors) == (0.25, {})
    assert chosen.is_better(0.1, 0.2)
    assert not chosen.greater_is_better
    assert measurer(kind, custom_score=score).greater_is_better


def test_a_custom_score_that_is_not_there_cannot_be_chosen() -> None:
    with pytest.raises(TrainingError, match="'Custom score' is chosen, but there is no custom"):
        Measurer(BINARY, metric="Custom score")
    with pytest.raises(NotFoundError):
        Measurer(REGRESSION, metric="Accuracy")


@pytest.mark.parametrize("kind", PredictionType)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_diverged_network_is_nan_and_no_error(kind: PredictionType, bad: float) -> None:
    calls: list[int] = []
    score = CustomScore(lambda y_valid, y_pred: calls.append(1))
    prediction = PREDICTION[kind].copy()
    prediction[1, -1] = bad
    measured = measurer(kind, custom_score=score).measure(TRUTH[kind], prediction)
    assert tuple(measured.metrics) == (*metric_names(kind), *additional_metric_names(kind))
    assert all(math.isnan(value) for value in measured.metrics.values())
    assert math.isnan(measured.value)
    assert measured.threshold == (0.5 if kind is BINARY else None)
    assert not calls


def test_a_prediction_too_large_to_square_is_nan() -> None:
    measured = measurer(REGRESSION).measure([1.0, 2.0], [1e200, 3.0])
    assert math.isnan(measured.metrics["MSE"])
    assert math.isnan(measured.value)
    assert measured.metrics["MAE"] == pytest.approx(5e199)


def test_two_softmax_columns_are_one_sigmoid() -> None:
    probability = PREDICTION[BINARY]
    both = np.concatenate((1 - probability, probability), axis=1)
    one = measurer(BINARY).measure(TRUTH[BINARY], probability)
    assert measurer(BINARY).measure(TRUTH[BINARY], both) == one
    assert measurer(BINARY).measure(TRUTH[BINARY], probability[:, 0]) == one


def test_a_given_threshold_is_kept() -> None:
    measured = measurer(BINARY).measure(TRUTH[BINARY], PREDICTION[BINARY], threshold=0.7)
    assert measured.threshold == 0.7
    assert measured.metrics["Recall"] == 0.5
    optimised = measurer(BINARY).measure(TRUTH[BINARY], PREDICTION[BINARY])
    assert optimised.metrics["F1 Score"] == 1
    with pytest.raises(TrainingError, match=r"threshold is 1\.5"):
        measurer(BINARY).measure(TRUTH[BINARY], PREDICTION[BINARY], threshold=1.5)


@pytest.mark.parametrize("kind", PredictionType)
def test_weights_count_in_every_metric(kind: PredictionType) -> None:
    weight = np.array([1.0, 2.0, 3.0])
    repeated = np.repeat(np.arange(3), weight.astype(int))
    weighted = measurer(kind).measure(TRUTH[kind], PREDICTION[kind], weight)
    plain = measurer(kind).measure(TRUTH[kind][repeated], PREDICTION[kind][repeated])
    assert weighted.metrics == pytest.approx(plain.metrics)


def test_custom_scores_get_the_labels_of_the_table() -> None:
    seen: list[tuple[list[Any], list[Any]]] = []

    def score(y_valid: Any, y_pred: Any) -> float:
        seen.append((y_valid.tolist(), y_pred.tolist()))
        return 1.0

    more: dict[str, Any] = {"custom_score": CustomScore(score)}
    measurer(BINARY, classes=["no", "yes"], **more).measure([0, 1], [0.1, 0.9])
    measurer(BINARY, classes=[True, False], **more).measure([0, 1], [0.1, 0.9])
    measurer(BINARY, **more).measure([0, 1], [0.9, 0.1], threshold=0.5)
    measurer(MULTICLASS, classes=[1, "b", 2.5], **more).measure([2, 0, 1], np.eye(3))
    assert seen == [
        (["no", "yes"], ["no", "yes"]),
        ([True, False], [True, False]),
        ([0, 1], [1, 0]),
        ([2.5, 1, "b"], [1, "b", 2.5]),
    ]


def test_custom_scores_get_probabilities_when_asked() -> None:
    seen: list[tuple[int, ...]] = []

    def score(y_valid: Any, y_pred: Any) -> float:
        seen.append(y_pred.shape)
        return float(y_pred.sum())

    more: dict[str, Any] = {"custom_score": CustomScore(score, needs_probability=True)}
    both = np.concatenate((1 - PREDICTION[BINARY], PREDICTION[BINARY]), axis=1)
    measured = measurer(BINARY, classes=["no", "yes"], **more).measure(TRUTH[BINARY], both)
    assert measured.metrics["Custom score"] == pytest.approx(1.7)
    measurer(MULTICLASS, **more).measure(TRUTH[MULTICLASS], PREDICTION[MULTICLASS])
    measurer(REGRESSION, **more).measure(TRUTH[REGRESSION], PREDICTION[REGRESSION])
    assert seen == [(3,), (3, 3), (3,)]


@pytest.mark.parametrize("needs_probability", [False, True])
@pytest.mark.parametrize("kind", PredictionType)
def test_custom_scores_may_change_what_they_get(
    kind: PredictionType, needs_probability: bool
) -> None:
    def score(y_valid: Any, y_pred: Any, sample_weight: Any) -> float:
        y_valid[:] = y_pred[:] = sample_weight[:] = 0
        return 1.0

    own = CustomScore(score, needs_probability=needs_probability)
    truth, prediction, weight = TRUTH[kind].copy(), PREDICTION[kind].copy(), np.ones(3)
    measured = measurer(kind, custom_score=own).measure(truth, prediction, weight)
    assert measured.custom_score_errors == {}
    np.testing.assert_array_equal(truth, TRUTH[kind])
    np.testing.assert_array_equal(prediction, PREDICTION[kind])
    np.testing.assert_array_equal(weight, np.ones(3))


def test_a_failing_custom_score_leaves_the_other_metrics() -> None:
    score = CustomScore(lambda y_valid, y_pred: 1 / 0)
    measured = measurer(REGRESSION, custom_score=score).measure([1.0, 2.0], [1.0, 2.0])
    assert "ZeroDivisionError" in measured.custom_score_errors["Custom Score"]
    assert math.isnan(measured.metrics["Custom Score"])
    assert measured.value == 1


def test_several_custom_scores_stand_side_by_side() -> None:
    def broken(y_valid: Any, y_pred: Any) -> float:
        raise ValueError("no profit today")

    def loss(y_valid: Any, y_pred: Any, sample_weight: Any) -> float:
        return float(np.average(np.abs(y_valid - y_pred), weights=sample_weight))

    scores = {
        "profit": CustomScore(broken, name="profit"),
        "distance": CustomScore(
            loss, greater_is_better=False, needs_probability=True, name="distance"
        ),
    }
    chosen = measurer(BINARY, metric="distance", custom_scores=scores)
    measured = chosen.measure(TRUTH[BINARY], PREDICTION[BINARY], np.array([1.0, 0.0, 1.0]))
    assert tuple(measured.metrics)[-4:] == (
        "Average Precision",
        "profit",
        "distance",
        "Calibration Loss",
    )
    assert measured.value == pytest.approx(0.15)
    assert not chosen.greater_is_better
    assert math.isnan(measured.metrics["profit"])
    [(name, error)] = measured.custom_score_errors.items()
    assert name == "profit"
    assert "The custom score 'profit' failed: ValueError: no profit today" in error
    both = measurer(
        BINARY, custom_score=CustomScore(lambda y_valid, y_pred: 2.0), custom_scores=scores
    )
    names = tuple(both.measure(TRUTH[BINARY], PREDICTION[BINARY]).metrics)
    assert names == both.metric_names
    assert names[-4:] == ("Custom score", "profit", "distance", "Calibration Loss")


def test_averaging_reaches_the_metrics_of_classes() -> None:
    truth = np.array([0, 0, 0, 1, 2])
    prediction = np.eye(3)[[0, 0, 1, 1, 0]] * 0.6 + 0.1
    macro = measurer(MULTICLASS).measure(truth, prediction).metrics
    weighted = MetricSettings(averaging="weighted")
    by_rows = measurer(MULTICLASS, settings=weighted).measure(truth, prediction).metrics
    assert macro["Recall"] == pytest.approx((2 / 3 + 1 + 0) / 3)
    assert by_rows["Recall"] == pytest.approx(by_rows["Accuracy"]) == 0.6
    assert macro["ROC AUC"] != by_rows["ROC AUC"]
    assert macro["Log Loss"] == by_rows["Log Loss"]


def test_binary_tasks_have_two_classes() -> None:
    with pytest.raises(TrainingError, match="has 2 classes, but 3 were given"):
        measurer(BINARY, classes=["a", "b", "c"])


def test_the_columns_are_the_classes() -> None:
    with pytest.raises(TrainingError, match=r"multiclass tasks expect \(n_rows, 4\)"):
        measurer(MULTICLASS, classes="abcd").measure(TRUTH[MULTICLASS], PREDICTION[MULTICLASS])


def test_importing_brings_no_slow_library() -> None:
    code = (
        "import sys, hornbook.metrics; "
        "print({'sklearn', 'scipy', 'keras', 'pandas'} & set(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"


def test_classes_that_several_thresholds_have_decided_are_measured_as_they_are():
    random = np.random.default_rng(0)
    truth, said = random.integers(0, 2, 200), random.random(200)
    decided = (said > np.where(np.arange(200) < 100, 0.2, 0.7)).astype(int)
    calls = {}

    def score(y_valid, y_pred):
        calls["given"] = y_pred
        return 0.5

    measurer = Measurer(
        PredictionType.BINARY, metric="Accuracy", custom_score=CustomScore(score, True, False)
    )
    found = measurer.measure(truth, said, decided=decided)
    alone = measurer.measure(truth, said, threshold=0.5)
    assert found.metrics["Accuracy"] == found.value == pytest.approx((truth == decided).mean())
    assert found.metrics["ROC AUC"] == alone.metrics["ROC AUC"]
    assert found.metrics["Calibration Loss"] == alone.metrics["Calibration Loss"]
    assert found.threshold is None
    measurer.measure(truth, said, decided=decided)
    assert calls["given"].tolist() == decided.tolist()
