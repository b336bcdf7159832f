"""Training the design of a saved model again, and making a version of what comes out."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from hornbook.atomic import write_json_atomically
from hornbook.design import DesignFolder
from hornbook.errors import HornbookError, NotFoundError, UsageError
from hornbook.jobs.deployment import ActivationPolicy, deploy_model, refuse_comparing
from hornbook.jobs.fair_comparison import FairComparison
from hornbook.jobs.partitioning import has_open_submodels
from hornbook.jobs.training import OPEN
from hornbook.registry import (
    Registry,
    SavedModelRecord,
    SessionRecord,
    SessionStatus,
    VersionRecord,
    parse_model_reference,
)
from hornbook.training.job import DESIGN_FOLDER
from hornbook.training.partitions import PARTITIONS_FILE, PartitionMembership, Partitions
from hornbook.training.trust import TrustedModels

__all__ = [
    "RETRAINING_FILE",
    "Retraining",
    "finish_retraining",
    "finish_retrainings",
    "plan_retraining",
    "retrained_session",
    "retrainings_of",
]

RETRAINING_FILE = "retraining.json"
_LOCK_FILE = "retraining.lock"


@dataclass(frozen=True)
class Retraining:
    """What is to become of the model that a session trains; kept in the session's folder.

    Attributes:
        saved_model_id: of the saved model that gets a new version.
        from_version: the version whose design is trained.
        activate: whether the new version becomes the active one.
        partition_by: the column whose values have submodels, where the version has such; the
            session is then that of the whole model.
        comparison: with the version that was active, once there is one.
        version_id: of the new version, once there is one.
        activated: whether it became active.
        reason: why it did or did not; or why there is no new version.
    """

    saved_model_id: str
    from_version: str
    activate: ActivationPolicy
    partition_by: str | None = None
    comparison: FairComparison | None = None
    version_id: str | None = None
    activated: bool = False
    reason: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether it has come to its end."""
        return self.reason is not None

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        comparison = None if self.comparison is None else self.comparison.to_json()
        return {**asdict(self), "comparison": comparison}

    def write(self, folder: Path) -> None:
        """Writes it into a session's folder."""
        write_json_atomically(folder / RETRAINING_FILE, self.to_json())

    @classmethod
    def read(cls, folder: Path) -> Retraining | None:
        """That of a session or version; `None` where it was not made by a retraining."""
        path = folder / RETRAINING_FILE
        if not path.is_file():
            return None
        return cls.from_json(json.loads(path.read_text("utf-8")))

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Retraining:
        """That which `to_json` gave."""
        comparison = values["comparison"]
        read = None if comparison is None else FairComparison.from_json(comparison)
        return cls(**{**values, "comparison": read})


def plan_retraining(
    registry: Registry,
    saved_model: SavedModelRecord,
    *,
    version_id: str | None = None,
    data: Path | None = None,
    settings: Sequence[str] = (),
    activate: ActivationPolicy = "always",
) -> tuple[DesignFolder, Retraining]:
    """The design that a version was trained by, to be trained again as a session of its task.

    Once the session is made, the plan is to be written into its folder: `finish_retraining` then
    makes a version of its model. Of a version with submodels, these are to be trained again first,
    as `plan_partitions` says by the column of the plan.

    Args:
        registry: the workspace.
        saved_model: that is to get a new version.
        version_id: whose design it is; the active version's when absent.
        data: another file than the design names.
        settings: `key=value` texts that go before what the design says.
        activate: whether the new version becomes the active one.

    Raises:
        NotFoundError: the version, its design or its task is not there.
        DesignError: what is wrong with the design and its settings.
        UntrustedModelError: the version has code that this workspace has not trained.
        UsageError: a version with submodels is to be compared.
    """
    version = saved_model.active_version
    if version_id is not None:
        version = saved_model.version(version_id)
    folder = version.folder / DESIGN_FOLDER
    if not folder.is_dir():
        raise NotFoundError(
            f"The version {version.version_id} of '{saved_model.name}' has no design to train.",
            fix="Make a design with `hornbook init`, train it, and deploy its model.",
        )
    TrustedModels(registry.home).require(version.folder, "the code")
    partitions = Partitions.read(version.folder / PARTITIONS_FILE)
    refuse_comparing(activate, saved_model.active_version, is_partitioned=partitions is not None)
    changes = list(settings)
    if data is not None:
        if not data.is_file():
            raise NotFoundError(f"There is no file '{data}'.")
        changes.append(f"dataset.path={data.resolve().as_posix()}")
    design = DesignFolder.read(folder, changes, base=_base(registry, version))
    column = None if partitions is None else partitions.column
    return design, Retraining(
        saved_model.saved_model_id, version.version_id, activate, partition_by=column
    )


def finish_retraining(registry: Registry, session: SessionRecord) -> Retraining | None:
    """Makes a version of a retrained model, once its training has ended.

    Several processes may come to it at once, and one after a crash of another: there will be one
    version.

    Args:
        registry: the workspace.
        session: looked up again.

    Returns:
        How the retraining stands; `None` where the session is none.
    """
    if Retraining.read(session.folder) is None:
        return None
    with _alone(session.folder):
        plan = Retraining.read(session.folder)
        current = registry.session(session.reference)
        if plan is None or plan.is_over or current.status in OPEN:
            return plan
        if has_open_submodels(registry, current):
            return plan
        ended = _ended(registry, plan, current)
        ended.write(session.folder)
        return ended


def retrained_session(registry: Registry, session: SessionRecord) -> SessionRecord | None:
    """The session whose retraining may be over once another has ended: itself, or its group's.

    Args:
        registry: the workspace.
        session: that has ended.
    """
    membership = PartitionMembership.read(session.folder)
    try:
        whole = session if membership is None else registry.session(membership.whole)
    except NotFoundError:
        return None
    return whole if (whole.folder / RETRAINING_FILE).is_file() else None


def finish_retrainings(registry: Registry) -> None:
    """Makes the versions that are still owed to retrainings which ended while nobody watched."""
    for session in registry.sessions():
        if session.status in OPEN:
            continue
        plan = Retraining.read(session.folder)
        if plan is not None and not plan.is_over:
            finish_retraining(registry, session)


def retrainings_of(
    registry: Registry, saved_model: SavedModelRecord
) -> list[tuple[SessionRecord, Retraining]]:
    """The retrainings of a saved model with their sessions, oldest first."""
    found = []
    for session in registry.sessions():
        plan = Retraining.read(session.folder)
        if plan is not None and plan.saved_model_id == saved_model.saved_model_id:
            found.append((session, plan))
    return found


def _ended(registry: Registry, plan: Retraining, session: SessionRecord) -> Retraining:
    well = session.status in (SessionStatus.FINISHED, SessionStatus.STOPPED)
    if not session.has_model or not well:
        return replace(
            plan, reason=f"The training {session.status}: {session.reason or 'no model'}"
        )
    try:
        known = _made_before(registry.saved_model(plan.saved_model_id), session)
        if known is not None:
            return replace(plan, version_id=known.version_id, activated=known.active, reason="done")
        deployed = deploy_model(
            registry,
            session,
            plan.saved_model_id,
            plan.activate,
            files=(RETRAINING_FILE,),
            on_compared=lambda comparison: replace(plan, comparison=comparison).write(
                session.folder
            ),
        )
    except HornbookError as error:
        return replace(plan, reason=error.message)
    return replace(
        plan,
        comparison=deployed.comparison,
        version_id=deployed.version.version_id,
        activated=deployed.version.active,
        reason=deployed.reason,
    )


def _made_before(saved_model: SavedModelRecord, session: SessionRecord) -> VersionRecord | None:
    """The version that a process made which ended before it could say so."""
    for version in saved_model.versions:
        is_same = version.session_reference == session.reference
        if is_same and (version.folder / RETRAINING_FILE).is_file():
            return version
    return None


def _base(registry: Registry, version: VersionRecord) -> Path:
    """The user's design folder, which the version's task is known by."""
    try:
        ids = parse_model_reference(version.session_reference)
        return registry.task(ids.analysis_id, ids.mltask_id).folder
    except (NotFoundError, UsageError) as error:
        raise NotFoundError(
            f"The task that {version.version_id} was trained in is not in this workspace: "
            f"{error.message}",
            fix=f"Copy {version.folder / DESIGN_FOLDER}, train it with `hornbook train`, and "
            "deploy its model.",
        ) from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Waits until no other process finishes the same retraining; a crash ends its turn."""
    with (folder / _LOCK_FILE).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
