"""What a kept model is like, from what its training left behind."""

from hornbook.reports.binary import BinaryReport
from hornbook.reports.comparison import ModelComparison, compare_models
from hornbook.reports.confusion import confusion_of
from hornbook.reports.learning_curves import LearningCurves, learning_curves
from hornbook.reports.model_report import ModelReport, model_report
from hornbook.reports.multiclass import MulticlassReport
from hornbook.reports.multilabel import MultilabelReport
from hornbook.reports.predicted_rows import PredictedRow, PredictedRows, RowOrder, predicted_rows
from hornbook.reports.regression import RegressionReport

__all__ = [
    "BinaryReport",
    "LearningCurves",
    "ModelComparison",
    "ModelReport",
    "MulticlassReport",
    "MultilabelReport",
    "PredictedRow",
    "PredictedRows",
    "RegressionReport",
    "RowOrder",
    "compare_models",
    "confusion_of",
    "learning_curves",
    "model_report",
    "predicted_rows",
]
