"""Saved models of a server: their versions, which of them is active, and training them again."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from hornbook.client.remote_connection import Connection, path_of
from hornbook.client.remote_datasets import send_dataset
from hornbook.client.remote_models import RemoteLoadedModel
from hornbook.client.remote_sessions import RemoteSession, follow_training, sent_settings
from hornbook.client.settings import Settings
from hornbook.errors import NotFoundError, TrainingError
from hornbook.jobs import ActivationPolicy, FairComparison, Retraining, checked_policy
from hornbook.reports import ModelComparison, PartitionReport
from hornbook.training.provenance import Provenance
from hornbook.training.result import TrainingResult

__all__ = ["RemoteSavedModel", "RemoteSavedModelVersion"]

_POLL_SECONDS = 0.3
_PATIENCE_SECONDS = 60.0


class RemoteSavedModelVersion(RemoteLoadedModel):
    """One deployed model of a server.

    Args:
        connection: to the server.
        saved_model_id: of the saved model it is a version of.
        summary: what the server says of it.
    """

    def __init__(
        self, connection: Connection, saved_model_id: str, summary: Mapping[str, Any]
    ) -> None:
        super().__init__(connection, f"{saved_model_id}@{summary['version_id']}")
        self._saved_model_id = saved_model_id
        self._summary = dict(summary)

    @property
    def version_id(self) -> str:
        """`v1`, `v2`, … in its saved model."""
        return str(self._summary["version_id"])

    @property
    def active(self) -> bool:
        """Whether it was the one that scores when it was asked for."""
        return bool(self._summary["active"])

    @property
    def created_at(self) -> datetime:
        """When it was deployed; aware, UTC."""
        return datetime.fromisoformat(self._summary["created_at"])

    @property
    def session_reference(self) -> str:
        """The session it was deployed from, which need not be there still."""
        return str(self._summary["session_reference"])

    @property
    def result(self) -> TrainingResult:
        """All that is reported of its training.

        Raises:
            NotFoundError: its folder holds no result.
        """
        result = self._detail()["result"]
        if result is None:
            raise NotFoundError(f"The version {self.version_id} has no result of its training.")
        return TrainingResult.from_json(result)

    @property
    def metrics(self) -> dict[str, float | None]:
        """The metrics of the kept epoch on the test set, by their exact spelling."""
        return self.result.metrics

    @property
    def design_files(self) -> dict[str, str]:
        """The texts of the design that it was trained by, `task.toml` and the code, by name."""
        return dict(self._detail()["files"])

    @property
    def provenance(self) -> Provenance | None:
        """Its data and its software; `None` where it was trained before these were kept."""
        values = self._detail()["provenance"]
        return None if values is None else Provenance.from_json(values)

    @property
    def partitions(self) -> PartitionReport | None:
        """What its submodels were worth, if it has such; `metrics` are of the whole model."""
        values = self._detail()["partitions"]
        return None if values is None else PartitionReport.model_validate(values)

    @property
    def comparison(self) -> FairComparison | None:
        """With the version that was active, where a retraining has compared the two."""
        values = self._detail()["retraining"]
        return None if values is None else Retraining.from_json(values).comparison

    def _detail(self) -> dict[str, Any]:
        place = path_of("saved-models", self._saved_model_id, "versions", self.version_id)
        found: dict[str, Any] = self._connection.get(place)
        return found


class RemoteSavedModel(RemoteLoadedModel):
    """A deployed model of a server with its versions, asked for anew with every question.

    It predicts, scores and is exported as the version that is active at that moment.

    Args:
        connection: to the server.
        saved_model_id: of the saved model.
    """

    def __init__(self, connection: Connection, saved_model_id: str) -> None:
        super().__init__(connection, saved_model_id)
        self.saved_model_id = saved_model_id

    @property
    def name(self) -> str:
        """As it was deployed, or renamed."""
        return str(self._info()["name"])

    @property
    def versions(self) -> list[RemoteSavedModelVersion]:
        """All versions, oldest first."""
        return [self._version(one) for one in self._info()["versions"]]

    @property
    def active_version(self) -> RemoteSavedModelVersion:
        """The version that scores."""
        return self._active(self._info())

    def version(self, version_id: str) -> RemoteSavedModelVersion:
        """A version by its id, such as `v2`.

        Raises:
            NotFoundError: there is none; the message lists what exists.
        """
        return self._version(self._connection.get(self._path("versions", version_id))["summary"])

    def activate(self, version_id: str) -> RemoteSavedModelVersion:
        """Makes a version the one that scores."""
        return self._active(self._connection.post(self._path("versions", version_id, "activate")))

    def rollback(self) -> RemoteSavedModelVersion:
        """Makes that version active which was so before.

        Raises:
            WorkspaceError: no version was active before.
        """
        return self._active(self._connection.post(self._path("rollback")))

    def rename(self, name: str) -> None:
        """Gives it another name; its id stays."""
        self._connection.patch(self._path(), {"name": name})

    def delete(self) -> None:
        """Deletes it with all versions; its sessions stay."""
        self._connection.delete(self._path())

    def delete_version(self, version_id: str) -> None:
        """Deletes a version that is not active.

        Raises:
            WorkspaceError: it is active.
        """
        self._connection.delete(self._path("versions", version_id))

    def compare(self, *version_ids: str) -> ModelComparison:
        """Versions side by side, each held against the first; all of them when none is named."""
        found = self._connection.get(self._path("compare"), {"version": version_ids})
        return ModelComparison.model_validate(found)

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
    ) -> RemoteSavedModelVersion:
        """Trains a version's design again on the server, and makes a version of it.

        Ctrl-C once stops at the end of the batch and keeps the best epoch; twice aborts.

        Args:
            version_id: whose design it is; the active version's when absent.
            data: a file of this machine in place of the one the design names; it is sent.
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
        wished = {
            "version": version_id,
            "dataset": None if data is None else self._sent(Path(data), version_id),
            "settings": sent_settings(settings),
            "activate": checked_policy(activate),
            "name": name,
            "description": description,
        }
        session = follow_training(
            self._connection,
            lambda: self._connection.post(self._path("retrain"), wished),
            on_event,
        )
        ended = self._ended(session)
        if ended.version_id is None:
            raise TrainingError(f"{session.reference} gave no new version. {ended.reason}")
        return self.version(ended.version_id)

    def _sent(self, data: Path, version_id: str | None) -> str:
        """The dataset that a file has become, in the project of the task to be trained again."""
        version = self.active_version if version_id is None else self.version(version_id)
        task = path_of("tasks", *version.session_reference.split("/")[:2])
        return send_dataset(self._connection, self._connection.get(task)["project"], data)

    def _ended(self, session: RemoteSession) -> Retraining:
        """What the server has made of the model; a comparison may take it some seconds."""
        while True:
            for one in self._connection.get(
                self._path("retrainings"), patience_seconds=_PATIENCE_SECONDS
            ):
                retraining = Retraining.from_json(one["retraining"])
                if one["session"]["reference"] == session.reference and retraining.is_over:
                    return retraining
            time.sleep(_POLL_SECONDS)

    def _info(self) -> dict[str, Any]:
        found: dict[str, Any] = self._connection.get(self._path())
        return found

    def _active(self, info: Mapping[str, Any]) -> RemoteSavedModelVersion:
        return next(
            self._version(one)
            for one in info["versions"]
            if one["version_id"] == info["active_version"]
        )

    def _version(self, summary: Mapping[str, Any]) -> RemoteSavedModelVersion:
        return RemoteSavedModelVersion(self._connection, self.saved_model_id, summary)

    def _path(self, *parts: str) -> str:
        return path_of("saved-models", self.saved_model_id, *parts)
