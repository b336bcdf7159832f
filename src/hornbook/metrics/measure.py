"""Every metric of a task at once: what an epoch, an evaluation or a report measures with."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hornbook.errors import TrainingError
from hornbook.metrics.binary import binary_metrics
from hornbook.metrics.custom_score import CustomScore
from hornbook.metrics.multiclass import multiclass_metrics
from hornbook.metrics.multilabel import LABEL_THRESHOLD, multilabel_metrics
from hornbook.metrics.prediction_type import PredictionType
from hornbook.metrics.ranked_scores import RankedScores, is_positive
from hornbook.metrics.registry import (
    Metric,
    additional_metric_names,
    custom_metric,
    custom_metric_name,
    get_metric,
    is_better,
    metric_names,
)
from hornbook.metrics.regression import regression_metrics
from hornbook.metrics.reliability import (
    calibration_loss,
    labels_calibration_loss,
    top_class_calibration_loss,
)
from hornbook.metrics.rows import (
    checked_codes,
    checked_labels,
    checked_prediction,
    checked_values,
    checked_weights,
)
from hornbook.metrics.settings import MetricSettings
from hornbook.metrics.threshold import DEFAULT_THRESHOLD, best_threshold

__all__ = ["Measurement", "Measurer"]


@dataclass(frozen=True)
class Measurement:
    """What one call of `Measurer.measure` found.

    Attributes:
        metrics: every metric in the order of reports, custom ones only where there are any. A
            metric that is undefined on these rows, or not finite, is NaN.
        value: the chosen metric's.
        threshold: binary: the probability from which on a row was predicted positive; `None`
            otherwise.
        custom_score_errors: why custom scores are NaN, by their names; empty where none is.
    """

    metrics: dict[str, float]
    value: float
    threshold: float | None = None
    custom_score_errors: dict[str, str] = field(default_factory=dict)


class Measurer:
    """Measures predictions of one task; made once, called every epoch.

    Immutable after construction. It may be shared by threads if the custom score may.

    Args:
        prediction_type: what the network predicts.
        metric: the chosen metric, spelled as in `metric_names(prediction_type)`.
        settings: gains, the share of the lift, and how classes are averaged.
        custom_score: the user's own metric, if there is one.
        custom_scores: further ones, by their names in reports.
        classes: classification: the labels in the order of their codes, in binary classification
            the positive one second. Custom scores are called with them, or with the codes when
            absent.

    Raises:
        NotFoundError: there is no such metric.
        TrainingError: the custom score is chosen but there is none, or a binary task does not
            have two classes.

    Example:
        >>> measurer = Measurer(PredictionType.BINARY, metric="F1 Score")
        >>> measured = measurer.measure([0, 1, 0, 1], np.array([0.1, 0.4, 0.2, 0.9]))
        >>> measured.value, round(measured.threshold, 3), measured.metrics["ROC AUC"]
        (1.0, 0.3, 1.0)
    """

    def __init__(
        self,
        prediction_type: PredictionType,
        *,
        metric: str,
        settings: MetricSettings | None = None,
        custom_score: CustomScore | None = None,
        custom_scores: Mapping[str, CustomScore] | None = None,
        classes: Sequence[Any] | None = None,
    ) -> None:
        self.prediction_type = PredictionType(prediction_type)
        self.settings = settings or MetricSettings()
        named = dict(custom_scores or {})
        self.metric = get_metric(self.prediction_type, metric, self._own_metrics(named))
        contract = custom_metric_name(self.prediction_type)
        self.custom_scores = {**({contract: custom_score} if custom_score else {}), **named}
        self._labels = None if classes is None else _label_array(classes)
        if metric == contract and custom_score is None:
            raise TrainingError(
                f"The metric {metric!r} is chosen, but there is no custom score.",
                fix="Write custom_score.py, or choose another metric.",
            )
        is_binary = self.prediction_type is PredictionType.BINARY
        if is_binary and classes is not None and len(classes) != 2:
            raise TrainingError(
                f"A binary task has 2 classes, but {len(classes)} were given: {list(classes)!r}."
            )

    @property
    def metric_names(self) -> tuple[str, ...]:
        """The keys of `Measurement.metrics`, in order."""
        measured = metric_names(self.prediction_type)[:-1]
        return (*measured, *self.custom_scores, *additional_metric_names(self.prediction_type))

    @property
    def greater_is_better(self) -> bool:
        """The direction of the chosen metric."""
        custom = self.custom_scores.get(self.metric.name)
        return self.metric.greater_is_better if custom is None else custom.greater_is_better

    def is_better(self, candidate: float, best: float | None) -> bool:
        """Whether a value of the chosen metric beats the best so far; NaN never does."""
        return is_better(candidate, best, greater_is_better=self.greater_is_better)

    def measure(
        self,
        y_true: ArrayLike,
        prediction: ArrayLike,
        sample_weight: ArrayLike | None = None,
        threshold: float | None = None,
        decided: ArrayLike | None = None,
    ) -> Measurement:
        """All metrics of these rows.

        A prediction with NaN or infinity, as a diverged network gives, makes every metric NaN;
        custom scores are then not called.

        Args:
            y_true: values for regression, class codes otherwise; shape `(n_rows,)` or
                `(n_rows, 1)`. Multilabel: zeros and ones, `(n_rows, n_labels)`.
            prediction: the network's output. Regression: values, `(n_rows,)` or `(n_rows, 1)`.
                Binary: the probability of the positive class in either shape, or `(n_rows, 2)`
                with it in column 1. Multiclass and multilabel: probabilities,
                `(n_rows, n_classes)`.
            sample_weight: weights, shape `(n_rows,)` or `(n_rows, 1)`.
            threshold: binary: predict positive from this probability on. When absent the best
                one on these rows for the chosen metric, see `best_threshold`.
            decided: binary: the predicted class codes, shape `(n_rows,)`, where several models have
                predicted the rows, each by a threshold of its own. Metrics of classes are then
                those of these codes, and the measurement has no threshold.

        Raises:
            TrainingError: a shape or value is not as said above; the message tells what it is.
        """
        n_labels = None if self._labels is None else len(self._labels)
        predicted = checked_prediction(prediction, self.prediction_type, n_labels)
        weights = checked_weights(sample_weight, len(predicted))
        truth = self._checked_truth(y_true, predicted)
        threshold = self._checked_threshold(threshold)
        if not _all_finite(predicted):
            return self._undefined(threshold)
        chosen = predicted
        if decided is None:
            metrics, threshold = self._metrics(truth, predicted, weights, threshold)
        else:
            # As probabilities of 0 and 1 they are predicted as they stand.
            chosen, threshold = np.asarray(decided, np.float64), DEFAULT_THRESHOLD
            metrics, _ = self._metrics(truth, predicted, weights, threshold)
            of_classes, _ = self._metrics(truth, chosen, weights, threshold)
            metrics |= {name: of_classes[name] for name in of_classes if self._is_of_classes(name)}
        errors = {}
        for name, score in self.custom_scores.items():
            given = predicted if score.needs_probability else chosen
            y_valid, y_pred = self._custom_arrays(truth, given, threshold, score)
            own_weights = None if weights is None else weights.copy()
            metrics[name], error = score.measure(y_valid, y_pred, own_weights)
            if error is not None:
                errors[name] = error
        finite = {
            name: metrics[name] if math.isfinite(metrics[name]) else math.nan
            for name in self.metric_names
        }
        threshold = threshold if decided is None else None
        return Measurement(finite, finite[self.metric.name], threshold, errors)

    def _is_of_classes(self, name: str) -> bool:
        return get_metric(self.prediction_type, name).needs == "classes"

    def _own_metrics(self, custom_scores: Mapping[str, CustomScore]) -> dict[str, Metric]:
        return {
            name: custom_metric(
                self.prediction_type,
                name,
                greater_is_better=score.greater_is_better,
                needs_probability=score.needs_probability,
            )
            for name, score in custom_scores.items()
        }

    def _checked_truth(
        self, y_true: ArrayLike, predicted: NDArray[np.floating[Any]]
    ) -> NDArray[Any]:
        if self.prediction_type is PredictionType.REGRESSION:
            return checked_values(y_true, len(predicted))
        if self.prediction_type is PredictionType.MULTILABEL:
            return checked_labels(y_true, predicted.shape)
        n_classes = 2 if self.prediction_type is PredictionType.BINARY else predicted.shape[1]
        return checked_codes(y_true, len(predicted), n_classes)

    def _checked_threshold(self, threshold: float | None) -> float | None:
        if threshold is not None and not 0 <= threshold <= 1:
            raise TrainingError(f"The threshold is {threshold!r}, expected one from 0 to 1.")
        return threshold if self.prediction_type is PredictionType.BINARY else None

    def _metrics(
        self,
        truth: NDArray[Any],
        predicted: NDArray[np.floating[Any]],
        weights: NDArray[np.float64] | None,
        threshold: float | None,
    ) -> tuple[dict[str, float], float | None]:
        if self.prediction_type is PredictionType.REGRESSION:
            return regression_metrics(truth, predicted, weights), None
        if self.prediction_type is PredictionType.MULTICLASS:
            metrics = multiclass_metrics(truth, predicted, weights, self.settings.averaging)
            metrics["Calibration Loss"] = top_class_calibration_loss(truth, predicted, weights)
            return metrics, None
        if self.prediction_type is PredictionType.MULTILABEL:
            metrics = multilabel_metrics(truth, predicted, weights, self.settings.averaging)
            metrics["Calibration Loss"] = labels_calibration_loss(truth, predicted, weights)
            return metrics, None
        ranked = RankedScores(truth == 1, predicted, weights)
        if threshold is None:
            threshold = best_threshold(ranked, self.metric.name, self.settings.cost_matrix)
        metrics = binary_metrics(ranked, threshold, self.settings)
        metrics["Calibration Loss"] = calibration_loss(ranked)
        return metrics, threshold

    def _custom_arrays(
        self,
        truth: NDArray[Any],
        predicted: NDArray[np.floating[Any]],
        threshold: float | None,
        custom_score: CustomScore,
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """What the user's function gets; copies, since it may change them."""
        if self.prediction_type is PredictionType.REGRESSION:
            return truth.astype(np.float64), predicted.astype(np.float64)
        if self.prediction_type is PredictionType.MULTILABEL:
            if custom_score.needs_probability:
                return truth.copy(), predicted.copy()
            return truth.copy(), is_positive(predicted, LABEL_THRESHOLD).astype(np.intp)
        y_valid = self._labelled(truth)
        if custom_score.needs_probability:
            return y_valid, predicted.copy()
        if threshold is None:
            return y_valid, self._labelled(predicted.argmax(axis=1))
        return y_valid, self._labelled(is_positive(predicted, threshold).astype(np.intp))

    def _undefined(self, threshold: float | None) -> Measurement:
        if threshold is None and self.prediction_type is PredictionType.BINARY:
            threshold = DEFAULT_THRESHOLD
        return Measurement(dict.fromkeys(self.metric_names, math.nan), math.nan, threshold)

    def _labelled(self, codes: NDArray[np.intp]) -> NDArray[Any]:
        return codes.copy() if self._labels is None else self._labels[codes]


def _all_finite(values: NDArray[np.floating[Any]]) -> bool:
    # Minimum and maximum pass NaN on, and need no array of booleans as large as the values.
    with np.errstate(invalid="ignore"):
        return math.isfinite(values.min()) and math.isfinite(values.max())


def _label_array(classes: Sequence[Any]) -> NDArray[Any]:
    if len({type(label) for label in classes}) == 1:
        array = np.asarray(classes)
        if array.ndim == 1:
            return array
    # NumPy would make strings of 1 in [1, "a"].
    labels = np.empty(len(classes), dtype=object)
    labels[:] = classes
    return labels
