"""Sessions as the pages see them: what is kept of them, and how far a running one is."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from hornbook.jobs import OPEN
from hornbook.registry import SessionRecord, SessionStatus

__all__ = ["SessionBoard", "SessionProgress", "SessionSummary", "session_summary"]


class SessionProgress(BaseModel):
    """How far a running training is."""

    epoch: int = Field(0, description="how many epochs have ended")
    epochs: int | None = Field(None, description="how many are planned")
    batch: int = Field(0, description="of the current epoch, how many batches are done")
    batches: int | None = Field(None, description="batches an epoch")
    batches_per_second: float | None = Field(None, description="in the current epoch")
    fold: int | None = Field(None, description="of a cross-test, the current one, from 1")
    folds: int | None = Field(None, description="of a cross-test, how many there are")
    best_epoch: int | None = Field(None, description="the best epoch so far, from 1")
    seconds_per_epoch: float | None = Field(None, description="of the last epoch")


class SessionSummary(BaseModel):
    """One press of Train, and the model it kept."""

    reference: str = Field(description="<analysis_id>/<mltask_id>/<session_id>")
    analysis_id: str
    mltask_id: str
    session_id: str
    name: str
    description: str | None
    status: SessionStatus
    reason: str | None = Field(description="why it ended as it did, if there is something to say")
    has_model: bool
    starred: bool
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    backend: str | None
    prediction_type: str | None
    target: str | None
    metric: str | None = Field(description="the metric that chooses the epoch")
    metric_value: float | None = Field(description="of the kept epoch")
    best_epoch: int | None
    epochs: int | None
    train_rows: int | None
    test_rows: int | None
    progress: SessionProgress | None = Field(description="while it runs")


def session_summary(
    session: SessionRecord, progress: SessionProgress | None = None
) -> SessionSummary:
    """What the pages show of a session; the progress only while it is open."""
    is_open = session.status in OPEN
    fields = set(SessionSummary.model_fields) - {"reference", "progress"}
    values = {name: getattr(session, name) for name in fields}
    return SessionSummary(
        reference=session.reference, progress=progress if is_open else None, **values
    )


class SessionBoard:
    """How far each running training is, told from its events. Any thread may ask."""

    def __init__(self) -> None:
        self._states: dict[str, SessionProgress] = {}
        self._lock = threading.Lock()

    def state(self, reference: str) -> SessionProgress:
        """How far a training is; at its start where nothing was heard of it."""
        with self._lock:
            return self._states.get(reference, SessionProgress())

    def update(self, reference: str, event: dict[str, Any]) -> None:
        """Takes in an event of a worker."""
        changes = _changes(event, self.state(reference))
        with self._lock:
            known = self._states.get(reference, SessionProgress())
            self._states[reference] = known.model_copy(update=changes)

    def forget(self, reference: str) -> None:
        """A training has ended."""
        with self._lock:
            self._states.pop(reference, None)

    def summaries(self, sessions: Iterable[SessionRecord]) -> list[SessionSummary]:
        """Sessions with their progress."""
        return [session_summary(one, self.state(one.reference)) for one in sessions]


def _changes(event: dict[str, Any], before: SessionProgress) -> dict[str, Any]:
    match event["event"]:
        case "fit_started":
            return {"epochs": event["epochs"], "batches": event["batches"]}
        case "batch":
            names = ("batch", "batches", "batches_per_second")
            return {name: event[name] for name in names}
        case "fold":
            return {
                "fold": event["fold"],
                "folds": event["folds"],
                "epoch": 0,
                "batch": 0,
                "best_epoch": None,
            }
        case "epoch":
            best = event["epoch"] if event["best"] else before.best_epoch
            return {
                "epoch": event["epoch"],
                "batch": 0,
                "best_epoch": best,
                "seconds_per_epoch": event["seconds"],
            }
        case _:
            return {}
