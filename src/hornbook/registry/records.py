"""What the registry hands out: snapshots of rows, which never change under the reader."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from hornbook.errors import NotFoundError
from hornbook.registry.ids import ModelReference
from hornbook.registry.listing import existing

__all__ = [
    "Activation",
    "EndpointKeyRecord",
    "SavedModelRecord",
    "SessionRecord",
    "SessionStatus",
    "TaskRecord",
    "UserRecord",
    "VersionRecord",
]


class SessionStatus(StrEnum):
    """Where a session stands; its values are also what files and the API say."""

    QUEUED = "queued"
    """Waiting for a worker."""
    RUNNING = "running"
    """A worker has it."""
    FINISHED = "finished"
    """Trained to its end."""
    STOPPED = "stopped"
    """Interrupted by the user, the best epoch kept."""
    FAILED = "failed"
    """Ended by an error; `reason` says which."""
    ABORTED = "aborted"
    """Ended by the user before there was anything to keep."""


@dataclass(frozen=True)
class TaskRecord:
    """An ML task: the design folder and the ids it is known by.

    Attributes:
        analysis_id: 8 letters and digits.
        mltask_id: 8 letters and digits.
        folder: the design folder's resolved path.
        created_at: aware, UTC.
    """

    analysis_id: str
    mltask_id: str
    folder: Path
    created_at: datetime

    @property
    def reference(self) -> str:
        """`"<analysis_id>/<mltask_id>"`."""
        return f"{self.analysis_id}/{self.mltask_id}"


@dataclass(frozen=True)
class SessionRecord:
    """One press of Train, and the model it kept.

    Attributes:
        analysis_id: of its task.
        mltask_id: of its task.
        session_id: `s1`, `s2`, … in its task.
        name: for people; `"Session 3"` unless given.
        description: for people.
        status: where it stands.
        reason: why it ended as it did, when there is something to say.
        has_model: whether a trained model lies in `folder`.
        created_at: aware, UTC, like the two below.
        started_at: when a worker took it.
        ended_at: when it reached a final status.
        host: name of the machine its worker runs on.
        worker_pid: process id of its worker on `host`.
        worker_started: that process's `psutil` `create_time` in seconds since 1970, which tells
            it from a later process given the same id.
        backend: the Keras backend it trains on.
        prediction_type: as in the design.
        target: name of the target column.
        metric: the spelling of the metric that chose the best epoch.
        metric_value: that metric at the best epoch; `None` also where it was not a finite number.
        best_epoch: counted from 1.
        epochs: how many have ended.
        train_rows: rows trained on.
        test_rows: rows measured on.
        starred: whether somebody marked it.
        folder: its files, below the workspace.
    """

    analysis_id: str
    mltask_id: str
    session_id: str
    name: str
    status: SessionStatus
    created_at: datetime
    folder: Path
    description: str | None = None
    reason: str | None = None
    has_model: bool = False
    started_at: datetime | None = None
    ended_at: datetime | None = None
    host: str | None = None
    worker_pid: int | None = None
    worker_started: float | None = None
    backend: str | None = None
    prediction_type: str | None = None
    target: str | None = None
    metric: str | None = None
    metric_value: float | None = None
    best_epoch: int | None = None
    epochs: int | None = None
    train_rows: int | None = None
    test_rows: int | None = None
    starred: bool = False

    @property
    def reference(self) -> str:
        """`"<analysis_id>/<mltask_id>/<session_id>"`, as `Registry.session` takes it."""
        return str(ModelReference(self.analysis_id, self.mltask_id, self.session_id))


@dataclass(frozen=True)
class VersionRecord:
    """One deployed model: a copy of what a session had trained.

    Attributes:
        saved_model_id: of the saved model it is a version of.
        version_id: `v1`, `v2`, … in its saved model.
        session_reference: the session it was deployed from.
        active: whether it is the one that scores.
        created_at: aware, UTC.
        folder: its own copy of the session's files.
    """

    saved_model_id: str
    version_id: str
    session_reference: str
    active: bool
    created_at: datetime
    folder: Path


@dataclass(frozen=True)
class Activation:
    """That a version became the one that scores.

    Attributes:
        version_id: of the version.
        time: aware, UTC.
    """

    version_id: str
    time: datetime


@dataclass(frozen=True)
class SavedModelRecord:
    """A deployed model with its versions, exactly one of them active.

    Attributes:
        saved_model_id: 8 letters and digits.
        name: as deployed, unique in the workspace.
        created_at: aware, UTC.
        versions: oldest first.
        activations: which versions have scored, one after the other; the last is the active one.
            What was rolled back or deleted is not in it.
        last_version_id: of the newest version that there ever was.
    """

    saved_model_id: str
    name: str
    created_at: datetime
    versions: tuple[VersionRecord, ...]
    activations: tuple[Activation, ...]
    last_version_id: str

    @property
    def active_version(self) -> VersionRecord:
        """The version that scores."""
        return next(version for version in self.versions if version.active)

    def version(self, version_id: str) -> VersionRecord:
        """The version of an id, such as `v2`.

        Raises:
            NotFoundError: it lists the versions that exist.
        """
        for version in self.versions:
            if version.version_id == version_id:
                return version
        known = existing("versions", [version.version_id for version in self.versions])
        raise NotFoundError(f"The saved model '{self.name}' has no version '{version_id}'. {known}")

    @property
    def previous_version(self) -> VersionRecord | None:
        """The version that scored before the active one, and will again after a rollback."""
        if len(self.activations) < 2:
            return None
        return self.version(self.activations[-2].version_id)


@dataclass(frozen=True)
class UserRecord:
    """A person who may open the studio.

    Attributes:
        name: unique in the workspace.
        password_hash: by argon2, with its salt and settings.
        created_at: aware, UTC.
    """

    name: str
    password_hash: str
    created_at: datetime


@dataclass(frozen=True)
class EndpointKeyRecord:
    """A key that opens endpoints.

    Attributes:
        name: unique in the workspace.
        key_hash: SHA-256 in hexadecimal digits.
        saved_model_id: of the only model that it opens; `None` is all.
        created_at: aware, UTC.
    """

    name: str
    key_hash: str
    saved_model_id: str | None
    created_at: datetime
