"""What a kept model is like, from what its training left behind."""

from hornbook.reports.binary import BinaryReport
from hornbook.reports.comparison import ModelComparison, compare_models
from hornbook.reports.confusion import confusion_of
from hornbook.reports.learning_curves import LearningCurves, learning_curves
from hornbook.reports.model_columns import (
    InputColumns,
    ModelColumns,
    input_columns,
    model_columns,
)
from hornbook.reports.model_network import ModelNetwork, NetworkLayer, model_network
from hornbook.reports.model_report import ModelReport, model_report
from hornbook.reports.multiclass import MulticlassReport
from hornbook.reports.multilabel import MultilabelReport
from hornbook.reports.partitions import PartitionFigures, PartitionReport
from hornbook.reports.predicted_rows import PredictedRow, PredictedRows, RowOrder, predicted_rows
from hornbook.reports.predicted_table import predicted_table
from hornbook.reports.regression import RegressionReport
from hornbook.reports.row_form import RowForm, row_form

__all__ = [
    "BinaryReport",
    "InputColumns",
    "LearningCurves",
    "ModelColumns",
    "ModelComparison",
    "ModelNetwork",
    "ModelReport",
    "MulticlassReport",
    "MultilabelReport",
    "NetworkLayer",
    "PartitionFigures",
    "PartitionReport",
    "PredictedRow",
    "PredictedRows",
    "RegressionReport",
    "RowForm",
    "RowOrder",
    "compare_models",
    "confusion_of",
    "input_columns",
    "learning_curves",
    "model_columns",
    "model_network",
    "model_report",
    "predicted_rows",
    "predicted_table",
    "row_form",
]
