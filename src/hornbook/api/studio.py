"""What a running server holds: the workspace, its trainings, its tables, its listeners."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hornbook.api.event_hub import EventHub
from hornbook.api.session_state import SessionBoard, session_summary
from hornbook.api.table_readings import TableReadings
from hornbook.backends import BackendName
from hornbook.data import DatasetStore, FolderStore, Project, ProjectStore, TableStore
from hornbook.design import DesignFolder
from hornbook.errors import HornbookError
from hornbook.jobs import (
    RETRAINING_FILE,
    CheckProcesses,
    Endpoints,
    ExportRuns,
    Retraining,
    SpareWorkers,
    StudioKey,
    TensorBoard,
    TrainingQueue,
    finish_retraining,
    plan_partitions,
    retrained_session,
)
from hornbook.registry import Registry, SessionRecord, TaskRecord
from hornbook.serving.model_jobs import ModelJobs

__all__ = ["DEFAULT_PROJECT", "Studio"]

DEFAULT_PROJECT = "My project"
_LOG = logging.getLogger("hornbook")
_REFILL_SECONDS = 30.0
_EVENTS_TOLD = {"epoch", "batch", "fit_started", "fold", "race"}


@dataclass
class Studio:
    """The parts of a running server; any thread may use them.

    Args:
        home: the workspace's folder.
        limit: how many trainings run at once.
        spare_backends: to keep a worker ready for; none in tests that train nothing.
        largest_upload_bytes: of one file.
    """

    home: Path
    limit: int = 1
    spare_backends: tuple[BackendName, ...] = ()
    largest_upload_bytes: int = 20 * 2**30
    registry: Registry = field(init=False)

    def __post_init__(self) -> None:
        self.registry = Registry(self.home)
        self.home = self.registry.home
        self.projects = ProjectStore(self.home)
        self.folders = FolderStore(self.home)
        self.hub = EventHub()
        self.board = SessionBoard()
        self.tables = TableReadings(TableStore(self.home / "datasets"), self.hub)
        self.spares = (
            SpareWorkers(self.home, self.spare_backends, _REFILL_SECONDS)
            if self.spare_backends
            else None
        )
        self.checks = CheckProcesses(self.home, keeps_ready=bool(self.spare_backends))
        self.model_jobs = ModelJobs(self.home)
        self.tensorboard = TensorBoard(self.home / "analyses")
        self.exports = ExportRuns(self.home)
        self.endpoint_key = StudioKey(self.registry)
        self.endpoints = Endpoints(self.home, self.endpoint_key)
        self.queue = TrainingQueue(
            self.registry,
            limit=self.limit,
            on_event=self._on_event,
            on_session=self.tell_session,
            spares=self.spares,
        )
        self._versions = ThreadPoolExecutor(1, thread_name_prefix="versions")
        if not self.projects.all():
            self.projects.create(DEFAULT_PROJECT)

    def start(self) -> None:
        """Begins to follow trainings, and makes versions that are owed to retrainings."""
        self.queue.start()
        self._versions.submit(self._finish_retrainings)

    def end_checks(self) -> None:
        """Ends the checks that requests may wait for; no other can be begun."""
        self.checks.close()

    def close(self) -> None:
        """Ends what would outlive the server, but no training and no endpoint."""
        self.end_checks()
        self.queue.close()
        self.exports.close()
        self._versions.shutdown(cancel_futures=True)
        if self.spares is not None:
            self.spares.close()
        self.tensorboard.close()
        self.model_jobs.close()
        self.endpoint_key.revoke()
        self.tables.close()
        self.registry.close()

    def project_of(self, task: TaskRecord) -> Project:
        """The project of a task: the one its folder lies in, else the oldest."""
        root = self.home / "projects"
        if task.folder.is_relative_to(root):
            found = self.projects.find(task.folder.relative_to(root).parts[0])
            if found is not None:
                return found
        return self.projects.all()[0]

    def queue_group(
        self, design: DesignFolder, column: str, name: str | None, description: str | None
    ) -> SessionRecord:
        """Queues a submodel for each value of a column, and the whole model, which is returned.

        Raises:
            HornbookError: as `plan_partitions` and `TrainingQueue.add` do.
        """
        plan = plan_partitions(design, TableStore(self.home / "datasets"), column)

        def add(design: DesignFolder, name: str) -> SessionRecord:
            return self.queue.add(design, name=name, description=description or None)

        return plan.queue(add, name or None)

    def datasets(self, project: Project) -> DatasetStore:
        """The datasets of a project."""
        return DatasetStore(project)

    def tell_session(self, session: SessionRecord) -> None:
        """Tells all pages how a session stands."""
        state = self.board.state(session.reference)
        summary = session_summary(session, state)
        self.hub.publish("session", session=summary.model_dump(mode="json"))
        if session.ended_at is not None:
            self.board.forget(session.reference)
            retrained = retrained_session(self.registry, session)
            if retrained is not None:
                # A comparison may take seconds, and the queue's thread has other trainings.
                self._versions.submit(self._finish_retraining, retrained)

    def tell_saved_model(self, saved_model_id: str) -> None:
        """Tells all pages that a saved model has changed, or is gone."""
        self.hub.publish("saved_model", saved_model_id=saved_model_id)

    def _finish_retrainings(self) -> None:
        for session in self.registry.sessions():
            if (session.folder / RETRAINING_FILE).is_file():
                self._finish_retraining(session)

    def _finish_retraining(self, session: SessionRecord) -> None:
        try:
            before = Retraining.read(session.folder)
            ended = finish_retraining(self.registry, session)
        except (HornbookError, OSError, ValueError):
            _LOG.exception("The retraining %s gave no version.", session.reference)
            return
        if ended is not None and ended != before:
            self.tell_saved_model(ended.saved_model_id)

    def _on_event(self, session: SessionRecord, event: dict[str, Any]) -> None:
        kind = event["event"]
        if kind not in _EVENTS_TOLD:
            return
        self.board.update(session.reference, event)
        if kind == "epoch":
            self.hub.publish(
                "epoch",
                reference=session.reference,
                epoch=event["epoch"],
                fold=self.board.state(session.reference).fold,
                logs=event["logs"],
                best=event["best"],
                seconds=event["seconds"],
                written=event["time"],
            )
        else:
            state = self.board.state(session.reference)
            self.hub.publish(
                "progress",
                reference=session.reference,
                progress=state.model_dump(mode="json"),
                written=event["time"],
            )
