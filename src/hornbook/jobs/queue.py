"""The trainings of a server: queued by a limit, watched to their end, found after a restart."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hornbook.design import DesignFolder
from hornbook.errors import HornbookError, UsageError
from hornbook.jobs.spare import SpareWorkers
from hornbook.jobs.training import (
    OPEN,
    RunningTraining,
    end_worker,
    is_alive,
    may_wait,
    queue_training,
    record_abort,
    request_stop,
    settle,
    start_queued,
)
from hornbook.registry import Registry, SessionRecord, SessionStatus
from hornbook.training.events import EventFollower
from hornbook.training.result import TrainingResult

__all__ = ["TrainingQueue"]

_LOG = logging.getLogger("hornbook")
_TICK_SECONDS = 0.02
_LOOK_TICKS = 10
"""Workers are looked at, and the registry is asked for trainings of others, every so many ticks."""

EventListener = Callable[[SessionRecord, dict[str, Any]], None]
SessionListener = Callable[[SessionRecord], None]


@dataclass
class _Watched:
    session: SessionRecord
    follower: EventFollower
    running: RunningTraining | None = None
    aborting: bool = field(default=False)

    @property
    def has_ended(self) -> bool:
        if self.running is not None:
            return self.running.exit_code is not None
        return not is_alive(self.session)


class TrainingQueue:
    """Starts trainings when their turn comes, and follows all that run in a workspace.

    A thread of its own does the work; any thread may call the methods. Workers outlive it: a
    queue opened on the same workspace later, after a crash too, follows them from their first
    event on. Trainings that others have started, from the terminal, are followed likewise.

    Args:
        registry: the workspace; closed by whoever opened it, after `close`.
        limit: how many trainings of this queue run at once.
        on_event: called in the queue's thread with each event of each training, in order.
        on_session: called there with each session that is new or has changed its status.
        spares: workers that may be ready.
    """

    def __init__(
        self,
        registry: Registry,
        *,
        limit: int,
        on_event: EventListener,
        on_session: SessionListener,
        spares: SpareWorkers | None = None,
    ) -> None:
        self._registry = registry
        self._limit = limit
        self._on_event = on_event
        self._on_session = on_session
        self._spares = spares
        self._watched: dict[str, _Watched] = {}
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="training-queue", daemon=True)

    def start(self) -> None:
        """Begins to work."""
        self._thread.start()

    def close(self) -> None:
        """Ends the queue's thread; trainings go on."""
        self._over.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def add(
        self, design: DesignFolder, *, name: str | None = None, description: str | None = None
    ) -> SessionRecord:
        """Freezes a design as a queued session, which is started when its turn comes.

        Raises:
            DesignError: the user's files are missing or no Python; no session is made then.
            MissingExtraError: the backend is not installed.
        """
        session = queue_training(self._registry, design, name=name, description=description)
        self._wake.set()
        return session

    def stop(self, session: SessionRecord) -> SessionRecord:
        """Asks a training to end after its batch and keep its best epoch; a queued one is aborted.

        Raises:
            UsageError: it has ended.
        """
        current = self._open_session(session)
        if current.status is SessionStatus.QUEUED:
            return self.abort(current)
        request_stop(current)
        return current

    def abort(self, session: SessionRecord) -> SessionRecord:
        """Ends a training at once; nothing is kept, unless it had just come to its end.

        Raises:
            UsageError: it has ended.
        """
        current = self._open_session(session)
        with self._lock:
            watched = self._watched.get(current.reference)
            if watched is not None:
                watched.aborting = True
        end_worker(current)
        ended = record_abort(self._registry, current)
        if watched is not None:
            watched.session = ended
            watched.aborting = False
        else:
            self._on_session(ended)
        self._wake.set()
        return ended

    def _open_session(self, session: SessionRecord) -> SessionRecord:
        current = self._registry.session(session.reference)
        if current.status not in OPEN:
            raise UsageError(f"The session {session.reference} has ended: it {current.status}.")
        return current

    def _run(self) -> None:
        ticks = 0
        while not self._over.is_set():
            try:
                if ticks % _LOOK_TICKS == 0 or self._wake.is_set():
                    self._wake.clear()
                    self._look()
                self._read_events()
            except HornbookError:
                _LOG.exception("The queue could not read the workspace; it tries again.")
            ticks += 1
            self._wake.wait(_TICK_SECONDS)

    def _look(self) -> None:
        """Finds sessions that are new, settles those that have ended, starts those next in turn."""
        found = {session.reference: session for session in self._registry.sessions(statuses=OPEN)}
        for reference, session in found.items():
            watched = self._watched.get(reference)
            if watched is None:
                with self._lock:
                    self._watched[reference] = _Watched(session, EventFollower(session.folder))
                self._on_session(session)
            elif session.status is not watched.session.status and watched.running is None:
                watched.session = session
                self._on_session(session)
        for reference, watched in list(self._watched.items()):
            if watched.aborting:
                continue
            if reference not in found or watched.has_ended:
                self._end(watched)
        self._start_next()

    def _end(self, watched: _Watched) -> None:
        self._tell_events(watched)
        code = None if watched.running is None else watched.running.exit_code
        ended = settle(self._registry, watched.session, code)
        with self._lock:
            self._watched.pop(watched.session.reference, None)
        if self._spares is not None:
            self._spares.refill()
        self._on_session(ended)

    def _start_next(self) -> None:
        running = sum(
            watched.session.status is SessionStatus.RUNNING for watched in self._watched.values()
        )
        for watched in list(self._watched.values()):
            if running >= self._limit:
                return
            session = watched.session
            is_queued = session.status is SessionStatus.QUEUED and not watched.aborting
            if is_queued and may_wait(session):
                running += self._start(watched)

    def _start(self, watched: _Watched) -> bool:
        # Whoever takes it from the queue starts it: another process may watch the same workspace.
        taken = self._registry.update_session_if(
            watched.session, [SessionStatus.QUEUED], status=SessionStatus.RUNNING
        )
        if taken is None:
            return False
        try:
            watched.running = start_queued(self._registry, taken, self._spares)
        except (OSError, ValueError, HornbookError) as error:
            TrainingResult("failed", reason=f"The worker could not be started: {error}").write(
                taken.folder
            )
            self._end(watched)
            return False
        watched.session = watched.running.session
        self._on_session(watched.session)
        return True

    def _read_events(self) -> None:
        for watched in list(self._watched.values()):
            self._tell_events(watched)

    def _tell_events(self, watched: _Watched) -> None:
        for event in watched.follower.new_events():
            self._on_event(watched.session, event)
