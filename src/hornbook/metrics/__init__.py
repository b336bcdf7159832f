"""One registry of metrics, what they measure, thresholds, curves and corrections; NumPy only."""

from hornbook.metrics.binary import binary_metrics, cost_matrix_gain
from hornbook.metrics.calibration import Calibration, CalibrationMethod
from hornbook.metrics.confusion import confusion_matrix
from hornbook.metrics.curves import (
    PrecisionRecallCurve,
    RocCurve,
    precision_recall_curve,
    roc_curve,
)
from hornbook.metrics.custom_score import CustomScore
from hornbook.metrics.intervals import PredictionInterval, cross_coverage, fit_interval
from hornbook.metrics.measure import Measurement, Measurer
from hornbook.metrics.multiclass import multiclass_metrics
from hornbook.metrics.multilabel import LABEL_THRESHOLD, multilabel_metrics
from hornbook.metrics.prediction_type import PredictionType
from hornbook.metrics.ranked_scores import ConfusionCounts, RankedScores, is_positive
from hornbook.metrics.registry import (
    Metric,
    additional_metric_names,
    custom_metric,
    custom_metric_name,
    default_metric,
    get_metric,
    is_better,
    metric_names,
    reserved_metric_names,
)
from hornbook.metrics.regression import regression_metrics
from hornbook.metrics.reliability import Reliability
from hornbook.metrics.rows import checked_prediction
from hornbook.metrics.settings import Averaging, CostMatrix, MetricSettings
from hornbook.metrics.task_measurer import TaskMeasurement, TaskMeasurer, output_metric_name
from hornbook.metrics.threshold import best_threshold, threshold_metric

__all__ = [
    "LABEL_THRESHOLD",
    "Averaging",
    "Calibration",
    "CalibrationMethod",
    "ConfusionCounts",
    "CostMatrix",
    "CustomScore",
    "Measurement",
    "Measurer",
    "Metric",
    "MetricSettings",
    "PrecisionRecallCurve",
    "PredictionInterval",
    "PredictionType",
    "RankedScores",
    "Reliability",
    "RocCurve",
    "TaskMeasurement",
    "TaskMeasurer",
    "additional_metric_names",
    "best_threshold",
    "binary_metrics",
    "checked_prediction",
    "confusion_matrix",
    "cost_matrix_gain",
    "cross_coverage",
    "custom_metric",
    "custom_metric_name",
    "default_metric",
    "fit_interval",
    "get_metric",
    "is_better",
    "is_positive",
    "metric_names",
    "multiclass_metrics",
    "multilabel_metrics",
    "output_metric_name",
    "precision_recall_curve",
    "regression_metrics",
    "reserved_metric_names",
    "roc_curve",
    "threshold_metric",
]
