"""Trainings of a workspace, and the models they kept."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hornbook.client.figures import TrainedFigures
from hornbook.client.loaded import LoadedModel
from hornbook.data import ReadOptions
from hornbook.diagnostics import Diagnostic, DiagnosticReport
from hornbook.errors import NotFoundError
from hornbook.jobs import ActivationPolicy, deploy_model, group_report
from hornbook.registry import Registry, SessionRecord, SessionStatus
from hornbook.reports import PartitionReport, predicted_table
from hornbook.serving.evaluation_record import Evaluation
from hornbook.serving.exports import ExportReport
from hornbook.serving.scoring_options import ScoringOptions, ScoringResult
from hornbook.training.artifact import MODEL_FOLDER, ModelArtifact
from hornbook.training.result import TrainingResult
from hornbook.training.trust import TrustedModels

if TYPE_CHECKING:
    import pandas as pd

    from hornbook.serving.row_predictor import RowPredictor

__all__ = ["Model", "Session"]


class Session:
    """One training: running, or how it ended.

    Attributes:
        record: what the registry knows of it.
    """

    def __init__(self, registry: Registry, record: SessionRecord) -> None:
        self._registry = registry
        self.record = record

    @property
    def reference(self) -> str:
        """`<analysis_id>/<mltask_id>/<session_id>`."""
        return self.record.reference

    @property
    def name(self) -> str:
        """For people."""
        return self.record.name

    @property
    def status(self) -> SessionStatus:
        """Where it stands."""
        return self.record.status

    @property
    def reason(self) -> str | None:
        """Why it ended as it did, when there is something to say."""
        return self.record.reason

    @property
    def created_at(self) -> datetime:
        """When Train was pressed; aware, UTC."""
        return self.record.created_at

    @property
    def result(self) -> TrainingResult:
        """All that is reported of the training.

        Raises:
            NotFoundError: it has not ended, or its worker was killed.
        """
        result = TrainingResult.read(self.record.folder)
        if result is None:
            raise NotFoundError(
                f"The session {self.reference} is {self.status} and has no result."
                + (f" {self.record.reason}" if self.record.reason else "")
            )
        return result

    @property
    def partitions(self) -> PartitionReport | None:
        """What the submodels are worth, if it is the whole model of a group."""
        return group_report(self._registry, self.record)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What may be wrong with the training, the worst first."""
        return DiagnosticReport.read(self.record.folder).diagnostics

    @property
    def model(self) -> Model:
        """The trained model it kept.

        Raises:
            NotFoundError: it kept none.
        """
        if not self.record.has_model:
            raise NotFoundError(
                f"The session {self.reference} is {self.status} and has no model.",
                fix="Name a session with a model: `hornbook sessions` lists them.",
            )
        return Model(self._registry, self)

    def __repr__(self) -> str:
        return f"Session({self.reference!r}, {self.status.value!r})"


class Model(TrainedFigures):
    """A trained model: the kept epoch of a session."""

    def __init__(self, registry: Registry, session: Session) -> None:
        self._registry = registry
        self._session = session
        self._result = session.result
        self._loaded = LoadedModel(session.record.folder, registry.home)

    @property
    def reference(self) -> str:
        """`<analysis_id>/<mltask_id>/<session_id>`."""
        return self._session.reference

    @property
    def folder(self) -> Path:
        """Its files: the network, the fitted features, their description."""
        return self._session.record.folder / MODEL_FOLDER

    def predict(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Predicts the rows of a pandas frame.

        Args:
            frame: with the columns the model was trained on; others are ignored.

        Returns:
            A frame with the same index: `prediction` and, for classes, `proba_<class>`.

        Raises:
            DataError: a column is missing.
        """
        return self._loaded.predict(frame)

    def test_predictions(self, output: str = "") -> pd.DataFrame:
        """What it says of each test row, as its metrics are computed from it.

        Args:
            output: name of the output; `""` for the only one.

        Returns:
            A row for each test row in the order of the table: `row`, its number there from 0,
            `truth`, `prediction`, and whatever `predict` gives beside it.

        Raises:
            NotFoundError: there is no such output.
        """
        return predicted_table(self._session.record.folder, output).to_pandas()

    def predictor(self) -> RowPredictor:
        """The model loaded and ready to predict; loaded once."""
        return self._loaded.predictor()

    @property
    def read_options(self) -> ReadOptions:
        """How a file with rows to predict is read."""
        return self._loaded.read_options

    def load_keras(self) -> Any:
        """The Keras model, compiled as it was trained."""
        from hornbook.backends.open import open_some_backend

        open_some_backend(ModelArtifact.read(self.folder).backend)
        from hornbook.training.loading import load_trained_network

        return load_trained_network(self.folder.parent, TrustedModels(self._registry.home))

    def score(
        self, source: Path | str, output: Path | str, options: ScoringOptions | None = None
    ) -> ScoringResult:
        """Scores rows of any number; see `LoadedModel.score`."""
        return self._loaded.score(source, output, options)

    def evaluate(self, source: Path | str, *, with_rows: bool = False) -> Evaluation:
        """Measures it on new rows; see `LoadedModel.evaluate`."""
        return self._loaded.evaluate(source, with_rows=with_rows)

    def evaluations(self) -> list[Evaluation]:
        """Its evaluations, oldest first."""
        return self._loaded.evaluations()

    def export(
        self, format_name: str, path: Path | str | None = None, *, force: bool = False
    ) -> ExportReport:
        """Writes it for other tools; see `LoadedModel.export`."""
        return self._loaded.export(format_name, path, force=force)

    def deploy(self, name: str, activate: ActivationPolicy = "always") -> str:
        """Makes it the next version of a saved model; returns the `saved_model_id`.

        Args:
            name: of the saved model, new or existing.
            activate: whether the version becomes the active one: `"always"`, `"never"` or
                `"if-better"`; the first one always does.
        """
        deployed = deploy_model(self._registry, self._session.record, name, activate)
        return deployed.version.saved_model_id

    def __repr__(self) -> str:
        return f"Model({self.reference!r})"
