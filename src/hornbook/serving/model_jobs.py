"""Scorings and evaluations in processes of their own, followed by their files."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Self

import psutil

from hornbook.atomic import write_json_atomically
from hornbook.errors import NotFoundError, UsageError
from hornbook.jobs.environment import worker_environment
from hornbook.processes import module_command
from hornbook.training.artifact import MODEL_FOLDER, ModelArtifact

__all__ = ["JobKind", "JobRequest", "JobState", "JobStatus", "ModelJob", "ModelJobs"]

JobKind = Literal["scoring", "evaluation"]
JobStatus = Literal["running", "finished", "failed", "cancelled"]

_REQUEST_FILE = "request.json"
_STATE_FILE = "state.json"
_PROCESS_FILE = "process.json"
_LOG_FILE = "worker.log"
_ID = re.compile(r"^[0-9a-f]{16}$")


@dataclass(frozen=True)
class JobRequest:
    """What a job is to do.

    Attributes:
        kind: score or evaluate.
        model: what the model is called.
        model_folder: of its version.
        home: the workspace's folder.
        source: a file or the URL of a table.
        created_at: aware, in ISO format.
        output: of a scoring, a file.
        threshold, columns, batch_size, with_probabilities: of a scoring, see `ScoringOptions`.
        with_rows: of an evaluation, whether rows are kept.
    """

    kind: JobKind
    model: str
    model_folder: str
    home: str
    source: str
    created_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat())
    output: str | None = None
    threshold: float | None = None
    columns: list[str] | None = None
    batch_size: int | None = None
    with_probabilities: bool = True
    with_rows: bool = False

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The request of a job's folder."""
        return cls(**json.loads((folder / _REQUEST_FILE).read_text("utf-8")))


@dataclass(frozen=True)
class JobState:
    """How far a job is.

    Attributes:
        status: running or how it ended.
        done_rows, total_rows: of the input; the second where it is known.
        share: of the work that is done, 0 to 1.
        rows_per_second: since the first row.
        result: what it came to, see `ScoringResult` and `Evaluation`.
        error: why it failed.
        error_kind: the class of that error.
        fix: what to do about it.
    """

    status: JobStatus = "running"
    done_rows: int = 0
    total_rows: int | None = None
    share: float = 0.0
    rows_per_second: float = 0.0
    result: dict[str, Any] | None = None
    error: str | None = None
    error_kind: str | None = None
    fix: str | None = None

    def write(self, folder: Path) -> None:
        """Writes the state into a job's folder."""
        write_json_atomically(folder / _STATE_FILE, asdict(self))

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The state of a job's folder."""
        return cls(**json.loads((folder / _STATE_FILE).read_text("utf-8")))


@dataclass(frozen=True)
class ModelJob:
    """A job as it stands.

    Attributes:
        job_id: 16 letters and digits.
        request: what it is to do.
        state: how far it is.
        folder: its files.
    """

    job_id: str
    request: JobRequest
    state: JobState
    folder: Path


class ModelJobs:
    """The jobs of a workspace: a folder each, a process each.

    Processes outlive the server that started them, and another one finds them again. Any thread
    may call.

    Args:
        home: the workspace's folder.
    """

    def __init__(self, home: Path) -> None:
        self._root = home / "model_jobs"
        self._lock = threading.Lock()
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def new_folder(self) -> Path:
        """Makes the folder of a job to start."""
        folder = self._root / secrets.token_hex(8)
        folder.mkdir(parents=True)
        return folder

    def start(self, folder: Path, request: JobRequest) -> ModelJob:
        """Starts a job in a folder from `new_folder`."""
        write_json_atomically(folder / _REQUEST_FILE, asdict(request))
        JobState().write(folder)
        backend = ModelArtifact.read(Path(request.model_folder) / MODEL_FOLDER).backend
        with (folder / _LOG_FILE).open("wb") as log:
            process = subprocess.Popen(
                module_command("hornbook.serving.job_worker", folder),
                env=worker_environment(backend, Path(request.home)),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        # Somebody has to take note of its end, or a zombie stays.
        threading.Thread(target=process.wait, name="model-job", daemon=True).start()
        with suppress(psutil.NoSuchProcess):
            started = psutil.Process(process.pid).create_time()
            write_json_atomically(folder / _PROCESS_FILE, {"pid": process.pid, "started": started})
        with self._lock:
            self._processes[folder.name] = process
        return self.get(folder.name)

    def get(self, job_id: str) -> ModelJob:
        """A job as it stands now.

        Raises:
            NotFoundError: there is none of that id.
        """
        folder = self._root / job_id
        if not _ID.match(job_id) or not (folder / _STATE_FILE).is_file():
            raise NotFoundError(f"There is no job '{job_id}'.")
        state = JobState.read(folder)
        if state.status == "running" and not self._is_alive(folder):
            state = JobState.read(folder)
            if state.status == "running":
                log = (folder / _LOG_FILE).read_text("utf-8", errors="replace").strip()
                state = JobState(
                    status="failed", error=f"The process ended without a word.\n{log[-2000:]}"
                )
                state.write(folder)
        return ModelJob(job_id, JobRequest.read(folder), state, folder)

    def all(self) -> list[ModelJob]:
        """All jobs, the newest first."""
        if not self._root.is_dir():
            return []
        found = [
            self.get(path.name)
            for path in self._root.iterdir()
            if _ID.match(path.name) and (path / _STATE_FILE).is_file()
        ]
        return sorted(found, key=lambda job: job.request.created_at, reverse=True)

    def cancel(self, job_id: str) -> ModelJob:
        """Ends a job; what a scoring has predicted is kept.

        Raises:
            NotFoundError: there is none of that id.
            UsageError: it has ended.
        """
        job = self.get(job_id)
        if job.state.status != "running":
            raise UsageError(f"The job '{job_id}' has ended: it is {job.state.status}.")
        pid = self._pid(job.folder)
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)
            with suppress(psutil.NoSuchProcess, psutil.TimeoutExpired):
                psutil.Process(pid).wait(_CANCEL_SECONDS)
        self._is_alive(job.folder)
        return self.get(job_id)

    def remove(self, job_id: str) -> None:
        """Forgets a job that has ended, with its files; evaluations stay with their models.

        Raises:
            NotFoundError: there is none of that id.
            UsageError: it is running.
        """
        job = self.get(job_id)
        if job.state.status == "running":
            raise UsageError(f"The job '{job_id}' is running.", fix="Cancel it, or let it end.")
        with self._lock:
            self._processes.pop(job_id, None)
        shutil.rmtree(job.folder)

    def close(self) -> None:
        """Forgets the processes, which go on."""
        with self._lock:
            self._processes.clear()

    def _is_alive(self, folder: Path) -> bool:
        with self._lock:
            process = self._processes.get(folder.name)
        if process is not None:
            return process.poll() is None
        return self._pid(folder) is not None

    def _pid(self, folder: Path) -> int | None:
        """The id of the job's process, if it is still that one."""
        try:
            values = json.loads((folder / _PROCESS_FILE).read_text("utf-8"))
            process = psutil.Process(values["pid"])
            same = abs(process.create_time() - values["started"]) < 1.0
            is_running = same and process.status() != psutil.STATUS_ZOMBIE
        except (OSError, ValueError, KeyError, psutil.Error):
            return None
        return int(values["pid"]) if is_running else None


_CANCEL_SECONDS = 20.0
