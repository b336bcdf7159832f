"""Which classes a kept model confuses, from the predictions it made on the test set."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from hornbook.metrics import PredictionType, confusion_matrix
from hornbook.training.artifact import MODEL_FOLDER, ModelArtifact, ModelOutput
from hornbook.training.evaluated_rows import read_test_predictions

__all__ = ["confusion_of"]


def confusion_of(session_folder: Path) -> dict[str, dict[str, Any]]:
    """The confusion matrices of a session's kept model on its test rows.

    Args:
        session_folder: of a session with a model.

    Returns:
        By name of each output that predicts classes: `classes`, and `matrix` with a row for
        each true class and a column for each predicted one, in rows or, with a sample-weight
        column, in weight.
    """
    outputs = ModelArtifact.read(session_folder / MODEL_FOLDER).outputs
    return {
        name: _confusion_of(session_folder, name, output)
        for name, output in outputs.items()
        if output.prediction_type in (PredictionType.BINARY, PredictionType.MULTICLASS)
    }


def _confusion_of(session_folder: Path, name: str, output: ModelOutput) -> dict[str, Any]:
    classes = output.encoder.classes or ()
    truth, raw, weight = read_test_predictions(session_folder, name)
    matrix = confusion_matrix(truth, output.predicted_codes(raw), len(classes), weight)
    return {"classes": list(classes), "matrix": np.asarray(matrix).tolist()}
