"""The model that is exported: its files, and what they say."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from hornbook.backends.open import load_keras_model
from hornbook.design import DesignFolder
from hornbook.errors import HornbookError, NotFoundError
from hornbook.features.pipeline import STATE_FILE
from hornbook.registry.layout import Layout
from hornbook.registry.sidecars import VERSION_FILE, read_sidecar
from hornbook.training.artifact import (
    FEATURES_FOLDER,
    KERAS_FILE,
    MODEL_FOLDER,
    ModelArtifact,
)
from hornbook.training.job import DESIGN_FOLDER, JOB_FILE, TrainingJob
from hornbook.training.partitions import PARTITIONS_FILE, Partitions
from hornbook.training.resources import DesignResources
from hornbook.training.trust import TrustedModels

__all__ = ["ExportSource"]

_DESCRIPTION_FILE = "model.json"


@dataclass(frozen=True)
class ExportSource:
    """A trained model, of a session or of a saved model's version; reading it runs nothing.

    Attributes:
        reference: what the user calls it.
        folder: of the session or version.
        home: the workspace's folder.
    """

    reference: str
    folder: Path
    home: Path

    @classmethod
    def named(cls, reference: str, folder: Path, home: Path) -> ExportSource:
        """A model as the user called it, where `latest` is said by the ids of its session."""
        known = "/".join(folder.parts[-3:]) if reference == "latest" else reference
        return cls(known, folder, home)

    @property
    def keras_path(self) -> Path:
        """The network's file."""
        return self.folder / MODEL_FOLDER / KERAS_FILE

    @property
    def design_path(self) -> Path:
        """The frozen design."""
        return self.folder / DESIGN_FOLDER

    @property
    def trusted(self) -> TrustedModels:
        """The models whose code may be run."""
        return TrustedModels(self.home)

    @property
    def is_whole(self) -> bool:
        """Whether there are features and a design; an imported `.keras` file is a network alone."""
        return (self.folder / MODEL_FOLDER / _DESCRIPTION_FILE).is_file()

    @property
    def partitions(self) -> Partitions | None:
        """Its submodels, where it is a version that has such."""
        return Partitions.read(self.folder / PARTITIONS_FILE)

    @cached_property
    def artifact(self) -> ModelArtifact:
        """The model on disk.

        Raises:
            NotFoundError: it is a network alone.
        """
        if not self.is_whole:
            raise NotFoundError(
                f"The model {self.reference} was imported from a file: it is a network alone, "
                "without features and design.",
                fix="Export it with --format keras.",
            )
        resources = DesignResources.of_model(self.folder, self.home)
        return ModelArtifact.read(self.folder / MODEL_FOLDER, resources)

    @cached_property
    def description(self) -> dict[str, Any]:
        """The plain values of `model.json`."""
        self.artifact  # noqa: B018 - says what is missing, if it is
        path = self.folder / MODEL_FOLDER / _DESCRIPTION_FILE
        values: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return values

    @cached_property
    def features(self) -> dict[str, Any]:
        """The plain values of the fitted features: `features` and `steps`."""
        self.artifact  # noqa: B018 - likewise
        path = self.folder / MODEL_FOLDER / FEATURES_FOLDER / STATE_FILE
        values: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return values

    @cached_property
    def needs_code(self) -> bool:
        """Whether the network has layers of the user's own; it is loaded to see that."""
        try:
            load_keras_model(self.keras_path, compile_model=False)
        except HornbookError:
            return True
        return False

    @cached_property
    def job(self) -> TrainingJob | None:
        """The training that made it; `None` if its session is lost."""
        folder = self.folder
        if not (folder / JOB_FILE).is_file() and (folder / VERSION_FILE).is_file():
            session = str(read_sidecar(folder / VERSION_FILE)["session_reference"])
            ids = session.split("/")
            if len(ids) != 3:
                return None
            folder = Layout(self.home).session(*ids)
        if not (folder / JOB_FILE).is_file():
            return None
        return TrainingJob.read(folder)

    @property
    def ids(self) -> tuple[str, str, str]:
        """Of the analysis, the task and the session; empty where the session is lost."""
        job = self.job
        return ("", "", "") if job is None else (job.analysis_id, job.mltask_id, job.session_id)

    @property
    def base(self) -> Path | None:
        """The user's design folder, where relative data paths start; `None` if that is lost."""
        return None if self.job is None else Path(self.job.base)

    @cached_property
    def design(self) -> DesignFolder:
        """The design as it was trained; its data paths start at `base`.

        Raises:
            NotFoundError: there is none.
        """
        return DesignFolder.read(self.design_path, base=self.base)
