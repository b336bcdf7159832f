from __future__ import annotations

import math

import pytest

from hornbook.errors import NotFoundError
from hornbook.metrics import (
    PredictionType,
    additional_metric_names,
    custom_metric,
    custom_metric_name,
    default_metric,
    get_metric,
    is_better,
    metric_names,
    reserved_metric_names,
)

CONTRACT = {
    "regression": ["EVS", "MAPE", "MAE", "MSE", "RMSE", "RMSLE", "R2 Score", "Custom Score"],
    "binary": [
        "Accuracy",
        "Precision",
        "Recall",
        "F1 Score",
        "Cost Matrix Gain",
        "Log Loss",
        "Cumulative Lift",
        "ROC AUC",
        "Average Precision",
        "Custom score",
    ],
    "multiclass": [
        "Accuracy",
        "Precision",
        "Recall",
        "F1 Score",
        "Log Loss",
        "ROC AUC",
        "Average Precision",
        "Custom score",
    ],
}
CONTRACT["multilabel"] = CONTRACT["multiclass"]
LOSSES = {"MAPE", "MAE", "MSE", "RMSE", "RMSLE", "Log Loss"}


@pytest.mark.parametrize("kind", PredictionType)
def test_spellings_and_order_are_those_of_the_original(kind: PredictionType) -> None:
    assert list(metric_names(kind)) == CONTRACT[kind]
    assert custom_metric_name(kind) == CONTRACT[kind][-1]


def test_further_metrics_stand_beside_the_list_of_the_original() -> None:
    for kind in PredictionType:
        names = additional_metric_names(kind)
        assert set(names).isdisjoint(metric_names(kind))
        assert [get_metric(kind, name).name for name in names] == list(names)
        assert set(reserved_metric_names(kind)) == {*names, *metric_names(kind)}
    assert additional_metric_names(PredictionType.REGRESSION) == ()
    assert not get_metric(PredictionType.BINARY, "Calibration Loss").greater_is_better


def test_metrics_of_the_user_count_as_well() -> None:
    own = {
        "profit": custom_metric(
            PredictionType.BINARY, "profit", greater_is_better=True, needs_probability=False
        )
    }
    assert get_metric(PredictionType.BINARY, "profit", own) is own["profit"]
    assert own["profit"].needs == "classes"
    with pytest.raises(NotFoundError, match="Did you mean 'profit'"):
        get_metric(PredictionType.BINARY, "proft", own)


@pytest.mark.parametrize("kind", PredictionType)
def test_every_metric_knows_its_direction_and_says_what_it_is(kind: PredictionType) -> None:
    for name in metric_names(kind):
        metric = get_metric(kind, name)
        assert (metric.name, metric.prediction_type) == (name, kind)
        assert metric.greater_is_better == (name not in LOSSES)
        assert metric.description.endswith(".")
        assert metric.source


def test_defaults() -> None:
    assert [default_metric(kind).name for kind in PredictionType] == [
        "R2 Score",
        "ROC AUC",
        "ROC AUC",
        "ROC AUC",
    ]


def test_a_metric_of_another_type_is_not_found() -> None:
    with pytest.raises(NotFoundError, match="no metric 'R2 Score' for binary tasks"):
        get_metric(PredictionType.BINARY, "R2 Score")
    with pytest.raises(NotFoundError, match="Did you mean 'Custom Score'"):
        get_metric(PredictionType.REGRESSION, "Custom score")


@pytest.mark.parametrize(
    ("candidate", "best", "greater", "expected"),
    [
        (2.0, 1.0, True, True),
        (2.0, 1.0, False, False),
        (1.0, 1.0, True, False),
        (1.0, 1.0, False, False),
        (1.0, None, False, True),
        (math.nan, None, True, False),
        (math.nan, 1.0, False, False),
        (math.nan, math.nan, True, False),
        (1.0, math.nan, True, True),
    ],
)
def test_nan_is_never_better(
    candidate: float, best: float | None, greater: bool, expected: bool
) -> None:
    assert is_better(candidate, best, greater_is_better=greater) is expected
