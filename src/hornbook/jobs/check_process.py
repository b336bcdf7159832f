"""Processes that answer one question about a design each, the next one kept ready."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import psutil

from hornbook.backends import BackendName, choose_backend
from hornbook.design import DesignFolder, SourceFile
from hornbook.errors import HornbookError, NotFoundError, TrainingError
from hornbook.jobs.environment import worker_environment
from hornbook.jobs.spare import SpareWorker
from hornbook.processes import module_command

__all__ = ["CheckProcess", "CheckProcesses", "Question"]

Question = Literal["check", "preview"]

_POLL_SECONDS = 0.02
_READY_SECONDS = 60.0
_IDLE_SECONDS = 1200.0
_MEASURE_SECONDS = 120.0
_LEAST_FREE_BYTES = 2 * 2**30
_REQUEST, _ANSWER, _MEASURED, _LOG = "request.json", "answer.json", "measured.json", "log.txt"


class CheckProcess:
    """A process that was asked one thing about a design. Any thread may wait for it or end it.

    Args:
        process: started, or about to be, in a session of its own.
        scratch: the folder of its files, which goes with it.
    """

    def __init__(self, process: subprocess.Popen[bytes], scratch: Path) -> None:
        self._process = process
        self._scratch = scratch

    def answer(self) -> dict[str, Any]:
        """What it says, waiting for that; it may go on measuring afterwards.

        Raises:
            TrainingError: it ended without an answer.
        """
        file = self._scratch / _ANSWER
        while not file.exists():
            if self._process.poll() is not None and not file.exists():
                raise TrainingError(
                    f"The check ended with exit code {self._process.returncode} and no answer:\n"
                    f"{self._log_tail()}"
                )
            time.sleep(_POLL_SECONDS)
        found: dict[str, Any] = json.loads(file.read_text("utf-8"))
        return found

    def measured(self) -> dict[str, Any] | None:
        """What it measured after its answer, waiting for its end; `None` if it did not.

        One that takes more than two minutes for it is ended.
        """
        try:
            self._process.wait(_MEASURE_SECONDS)
        except subprocess.TimeoutExpired:
            self._kill()
        try:
            found: dict[str, Any] = json.loads((self._scratch / _MEASURED).read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return found

    def end(self) -> None:
        """Ends it, whatever it is doing, with all that it has started, and removes its files."""
        self._kill()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _log_tail(self) -> str:
        with suppress(OSError):
            return (self._scratch / _LOG).read_text("utf-8", errors="replace").strip()[-2000:]
        return ""


class CheckProcesses:
    """Starts the processes that answer questions about designs: one a question, for user code runs.

    Once something was asked, or is expected to be, the next process is kept ready with its
    imports done: for the backend asked for last, for twenty minutes at most, and where memory is
    plenty. Any thread may ask.

    Args:
        home: the workspace's folder.
        keeps_ready: whether one is kept ready at all.
    """

    def __init__(self, home: Path, *, keeps_ready: bool) -> None:
        self._home = home
        self._keeps_ready = keeps_ready
        self._lock = threading.Lock()
        self._backend: BackendName | None = None
        self._spare: SpareWorker | None = None
        self._idle: threading.Timer | None = None
        self._at_work: set[CheckProcess] = set()
        self._measuring: dict[str, CheckProcess] = {}
        self._is_open = True

    def expect(self, design: DesignFolder) -> None:
        """Readies a process for a question about a design, unless one is ready."""
        with suppress(HornbookError):
            self._backend = _backend_of(design)
            self._ready()

    def start(
        self, question: Question, design: DesignFolder, request: dict[str, Any]
    ) -> CheckProcess:
        """Asks something about a design.

        Args:
            question: what.
            design: about which.
            request: JSON values that the answering module wants besides the design's folder.

        Raises:
            MissingExtraError: the backend is not installed.
            NotFoundError: the device that the design asks for is not there.
            TrainingError: the server is ending.
        """
        scratch = Path(tempfile.mkdtemp(prefix="hornbook-check-"))
        asked = {
            **request,
            "folder": str(design.path.resolve()),
            "home": str(self._home),
            "answer": str(scratch / _ANSWER),
            "measured": str(scratch / _MEASURED),
        }
        (scratch / _REQUEST).write_text(json.dumps(asked), "utf-8")
        try:
            backend, device = _backend_of(design), design.task.runtime.device
            started = self._asked_spare(question, backend, scratch) if device == "auto" else None
            if started is None:
                started = _started(question, backend, self._home, device, scratch)
        except BaseException:
            shutil.rmtree(scratch, ignore_errors=True)
            raise
        process = CheckProcess(started, scratch)
        with self._lock:
            if self._is_open:
                self._at_work.add(process)
                return process
        process.end()
        raise TrainingError("The check was not begun: the server is ending.")

    def finish(self, process: CheckProcess) -> None:
        """Ends a process that has answered, or is of no use any more, and readies another."""
        process.end()
        with self._lock:
            self._at_work.discard(process)
        self._ready()

    def keep_measuring(self, task: str, process: CheckProcess) -> None:
        """Leaves a process at its measuring, until something else is measured for that task."""
        with self._lock:
            before = self._measuring.pop(task, None)
            self._measuring[task] = process
        if before is not None:
            self.finish(before)

    def measured(self, task: str) -> dict[str, Any] | None:
        """What was measured for a task, waiting for it; `None` where it could not be.

        Raises:
            NotFoundError: nothing is being measured for it.
        """
        with self._lock:
            process = self._measuring.get(task)
        if process is None:
            raise NotFoundError(
                "Nothing was measured for this task since the server was started.",
                fix="Validate its design first.",
            )
        found = process.measured()
        self._ready()
        return found

    def forget(self, task: str) -> None:
        """Ends what is measured for a task, and forgets what was."""
        with self._lock:
            before = self._measuring.pop(task, None)
        if before is not None:
            self.finish(before)

    def close(self) -> None:
        """Ends all processes; whoever waits for one gets an error."""
        with self._lock:
            self._is_open = False
            processes, self._at_work = self._at_work, set()
            spare, self._spare = self._spare, None
            if self._idle is not None:
                self._idle.cancel()
        for process in processes:
            process.end()
        if spare is not None:
            spare.end()

    def _asked_spare(
        self, question: Question, backend: BackendName, scratch: Path
    ) -> subprocess.Popen[bytes] | None:
        """The process kept ready, once it has taken the question, or `None`.

        One that is still importing is waited for: it is done before a new one would be.
        """
        with self._lock:
            spare, self._spare = self._spare, None
            if self._idle is not None:
                self._idle.cancel()
        if spare is not None and (spare.backend != backend or spare.is_outdated):
            spare.end()
            spare = None
        taken = None
        if spare is not None:
            is_ready = spare.wait_until_ready(_READY_SECONDS)
            if is_ready and spare.ask(question, scratch / _REQUEST, scratch / _LOG):
                taken = spare.process
            else:
                spare.end()
        self._backend = backend
        return taken

    def _ready(self) -> None:
        """Starts a spare for the backend asked for last, where there is none.

        It is done once a process has answered, so that its imports do not slow that one down.
        """
        with self._lock:
            if not (self._is_open and self._keeps_ready) or self._backend is None:
                return
            if self._spare is not None and (
                self._spare.backend != self._backend or self._spare.process.poll() is not None
            ):
                self._spare.end()
                self._spare = None
            if self._spare is None:
                if psutil.virtual_memory().available < _LEAST_FREE_BYTES:
                    return
                self._spare = SpareWorker(self._backend, self._home)
            if self._idle is not None:
                self._idle.cancel()
            self._idle = threading.Timer(_IDLE_SECONDS, self._end_idle)
            self._idle.daemon = True
            self._idle.start()

    def _end_idle(self) -> None:
        with self._lock:
            spare, self._spare = self._spare, None
        if spare is not None:
            spare.end()


def _backend_of(design: DesignFolder) -> BackendName:
    files = [design.path / name for name in design.code_files]
    sources = [SourceFile.read(file) for file in files if file.is_file()]
    runtime = design.task.runtime
    return choose_backend(
        runtime.backend, sources, reads_images=design.task.reads_images, device=runtime.device
    ).name


def _started(
    question: Question, backend: BackendName, home: Path, device: str, scratch: Path
) -> subprocess.Popen[bytes]:
    """A new process for a question, where none is ready."""
    module = f"hornbook.training.{question}_worker"
    with (scratch / _LOG).open("ab") as log:
        return subprocess.Popen(
            module_command(module, scratch / _REQUEST),
            env=worker_environment(backend, home, device),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
