"""Which classes a kept model confuses, from the predictions it made on the test set."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from hornbook.metrics import confusion_matrix
from hornbook.training.artifact import MODEL_FOLDER, ModelArtifact
from hornbook.training.job import PREDICTIONS_FILE

__all__ = ["confusion_of"]


def confusion_of(session_folder: Path) -> dict[str, Any] | None:
    """The confusion matrix of a session's kept model on its test rows.

    Args:
        session_folder: of a session with a model.

    Returns:
        `classes`, and `matrix` with a row for each true class and a column for each
        predicted one, in rows or, with a sample-weight column, in weight; `None` for
        regression.
    """
    artifact = ModelArtifact.read(session_folder / MODEL_FOLDER)
    classes = artifact.encoder.classes
    if classes is None:
        return None
    frame = pl.read_parquet(session_folder / PREDICTIONS_FILE)
    outputs = frame.select(pl.col("^output_.*$")).to_numpy()
    predicted = artifact.predicted_codes(outputs)
    weight = frame["weight"].to_numpy() if "weight" in frame.columns else None
    matrix = confusion_matrix(frame["truth"].to_numpy(), predicted, len(classes), weight)
    return {"classes": list(classes), "matrix": np.asarray(matrix).tolist()}
