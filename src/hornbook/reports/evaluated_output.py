"""What the kept model says of one output on the test rows, as its metrics are computed from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from hornbook.errors import NotFoundError, TrainingError, did_you_mean
from hornbook.metrics import (
    LABEL_THRESHOLD,
    PredictionType,
    checked_prediction,
    is_positive,
)
from hornbook.metrics.threshold import DEFAULT_THRESHOLD
from hornbook.training.artifact import MODEL_FOLDER, ModelArtifact, ModelOutput
from hornbook.training.evaluated_rows import read_test_predictions, read_test_rows
from hornbook.training.job import PREDICTIONS_FILE

__all__ = ["EvaluatedOutput", "MeasuredRows"]


class MeasuredRows(BaseModel):
    """What a report was made from."""

    model_config = ConfigDict(frozen=True)

    output: str = Field(description="name of the output; empty for the only one of a [target]")
    target: str = Field(description="the column that is predicted; several with commas between")
    rows: int = Field(description="test rows that count here")
    left_out_rows: int = Field(
        description="test rows that do not count: of weight 0, or predicted as NaN or infinity"
    )
    weighted: bool = Field(
        description="whether rows count by the sample-weight column; else each has weight 1"
    )


@dataclass(frozen=True)
class EvaluatedOutput:
    """The predictions of one output for the test rows, in float64 as they were measured.

    Attributes:
        name: of the output.
        output: what it predicts, with classes, threshold and correction.
        truth: values, class codes of shape `(n_rows,)`, or labels `(n_rows, n_labels)`.
        prediction: values or probabilities of the positive class, `(n_rows,)`, or probabilities
            `(n_rows, n_classes)`; calibrated where the model is.
        weight: of the rows, or `None`.
        rows: row numbers in the table, int64 of shape `(n_rows,)`.
        left_out_rows: how many `measured` has left out.
    """

    name: str
    output: ModelOutput
    truth: NDArray[Any]
    prediction: NDArray[np.float64]
    weight: NDArray[np.float64] | None
    rows: NDArray[np.int64]
    left_out_rows: int = 0

    @classmethod
    def read(cls, session_folder: Path, name: str = "") -> Self:
        """Reads one output of a session's kept model; nothing of it is run.

        Args:
            session_folder: of a session with a model.
            name: of the output, `""` for the only one of a `[target]`.

        Raises:
            NotFoundError: the session kept no model, or it has no such output.
        """
        if not (session_folder / PREDICTIONS_FILE).is_file():
            raise NotFoundError(
                f"The session '{session_folder.name}' has no predictions of test rows: its "
                "training kept no model, or is not over yet."
            )
        outputs = ModelArtifact.read(session_folder / MODEL_FOLDER).outputs
        if name not in outputs:
            raise NotFoundError(
                f"The model has no output '{name}'.", fix=did_you_mean(name, outputs)
            )
        output = outputs[name]
        truth, raw, weight = read_test_predictions(session_folder, name)
        classes = output.encoder.classes
        prediction = checked_prediction(
            output.corrected(raw.astype(np.float64)),
            output.prediction_type,
            None if classes is None else len(classes),
        )
        rows = read_test_rows(session_folder)
        return cls(name, output, truth, prediction.astype(np.float64, copy=False), weight, rows)

    @property
    def prediction_type(self) -> PredictionType:
        """What the output predicts."""
        return self.output.prediction_type

    @property
    def classes(self) -> list[str]:
        """The classes or labels as texts, in the order of their codes; none for regression."""
        return [str(label) for label in self.output.encoder.classes or ()]

    @property
    def threshold(self) -> float:
        """From which probability on the positive one of two classes is predicted."""
        chosen = self.output.threshold
        return DEFAULT_THRESHOLD if chosen is None else chosen

    @property
    def predicted(self) -> NDArray[np.int64]:
        """Predicted class codes of shape `(n_rows,)`, or labels as zeros and ones."""
        kind = self.prediction_type
        if kind is PredictionType.MULTICLASS:
            codes: NDArray[np.int64] = self.prediction.argmax(axis=1).astype(np.int64)
            return codes
        threshold = self.threshold if kind is PredictionType.BINARY else LABEL_THRESHOLD
        return is_positive(self.prediction, threshold).astype(np.int64)

    @property
    def finite(self) -> NDArray[np.bool_]:
        """Which rows the network gave nothing but finite numbers for, shape `(n_rows,)`."""
        finite = np.isfinite(self.prediction)
        return np.asarray(finite.all(axis=1)) if finite.ndim > 1 else finite

    @property
    def described(self) -> dict[str, Any]:
        """The values of `MeasuredRows`."""
        return {
            "output": self.name,
            "target": ", ".join(self.output.encoder.columns),
            "rows": len(self.truth),
            "left_out_rows": self.left_out_rows,
            "weighted": self.weight is not None,
        }

    def measured(self) -> EvaluatedOutput:
        """Only the rows that count: of a weight above 0, with a finite prediction.

        Raises:
            TrainingError: there is none.
        """
        counted = self.finite
        if self.weight is not None:
            counted &= self.weight > 0
        if counted.all():
            return self
        if not counted.any():
            raise TrainingError(
                "The model predicted NaN or infinity for every test row, so there is nothing to "
                "show.",
                fix="Lower the learning rate in compile_model, or rescale the features.",
            )
        return replace(self.only(counted), left_out_rows=int((~counted).sum()))

    def only(self, chosen: NDArray[Any]) -> EvaluatedOutput:
        """Some of the rows, by position or by a mask."""
        return replace(
            self,
            truth=self.truth[chosen],
            prediction=self.prediction[chosen],
            weight=None if self.weight is None else self.weight[chosen],
            rows=self.rows[chosen],
        )
