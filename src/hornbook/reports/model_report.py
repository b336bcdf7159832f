"""Everything that the pages draw of a kept model's predictions on its test rows."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import Field

from hornbook.design import TASK_FILE
from hornbook.design.metrics import MetricsSection
from hornbook.metrics import MetricSettings, PredictionType
from hornbook.reports.binary import BinaryReport, binary_report
from hornbook.reports.evaluated_output import EvaluatedOutput
from hornbook.reports.multiclass import MulticlassReport, multiclass_report
from hornbook.reports.multilabel import MultilabelReport, multilabel_report
from hornbook.reports.regression import RegressionReport, regression_report
from hornbook.training.job import DESIGN_FOLDER

__all__ = ["ModelReport", "model_report"]

ModelReport = Annotated[
    BinaryReport | MulticlassReport | MultilabelReport | RegressionReport,
    Field(discriminator="kind"),
]
"""The report of one output, by what it predicts."""


def model_report(session_folder: Path, output: str = "") -> ModelReport:
    """The report of one output of a session's kept model on its test rows.

    The figures are those of `result.json`, except for a cross-test: its metrics and threshold are
    means over the folds, while here the rows of all folds, each predicted by the model that had
    not seen it, are measured at once.

    Args:
        session_folder: of a session with a model.
        output: name of the output, `""` for the only one of a `[target]`.

    Raises:
        NotFoundError: the session kept no model, or it has no such output.
        TrainingError: the model predicted not one finite number.
    """
    evaluated = EvaluatedOutput.read(session_folder, output).measured()
    kind = evaluated.prediction_type
    if kind is PredictionType.BINARY:
        return binary_report(evaluated, _settings(session_folder))
    if kind is PredictionType.MULTICLASS:
        return multiclass_report(evaluated)
    if kind is PredictionType.MULTILABEL:
        return multilabel_report(evaluated)
    return regression_report(evaluated)


def _settings(session_folder: Path) -> MetricSettings:
    """What the design says of metrics; it was found valid before the training."""
    task = tomllib.loads((session_folder / DESIGN_FOLDER / TASK_FILE).read_text("utf-8-sig"))
    return MetricsSection.model_validate(task.get("metrics", {})).settings
