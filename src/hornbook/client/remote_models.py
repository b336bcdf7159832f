"""Models of a server: what predicts, scores, is evaluated and exported there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hornbook.client.remote_connection import Connection
from hornbook.client.remote_exports import export_remotely
from hornbook.client.remote_jobs import evaluate_remotely, predict_remotely, score_remotely
from hornbook.serving.evaluation_record import Evaluation
from hornbook.serving.exports import ExportReport
from hornbook.serving.scoring_options import ScoringOptions, ScoringResult

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RemoteLoadedModel"]


class RemoteLoadedModel:
    """A model of a server; rows are sent to it and predictions come back.

    Every call is a process of the server's, which takes some seconds to begin: send many rows at
    once, or ask an endpoint. Any thread may use it.

    Args:
        connection: to the server.
        reference: what the server calls it.
    """

    def __init__(self, connection: Connection, reference: str) -> None:
        self._connection = connection
        self._reference = reference

    @property
    def reference(self) -> str:
        """What the server calls it: the name of its session or version."""
        return self._reference

    def predict(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Predicts the rows of a pandas frame.

        Args:
            frame: with the columns the model was trained on; others are not sent.

        Returns:
            A frame with the same index: `prediction` and, for classes, `proba_<class>`.

        Raises:
            DataError: a column is missing.
        """
        return predict_remotely(self._connection, self.reference, frame)

    def score(
        self, source: Path | str, output: Path | str, options: ScoringOptions | None = None
    ) -> ScoringResult:
        """Scores the rows of a file of this machine into another.

        Args:
            source: the file.
            output: a `.csv`, `.parquet` or `.jsonl` file.
            options: threshold, columns to keep, batch size.

        Raises:
            DataError: the input lacks a column or is damaged, or none of its rows can be scored.
            UsageError: the output cannot be written as it is named.
        """
        return score_remotely(self._connection, self.reference, source, output, options)

    def evaluate(self, source: Path | str, *, with_rows: bool = False) -> Evaluation:
        """Measures it on the rows of a file of this machine; the server keeps the evaluation.

        Args:
            source: with the target's column, or else only drift is told.
            with_rows: whether the server keeps each row with its truth and prediction.

        Raises:
            DataError: the input lacks a column or is damaged, or none of its rows can be scored.
        """
        return evaluate_remotely(self._connection, self.reference, source, with_rows=with_rows)

    def evaluations(self) -> list[Evaluation]:
        """The evaluations of a session's model, or of all versions of a saved model."""
        found = self._connection.get("/evaluations", {"model": self.reference})
        return [Evaluation.model_validate(one) for one in found]

    def export(
        self, format_name: str, path: Path | str | None = None, *, force: bool = False
    ) -> ExportReport:
        """Writes it on this machine for other tools.

        Args:
            format_name: `"python"`, `"onnx"`, `"mlflow"`, `"keras"`, `"savedmodel"` or
                `"notebook"`.
            path: the file or folder to write; `model…` in the current folder when absent.
            force: replace what was exported there before.

        Returns:
            Where it is, and what to know of it.

        Raises:
            UsageError: there is something at the path already.
            ExportError: the model cannot be written in this format; it lists all reasons.
        """
        target = None if path is None else Path(path)
        return export_remotely(self._connection, self.reference, format_name, target, force=force)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.reference!r}, {self._connection.address!r})"
