"""The metrics by name: spelling, direction, what they are computed from, and their source."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from hornbook.errors import NotFoundError, did_you_mean
from hornbook.metrics.prediction_type import PredictionType

__all__ = [
    "Metric",
    "additional_metric_names",
    "custom_metric",
    "custom_metric_name",
    "default_metric",
    "get_metric",
    "is_better",
    "metric_names",
    "reserved_metric_names",
]

Needs = Literal["values", "classes", "probabilities"]


@dataclass(frozen=True)
class Metric:
    """What is known of a metric without any data.

    Attributes:
        name: its spelling in reports; `"Test "` + name is its key in the `logs` of an epoch.
        prediction_type: the tasks it belongs to.
        greater_is_better: its direction. A custom score's own setting goes before this.
        needs: what it compares the truth with: predicted values, predicted classes (in binary
            classification those at the threshold), or probabilities.
        description: one sentence for a reader who picks a metric.
        source: where its formula comes from.
    """

    name: str
    prediction_type: PredictionType
    greater_is_better: bool
    needs: Needs
    description: str
    source: str


_ROWS: dict[PredictionType, tuple[tuple[str, bool, Needs, str, str], ...]] = {
    PredictionType.REGRESSION: (
        (
            "EVS",
            True,
            "values",
            "Share of the target's variance explained, whatever constant the error holds.",
            "scikit-learn explained_variance_score",
        ),
        (
            "MAPE",
            False,
            "values",
            "Mean absolute error relative to the truth; 0.1 is 10 %.",
            "scikit-learn mean_absolute_percentage_error",
        ),
        ("MAE", False, "values", "Mean absolute error.", "scikit-learn mean_absolute_error"),
        ("MSE", False, "values", "Mean squared error.", "scikit-learn mean_squared_error"),
        (
            "RMSE",
            False,
            "values",
            "Square root of the mean squared error, in the target's unit.",
            "scikit-learn root_mean_squared_error",
        ),
        (
            "RMSLE",
            False,
            "values",
            "Root mean squared error of log(1 + value); undefined at -1 and below.",
            "scikit-learn root_mean_squared_log_error",
        ),
        (
            "R2 Score",
            True,
            "values",
            "1 for a perfect model, 0 for one that always predicts the mean.",
            "scikit-learn r2_score",
        ),
        (
            "Custom Score",
            True,
            "values",
            "Your own function in custom_score.py.",
            "the task's custom_score.py",
        ),
    ),
    PredictionType.BINARY: (
        (
            "Accuracy",
            True,
            "classes",
            "Share of the rows predicted right.",
            "scikit-learn accuracy_score",
        ),
        (
            "Precision",
            True,
            "classes",
            "Share of the predicted positives that are positive.",
            "scikit-learn precision_score",
        ),
        (
            "Recall",
            True,
            "classes",
            "Share of the positives that were found.",
            "scikit-learn recall_score",
        ),
        (
            "F1 Score",
            True,
            "classes",
            "Harmonic mean of precision and recall.",
            "scikit-learn f1_score",
        ),
        (
            "Cost Matrix Gain",
            True,
            "classes",
            "Mean gain of a row, with a gain set for each kind of hit and miss.",
            "mean over the rows of the cost matrix's entry for (truth, prediction)",
        ),
        (
            "Log Loss",
            False,
            "probabilities",
            "Mean of -log(probability given to the true class).",
            "scikit-learn log_loss",
        ),
        (
            "Cumulative Lift",
            True,
            "probabilities",
            "How many times more positives the highest-scored rows hold than rows at random.",
            "share of positives in the top lift_share of the rows / share of positives overall",
        ),
        (
            "ROC AUC",
            True,
            "probabilities",
            "Chance that a positive is scored above a negative.",
            "scikit-learn roc_auc_score",
        ),
        (
            "Average Precision",
            True,
            "probabilities",
            "Precision averaged over the recalls, as a step function.",
            "scikit-learn average_precision_score",
        ),
        (
            "Custom score",
            True,
            "classes",
            "Your own function in custom_score.py.",
            "the task's custom_score.py",
        ),
    ),
    PredictionType.MULTICLASS: (
        (
            "Accuracy",
            True,
            "classes",
            "Share of the rows predicted right.",
            "scikit-learn accuracy_score",
        ),
        (
            "Precision",
            True,
            "classes",
            "Mean over the classes: share of the rows predicted so that are so.",
            "scikit-learn precision_score(average=averaging)",
        ),
        (
            "Recall",
            True,
            "classes",
            "Mean over the classes: share of the class's rows that were found.",
            "scikit-learn recall_score(average=averaging)",
        ),
        (
            "F1 Score",
            True,
            "classes",
            "Mean over the classes of the harmonic mean of precision and recall.",
            "scikit-learn f1_score(average=averaging)",
        ),
        (
            "Log Loss",
            False,
            "probabilities",
            "Mean of -log(probability given to the true class).",
            "scikit-learn log_loss",
        ),
        (
            "ROC AUC",
            True,
            "probabilities",
            "Mean over the classes: chance that a row of it is scored above one of the rest.",
            'scikit-learn roc_auc_score(multi_class="ovr", average=averaging)',
        ),
        (
            "Average Precision",
            True,
            "probabilities",
            "Mean over the classes, each against the rest.",
            "scikit-learn average_precision_score(average=averaging)",
        ),
        (
            "Custom score",
            True,
            "classes",
            "Your own function in custom_score.py.",
            "the task's custom_score.py",
        ),
    ),
    PredictionType.MULTILABEL: (
        (
            "Accuracy",
            True,
            "classes",
            "Share of the rows all of whose labels are right.",
            "scikit-learn accuracy_score",
        ),
        (
            "Precision",
            True,
            "classes",
            "Share of the predicted labels that are right, as a mean over the labels.",
            "scikit-learn precision_score(average=averaging)",
        ),
        (
            "Recall",
            True,
            "classes",
            "Share of the labels that were found, as a mean over the labels.",
            "scikit-learn recall_score(average=averaging)",
        ),
        (
            "F1 Score",
            True,
            "classes",
            "Harmonic mean of precision and recall, as a mean over the labels.",
            "scikit-learn f1_score(average=averaging)",
        ),
        (
            "Log Loss",
            False,
            "probabilities",
            "Mean of minus the logarithm of the probability given to the truth, over all labels.",
            "scikit-learn log_loss of each label",
        ),
        (
            "ROC AUC",
            True,
            "probabilities",
            "Chance that a row with a label scores above one without, as a mean over the labels.",
            "scikit-learn roc_auc_score(average=averaging)",
        ),
        (
            "Average Precision",
            True,
            "probabilities",
            "Area under the precision-recall curve, as a mean over the labels.",
            "scikit-learn average_precision_score(average=averaging)",
        ),
        (
            "Custom score",
            True,
            "classes",
            "Your own function in custom_score.py.",
            "the task's custom_score.py",
        ),
    ),
}

_METRICS: dict[PredictionType, dict[str, Metric]] = {
    kind: {
        name: Metric(name, kind, greater_is_better, needs, description, source)
        for name, greater_is_better, needs, description, source in rows
    }
    for kind, rows in _ROWS.items()
}

_CALIBRATION_LOSS = {
    PredictionType.BINARY: (
        "Mean distance of predicted probabilities from the frequencies seen, in ten bins.",
        "expected calibration error, Naeini et al. 2015",
    ),
    PredictionType.MULTICLASS: (
        "Mean distance of the predicted class's probability from how often it is right.",
        "expected calibration error of the top class, Guo et al. 2017",
    ),
    PredictionType.MULTILABEL: (
        "Mean distance of predicted probabilities from the frequencies seen, over all labels.",
        "expected calibration error, Naeini et al. 2015",
    ),
}
"""Measured beside the metrics that existing code knows by name, so that their list stays."""

_ADDITIONAL: dict[PredictionType, dict[str, Metric]] = {
    PredictionType.REGRESSION: {},
    **{
        kind: {
            "Calibration Loss": Metric(
                "Calibration Loss", kind, False, "probabilities", description, source
            )
        }
        for kind, (description, source) in _CALIBRATION_LOSS.items()
    },
}


def metric_names(prediction_type: PredictionType) -> tuple[str, ...]:
    """The metrics of a prediction type in the order of reports, the custom one last.

    Example:
        >>> metric_names(PredictionType.REGRESSION)
        ('EVS', 'MAPE', 'MAE', 'MSE', 'RMSE', 'RMSLE', 'R2 Score', 'Custom Score')
    """
    return tuple(_METRICS[prediction_type])


def additional_metric_names(prediction_type: PredictionType) -> tuple[str, ...]:
    """Metrics beyond `metric_names`, which stand after all others in reports.

    Example:
        >>> additional_metric_names(PredictionType.BINARY)
        ('Calibration Loss',)
    """
    return tuple(_ADDITIONAL[prediction_type])


def reserved_metric_names(prediction_type: PredictionType) -> tuple[str, ...]:
    """Every name that no custom score may take."""
    return (*_METRICS[prediction_type], *_ADDITIONAL[prediction_type])


def custom_metric(
    prediction_type: PredictionType, name: str, *, greater_is_better: bool, needs_probability: bool
) -> Metric:
    """A metric of the user's that the design names.

    Args:
        prediction_type: of the task.
        name: of the function, and of the metric in reports.
        greater_is_better: its direction.
        needs_probability: whether it is called with probabilities.
    """
    needs: Needs = "values"
    if prediction_type is not PredictionType.REGRESSION:
        needs = "probabilities" if needs_probability else "classes"
    return Metric(
        name,
        prediction_type,
        greater_is_better,
        needs,
        f"Your own function {name} in custom_score.py.",
        "the task's custom_score.py",
    )


def custom_metric_name(prediction_type: PredictionType) -> str:
    """What the user's own metric is called in reports and in `logs`.

    Example:
        >>> custom_metric_name(PredictionType.REGRESSION)
        'Custom Score'
        >>> custom_metric_name(PredictionType.BINARY)
        'Custom score'
    """
    return metric_names(prediction_type)[-1]


def default_metric(prediction_type: PredictionType) -> Metric:
    """The metric that chooses the epoch when the design names none.

    Example:
        >>> default_metric(PredictionType.BINARY).name
        'ROC AUC'
    """
    name = "R2 Score" if prediction_type is PredictionType.REGRESSION else "ROC AUC"
    return _METRICS[prediction_type][name]


def get_metric(
    prediction_type: PredictionType, name: str, own: Mapping[str, Metric] | None = None
) -> Metric:
    """The metric of that exact spelling.

    Args:
        prediction_type: of the task.
        name: its spelling in reports.
        own: metrics of the user's by their names, which count too.

    Raises:
        NotFoundError: the prediction type has no metric of this name.

    Example:
        >>> get_metric(PredictionType.BINARY, "Log Loss").greater_is_better
        False
        >>> get_metric(PredictionType.BINARY, "roc auc")
        Traceback (most recent call last):
        ...
        hornbook.errors.NotFoundError: There is no metric 'roc auc' for binary tasks.
          Fix: Did you mean 'ROC AUC'?
    """
    metrics = {**_METRICS[prediction_type], **(own or {}), **_ADDITIONAL[prediction_type]}
    if name not in metrics:
        raise NotFoundError(
            f"There is no metric {name!r} for {prediction_type} tasks.",
            fix=did_you_mean(name, metrics),
        )
    return metrics[name]


def is_better(candidate: float, best: float | None, *, greater_is_better: bool) -> bool:
    """Whether a value beats the best so far; NaN never does, and anything else beats NaN.

    Args:
        candidate: the new value.
        best: the best value so far, `None` when there is none yet.
        greater_is_better: the metric's direction.

    Example:
        >>> is_better(0.8, 0.7, greater_is_better=True)
        True
        >>> is_better(float("nan"), None, greater_is_better=True)
        False
        >>> is_better(9.0, float("nan"), greater_is_better=False)
        True
    """
    if math.isnan(candidate):
        return False
    if best is None or math.isnan(best):
        return True
    return candidate > best if greater_is_better else candidate < best
