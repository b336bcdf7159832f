"""Trainings as worker processes of this machine: started, followed, stopped, settled."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil

from hornbook.backends import choose_backend, device_environment
from hornbook.design import DesignFolder, SourceFile, check_code
from hornbook.errors import DesignError
from hornbook.jobs.environment import worker_environment
from hornbook.jobs.spare import SpareWorkers
from hornbook.processes import module_command
from hornbook.registry import Registry, SessionRecord, SessionStatus
from hornbook.training.events import EventFollower
from hornbook.training.job import DESIGN_FOLDER, STOP_FILE, TrainingJob
from hornbook.training.result import TrainingResult

__all__ = [
    "LOG_FILE",
    "OPEN",
    "RunningTraining",
    "counted_interrupts",
    "end_worker",
    "is_alive",
    "may_wait",
    "queue_training",
    "record_abort",
    "request_stop",
    "settle",
    "settle_ended",
    "start_queued",
    "start_training",
    "train_to_end",
]

LOG_FILE = "worker.log"
OPEN = (SessionStatus.QUEUED, SessionStatus.RUNNING)
"""The statuses of sessions that have not ended."""

_POLL_SECONDS = 0.05
_GRACE_SECONDS = 5.0
_NEVER_STARTED = timedelta(minutes=10)
_LOG_TAIL_BYTES = 16_384


class RunningTraining:
    """A training whose worker this process has started.

    The worker goes on if this process dies, and its end is then recorded by the next
    process that lists the sessions. One thread uses an instance at a time.

    Attributes:
        session: as recorded when the worker was started.
    """

    def __init__(
        self, registry: Registry, session: SessionRecord, process: subprocess.Popen[bytes]
    ) -> None:
        self.session = session
        self._registry = registry
        self._process = process

    @property
    def exit_code(self) -> int | None:
        """Of the worker; `None` while it runs."""
        return self._process.poll()

    def events(self) -> Iterator[dict[str, Any]]:
        """Yields the worker's events as they come, until it has ended."""
        return (event for event in self._events_or_ticks() if event is not None)

    def follow(
        self,
        on_event: Callable[[dict[str, Any]], None] = lambda event: None,
        on_stop: Callable[[], None] = lambda: None,
    ) -> SessionRecord:
        """Follows the training to its end, obeying Ctrl-C.

        The first Ctrl-C stops the training at the end of its batch, the second aborts it.

        Args:
            on_event: called with every event.
            on_stop: called once the first Ctrl-C has been passed on.

        Returns:
            The session as it ended.
        """
        with counted_interrupts() as interrupts:
            return self._follow(interrupts, on_event, on_stop)

    def _follow(
        self,
        interrupts: list[int],
        on_event: Callable[[dict[str, Any]], None],
        on_stop: Callable[[], None],
    ) -> SessionRecord:
        stopping = False
        for event in self._events_or_ticks():
            if event is not None:
                on_event(event)
            if len(interrupts) > 1:
                return self.abort()
            if interrupts and not stopping:
                stopping = True
                self.stop()
                on_stop()
        return self.wait()

    def _events_or_ticks(self) -> Iterator[dict[str, Any] | None]:
        """The events, and `None` several times a second."""
        follower = EventFollower(self.session.folder)
        while self._process.poll() is None:
            yield from follower.new_events()
            yield None
            time.sleep(_POLL_SECONDS)
        yield from follower.new_events()

    def stop(self) -> None:
        """Asks the training to stop at the end of its batch and keep its best epoch."""
        request_stop(self.session)

    def abort(self) -> SessionRecord:
        """Ends the worker at once; nothing is kept, unless it had just come to its end."""
        _signal_group(self._process, signal.SIGTERM)
        try:
            self._process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            _signal_group(self._process, signal.SIGKILL)
            self._process.wait()
        return record_abort(self._registry, self.session)

    def wait(self) -> SessionRecord:
        """Waits for the worker to end and records how it did."""
        return settle(self._registry, self.session, self._process.wait())


def start_training(
    registry: Registry,
    design: DesignFolder,
    *,
    name: str | None = None,
    description: str | None = None,
    spares: SpareWorkers | None = None,
) -> RunningTraining:
    """Freezes a design and starts its training in a process of its own.

    Args:
        registry: the workspace.
        design: what to train; later edits do not touch this training.
        name: of the session.
        description: of the session.
        spares: workers that may be ready for it.

    Raises:
        DesignError: the user's files are missing or no Python; no session is made then.
        MissingExtraError: the backend is not installed.
    """
    session = queue_training(registry, design, name=name, description=description, waits=False)
    return start_queued(registry, session, spares)


def queue_training(
    registry: Registry,
    design: DesignFolder,
    *,
    name: str | None = None,
    description: str | None = None,
    waits: bool = True,
) -> SessionRecord:
    """Freezes a design as a session that `start_queued` starts, at once or later.

    Args:
        registry: as for `start_training`, like the three below.
        design: what to train.
        name: of the session.
        description: of the session.
        waits: whether it may wait for long; else it counts as failed when nobody starts it.

    Raises:
        DesignError: as `start_training` does, like the one below.
        MissingExtraError: the backend is not installed.
        NotFoundError: the device is not there.
    """
    problems = check_code(design)
    if problems:
        raise DesignError(problems)
    sources = [SourceFile.read(design.path / file) for file in design.code_files]
    runtime = design.task.runtime
    backend = choose_backend(
        runtime.backend, sources, reads_images=design.task.reads_images, device=runtime.device
    )
    device_environment(runtime.device)
    task = registry.ensure_task(design.base)
    session = registry.create_session(task, name=name, description=description)
    design.freeze(session.folder / DESIGN_FOLDER)
    job = TrainingJob(
        home=str(registry.home),
        analysis_id=session.analysis_id,
        mltask_id=session.mltask_id,
        session_id=session.session_id,
        base=str(design.base),
        backend=backend.name,
        backend_reason=backend.reason,
        waits=waits,
        device=runtime.device,
    )
    job.write(session.folder)
    return registry.update_session(
        session,
        backend=backend.name,
        prediction_type=design.task.prediction_types,
        target=design.task.target_title,
        metric=design.task.metric,
    )


def start_queued(
    registry: Registry, session: SessionRecord, spares: SpareWorkers | None = None
) -> RunningTraining:
    """Starts the worker of a session that `queue_training` made."""
    process = _worker(registry.home, TrainingJob.read(session.folder), session.folder, spares)
    session = registry.update_session(
        session,
        status=SessionStatus.RUNNING,
        started_at=datetime.now(UTC),
        host=socket.gethostname(),
        worker_pid=process.pid,
        worker_started=_create_time(process.pid),
    )
    return RunningTraining(registry, session, process)


def _worker(
    home: Path, job: TrainingJob, folder: Path, spares: SpareWorkers | None
) -> subprocess.Popen[bytes]:
    """A process for the job in a session's folder: one that is ready, or else a new one."""
    is_usual = job.device == "auto"
    spare = spares.take(job.backend, home) if spares is not None and is_usual else None
    if spare is not None:
        if spare.give(folder, folder / LOG_FILE):
            return spare.process
        spare.end()
    with (folder / LOG_FILE).open("ab") as log:
        return subprocess.Popen(
            module_command("hornbook.training.worker", folder),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=worker_environment(job.backend, home, job.device),
            start_new_session=True,
        )


def train_to_end(
    registry: Registry,
    design: DesignFolder,
    *,
    name: str | None = None,
    description: str | None = None,
    spares: SpareWorkers | None = None,
    on_start: Callable[[SessionRecord], None] = lambda session: None,
    on_event: Callable[[dict[str, Any]], None] = lambda event: None,
    on_stop: Callable[[], None] = lambda: None,
) -> SessionRecord:
    """Starts a training and follows it, with no moment at which Ctrl-C would leave it behind.

    Args:
        registry: as for `start_training`, like the four below.
        design: what to train.
        name: of the session.
        description: of the session.
        spares: workers that may be ready for it.
        on_start: called with the session once its worker runs.
        on_event: as for `RunningTraining.follow`.
        on_stop: as for `RunningTraining.follow`.

    Returns:
        The session as it ended.

    Raises:
        DesignError: as `start_training` does, like the one below.
        MissingExtraError: the backend is not installed.
    """
    with counted_interrupts() as interrupts:
        running = start_training(
            registry, design, name=name, description=description, spares=spares
        )
        on_start(running.session)
        return running._follow(interrupts, on_event, on_stop)


def settle_ended(registry: Registry) -> None:
    """Records the end of every session whose worker is gone."""
    for session in registry.sessions(statuses=OPEN):
        if not is_alive(session):
            settle(registry, session, None)


def request_stop(session: SessionRecord) -> None:
    """Asks a training to stop at the end of its batch and keep its best epoch."""
    (session.folder / STOP_FILE).touch()


def end_worker(session: SessionRecord, seconds: float = _GRACE_SECONDS) -> None:
    """Ends the worker of a session of this machine, whoever has started it, and waits for that.

    Args:
        session: running.
        seconds: that it is given to end by itself.
    """
    if session.worker_pid is None or session.host != socket.gethostname():
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        if not is_alive(session):
            return
        with suppress(ProcessLookupError):
            os.killpg(session.worker_pid, number)
        until = time.monotonic() + seconds
        while is_alive(session) and time.monotonic() < until:
            time.sleep(_POLL_SECONDS)


def record_abort(registry: Registry, session: SessionRecord) -> SessionRecord:
    """Records that a session was aborted, unless it had come to its end before."""
    if TrainingResult.read(session.folder) is not None:
        return settle(registry, session, None)
    aborted = registry.update_session_if(
        session,
        OPEN,
        status=SessionStatus.ABORTED,
        reason="Aborted by the user.",
        ended_at=datetime.now(UTC),
    )
    return aborted or registry.session(session.reference)


@contextmanager
def counted_interrupts() -> Iterator[list[int]]:
    """Collects Ctrl-C instead of raising; elsewhere than in the main thread it does nothing."""
    received: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield received
        return
    before = signal.signal(signal.SIGINT, lambda number, frame: received.append(number))
    try:
        yield received
    finally:
        signal.signal(signal.SIGINT, before)


def settle(registry: Registry, session: SessionRecord, exit_code: int | None) -> SessionRecord:
    """Records how a session ended, from its result or else from its worker's silence.

    Args:
        registry: the workspace.
        session: whose worker is gone.
        exit_code: of the worker, where it is known.
    """
    result = TrainingResult.read(session.folder)
    if result is None:
        result = TrainingResult("failed", reason=_reason(session, exit_code))
    settled = registry.update_session_if(
        session,
        OPEN,
        status=SessionStatus(result.status),
        reason=result.reason,
        has_model=result.has_model,
        ended_at=datetime.now(UTC),
        metric_value=result.metric_value,
        best_epoch=result.best_epoch,
        epochs=result.epochs,
        train_rows=result.train_rows,
        test_rows=result.test_rows,
        **({} if result.backend is None else {"backend": result.backend}),
    )
    return settled or registry.session(session.reference)


def _reason(session: SessionRecord, exit_code: int | None) -> str:
    """Why a session without a result failed, as far as its worker's end and log tell."""
    log = session.folder / LOG_FILE
    last = _last_line(log)
    where = f"Its log, {log}, ends with: {last}" if last else f"Its log: {log}"
    return f"{_silence(exit_code)} {where}"


def _last_line(log: Path) -> str | None:
    """The last line of a log that is not empty; progress bars overwrite theirs."""
    if not log.is_file():
        return None
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _LOG_TAIL_BYTES))
        text = file.read().decode("utf-8", errors="replace")
    lines = (line.strip() for line in reversed(text.splitlines()))
    return next((line for line in lines if line), None)


def _silence(exit_code: int | None) -> str:
    """What it means that a worker ended without a result."""
    if exit_code is None:
        return "The worker ended without a word: it was killed, or the machine was restarted."
    if exit_code == -signal.SIGKILL:
        return (
            "The worker was killed (SIGKILL). If nobody did that, the machine ran out of "
            "memory: use a smaller batch_size or fewer features."
        )
    if exit_code < 0:
        return f"The worker was ended by {signal.Signals(-exit_code).name}."
    return f"The worker ended with exit code {exit_code} before it had a result."


def is_alive(session: SessionRecord) -> bool:
    """Whether a session's worker runs, or is still to be started."""
    if session.worker_pid is None:
        if session.status is SessionStatus.QUEUED and may_wait(session):
            return True
        return datetime.now(UTC) - session.created_at < _NEVER_STARTED
    if session.host != socket.gethostname():
        return True
    try:
        process = psutil.Process(session.worker_pid)
        started = session.worker_started
        is_same = started is None or abs(process.create_time() - started) < 1.0
        return bool(is_same and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def may_wait(session: SessionRecord) -> bool:
    """Whether a queued session was made for a queue, and not by someone about to start it."""
    try:
        return TrainingJob.read(session.folder).waits
    except (OSError, ValueError):
        return False


def _create_time(pid: int) -> float | None:
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return None


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return
