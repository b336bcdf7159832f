"""Saved models from Python: their versions, which of them is active, and training them again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hornbook.client.loaded import LoadedModel
from hornbook.client.local_training import train_here
from hornbook.client.settings import Settings, setting_texts
from hornbook.design import read_design_files
from hornbook.errors import NotFoundError, TrainingError
from hornbook.jobs import (
    ActivationPolicy,
    FairComparison,
    Retraining,
    checked_policy,
    finish_retraining,
    plan_retraining,
)
from hornbook.registry import Registry, SavedModelRecord, VersionRecord
from hornbook.reports import ModelComparison, PartitionReport, compare_models
from hornbook.serving.evaluation_record import Evaluation
from hornbook.serving.exports import ExportReport
from hornbook.serving.scoring_options import ScoringOptions, ScoringResult
from hornbook.training.job import DESIGN_FOLDER
from hornbook.training.provenance import Provenance
from hornbook.training.result import TrainingResult

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SavedModel", "SavedModelVersion"]


class SavedModelVersion(LoadedModel):
    """One deployed model; what it knows of itself stands in its folder.

    Attributes:
        record: what the registry knows of it.
    """

    def __init__(self, record: VersionRecord, home: Path) -> None:
        super().__init__(record.folder, home)
        self.record = record

    @property
    def version_id(self) -> str:
        """`v1`, `v2`, … in its saved model."""
        return self.record.version_id

    @property
    def active(self) -> bool:
        """Whether it was the one that scores when it was asked for."""
        return self.record.active

    @property
    def created_at(self) -> datetime:
        """When it was deployed; aware, UTC."""
        return self.record.created_at

    @property
    def session_reference(self) -> str:
        """The session it was deployed from, which need not be there still."""
        return self.record.session_reference

    @property
    def result(self) -> TrainingResult:
        """All that is reported of its training.

        Raises:
            NotFoundError: its folder holds no result.
        """
        result = TrainingResult.read(self.folder)
        if result is None:
            raise NotFoundError(f"The version {self.version_id} has no result of its training.")
        return result

    @property
    def metrics(self) -> dict[str, float | None]:
        """The metrics of the kept epoch on the test set, by their exact spelling."""
        return self.result.metrics

    @property
    def design_files(self) -> dict[str, str]:
        """The texts of the design that it was trained by, `task.toml` and the code, by name."""
        return dict(read_design_files(self.folder / DESIGN_FOLDER).files)

    @property
    def provenance(self) -> Provenance | None:
        """Its data and its software; `None` where it was trained before these were kept."""
        return Provenance.read(self.folder)

    @property
    def partitions(self) -> PartitionReport | None:
        """What its submodels were worth, if it has such; `metrics` are of the whole model."""
        return PartitionReport.read(self.folder)

    @property
    def comparison(self) -> FairComparison | None:
        """With the version that was active, where a retraining has compared the two."""
        retraining = Retraining.read(self.folder)
        return None if retraining is None else retraining.comparison

    def __repr__(self) -> str:
        return f"SavedModelVersion({self.record.saved_model_id}@{self.version_id})"


class SavedModel:
    """A deployed model with its versions, looked up anew with every question.

    Args:
        registry: the open workspace.
        saved_model_id: of the saved model.
    """

    def __init__(self, registry: Registry, saved_model_id: str) -> None:
        self._registry = registry
        self.saved_model_id = saved_model_id
        self._loaded: SavedModelVersion | None = None

    @property
    def record(self) -> SavedModelRecord:
        """What the registry knows of it now.

        Raises:
            NotFoundError: it was deleted.
        """
        return self._registry.saved_model(self.saved_model_id)

    @property
    def name(self) -> str:
        """As it was deployed, or renamed."""
        return self.record.name

    @property
    def versions(self) -> list[SavedModelVersion]:
        """All versions, oldest first."""
        return [SavedModelVersion(one, self._registry.home) for one in self.record.versions]

    @property
    def active_version(self) -> SavedModelVersion:
        """The version that scores."""
        return SavedModelVersion(self.record.active_version, self._registry.home)

    def version(self, version_id: str) -> SavedModelVersion:
        """A version by its id, such as `v2`.

        Raises:
            NotFoundError: there is none; the message lists what exists.
        """
        return SavedModelVersion(self.record.version(version_id), self._registry.home)

    def activate(self, version_id: str) -> SavedModelVersion:
        """Makes a version the one that scores."""
        self._registry.activate_version(self.saved_model_id, version_id)
        return self.active_version

    def rollback(self) -> SavedModelVersion:
        """Makes that version active which was so before.

        Raises:
            WorkspaceError: no version was active before.
        """
        self._registry.roll_back(self.saved_model_id)
        return self.active_version

    def rename(self, name: str) -> None:
        """Gives it another name; its id stays."""
        self._registry.rename_saved_model(self.saved_model_id, name)

    def delete(self) -> None:
        """Deletes it with all versions; its sessions stay."""
        self._registry.delete_saved_model(self.saved_model_id)

    def delete_version(self, version_id: str) -> None:
        """Deletes a version that is not active.

        Raises:
            WorkspaceError: it is active.
        """
        self._registry.delete_version(self.saved_model_id, version_id)

    def compare(self, *version_ids: str) -> ModelComparison:
        """Versions side by side, each held against the first; all of them when none is named."""
        chosen = [self.version(one) for one in version_ids] or self.versions
        return compare_models({one.version_id: one.folder for one in chosen})

    def retrain(
        self,
        *,
        version_id: str | None = None,
        data: Path | str | None = None,
        settings: Settings = (),
        activate: ActivationPolicy = "always",
        name: str | None = None,
        description: str | None = None,
        on_event: Callable[[dict[str, Any]], None] = lambda event: None,
    ) -> SavedModelVersion:
        """Trains a version's design again in a process of its own, and makes a version of it.

        Ctrl-C once stops at the end of the batch and keeps the best epoch; twice aborts.

        Args:
            version_id: whose design it is; the active version's when absent.
            data: another file than the design names.
            settings: what to change, as `{"training.epochs": 20}` or as `["training.epochs=20"]`.
            activate: whether the new version becomes the active one: `"always"`, `"never"` or
                `"if-better"`, by the metric of the design on the same rows where that can be.
            name: of the session.
            description: of the session.
            on_event: called with each event of the training.

        Returns:
            The new version; its `active` and `comparison` tell what came of it.

        Raises:
            DesignError: all that is wrong with the design.
            TrainingError: the training failed or was aborted; the message says why.
        """
        design, plan = plan_retraining(
            self._registry,
            self.record,
            version_id=version_id,
            data=None if data is None else Path(data),
            settings=setting_texts(settings),
            activate=checked_policy(activate),
        )

        session = train_here(
            self._registry,
            design,
            name=name or f"Retraining of {self.name}",
            description=description,
            partition_by=plan.partition_by,
            on_event=on_event,
            on_start=lambda started: plan.write(started.folder),
        )
        ended = finish_retraining(self._registry, session)
        if ended is None or ended.version_id is None:
            reason = session.reason if ended is None else ended.reason
            raise TrainingError(f"{session.reference} gave no new version. {reason}")
        return self.version(ended.version_id)

    def predict(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Predicts the rows of a frame with the version that is active now."""
        active = self._registry.saved_model_version(self.saved_model_id)
        if self._loaded is None or self._loaded.version_id != active.version_id:
            self._loaded = SavedModelVersion(active, self._registry.home)
        return self._loaded.predict(frame)

    def score(
        self, source: Path | str, output: Path | str, options: ScoringOptions | None = None
    ) -> ScoringResult:
        """Scores rows with the version that is active now; see `LoadedModel.score`."""
        return self.active_version.score(source, output, options)

    def evaluate(self, source: Path | str, *, with_rows: bool = False) -> Evaluation:
        """Measures the version that is active now; see `LoadedModel.evaluate`."""
        return self.active_version.evaluate(source, with_rows=with_rows)

    def evaluations(self) -> list[Evaluation]:
        """The evaluations of all versions, oldest first."""
        return self.active_version.evaluations()

    def export(
        self, format_name: str, path: Path | str | None = None, *, force: bool = False
    ) -> ExportReport:
        """Writes the version that is active now for other tools; see `LoadedModel.export`."""
        return self.active_version.export(format_name, path, force=force)

    def __repr__(self) -> str:
        return f"SavedModel({self.saved_model_id!r})"
