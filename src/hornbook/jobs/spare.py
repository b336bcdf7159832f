"""Workers kept ready, so that a training need not wait for imports."""

from __future__ import annotations

import json
import os
import select
import subprocess
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from hornbook.backends import BackendName
from hornbook.jobs.environment import import_environment, worker_environment
from hornbook.processes import module_command
from hornbook.training.job import SPARE_READY, SPARE_TAKEN

__all__ = ["SpareWorker", "SpareWorkers"]

_TAKE_SECONDS = 10.0
_EXIT_SECONDS = 5.0
_POLL_SECONDS = 0.05


class SpareWorker:
    """A process that has imported Keras on a backend and waits for one training.

    One thread uses it. It ends by itself when this process ends without having given it a job.

    Args:
        backend: what Keras runs on in it.
        home: the workspace's folder, where JAX keeps what it compiled.
    """

    def __init__(self, backend: BackendName, home: Path) -> None:
        self.backend = backend
        self._home = home
        self._said = b""
        self._environment = worker_environment(backend, home)
        self.process = subprocess.Popen(
            module_command("hornbook.training.spare"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self._environment,
            start_new_session=True,
        )

    def wait_until_ready(self, timeout_seconds: float) -> bool:
        """Whether it can be given a job, waiting for that for so long."""
        return self._has_said(SPARE_READY, timeout_seconds) and self.process.poll() is None

    @property
    def is_outdated(self) -> bool:
        """Whether variables that libraries read when they are imported were changed since."""
        now = import_environment(worker_environment(self.backend, self._home))
        return now != import_environment(self._environment)

    def give(self, folder: Path, log: Path) -> bool:
        """Gives it the job in a session's folder; false where it does not answer that it took it.

        Args:
            folder: of the session, with the job.
            log: the file for all that it prints from now on.
        """
        return self._give({"folder": str(folder)}, log)

    def ask(self, question: str, request: Path, log: Path) -> bool:
        """Asks it about a design instead; false where it does not answer that it took that.

        Args:
            question: a name among `hornbook.training.spare.QUESTIONS`.
            request: the file that says what is asked.
            log: the file for all that it prints from now on.
        """
        return self._give({"question": question, "request": str(request)}, log)

    def _give(self, work: dict[str, str], log: Path) -> bool:
        job = {
            **work,
            "log": str(log),
            "environment": worker_environment(self.backend, self._home),
            "working_folder": str(Path.cwd()),
        }
        try:
            stream = _pipe(self.process.stdin)
            stream.write(json.dumps(job).encode() + b"\n")
            stream.close()
        except OSError:
            return False
        is_taken = self._has_said(SPARE_READY + SPARE_TAKEN, _TAKE_SECONDS)
        if not is_taken:
            # Another worker will do the job: this one must not come to it late.
            self.process.kill()
        _pipe(self.process.stdout).close()
        return is_taken

    def _has_said(self, words: bytes, timeout_seconds: float) -> bool:
        """Whether all it said so far is this, reading on for so long at most between two parts."""
        output = _pipe(self.process.stdout)
        while self._said != words:
            if not select.select([output], [], [], timeout_seconds)[0]:
                return False
            part = os.read(output.fileno(), len(words) - len(self._said))
            if not part:
                return False
            self._said += part
        return True

    def end(self) -> None:
        """Ends a worker that was given no job, or did not take it."""
        with suppress(OSError):
            _pipe(self.process.stdin).close()
        _pipe(self.process.stdout).close()
        try:
            self.process.wait(_EXIT_SECONDS)
        except subprocess.TimeoutExpired:
            # It is still importing.
            self.process.kill()
            self.process.wait()


class SpareWorkers:
    """Keeps a worker ready for each of some backends, and a new one for each that is taken.

    Any thread may take one. Workers that were given no job end with `close`.

    Args:
        home: the workspace's folder.
        backends: to keep a worker for.
        refill_seconds: how long after one was taken the next is started, unless `refill` is
            called before. Its imports take some seconds of a core, which the training that has
            just begun may need more.
    """

    def __init__(
        self, home: Path, backends: Iterable[BackendName], refill_seconds: float = 0.0
    ) -> None:
        self._home = home
        self._refill_seconds = refill_seconds
        self._backends = tuple(backends)
        self._lock = threading.Lock()
        self._spare: dict[str, SpareWorker] = {}
        self._is_open = True
        self._timer: threading.Timer | None = None
        self.refill()

    def refill(self) -> None:
        """Starts the workers that are missing."""
        with self._lock:
            if self._is_open:
                for backend in self._backends:
                    if backend not in self._spare:
                        self._spare[backend] = SpareWorker(backend, self._home)

    def wait_until_ready(self, timeout_seconds: float = 120.0) -> bool:
        """Whether all are ready, waiting for that for so long at most, and for none that died."""
        deadline = time.monotonic() + timeout_seconds
        while True:
            with self._lock:
                workers = list(self._spare.values())
                if all(one.wait_until_ready(0.0) for one in workers):
                    return True
                any_died = any(one.process.poll() is not None for one in workers)
            if any_died or time.monotonic() > deadline:
                return False
            time.sleep(_POLL_SECONDS)

    def take(self, backend: str, home: Path) -> SpareWorker | None:
        """A ready worker, if there is one; another is started for the next training.

        Args:
            backend: that the training needs.
            home: the workspace of the training.
        """
        with self._lock:
            worker = self._spare.get(backend)
            if not self._is_open or worker is None or home.resolve() != self._home.resolve():
                return None
            is_ready = worker.wait_until_ready(0.0) and not worker.is_outdated
            if not is_ready:
                if not worker.is_outdated and worker.process.poll() is None:
                    return None
                worker.end()
            del self._spare[backend]
        self._refill_later()
        return worker if is_ready else None

    def _refill_later(self) -> None:
        if self._refill_seconds == 0.0:
            self.refill()
            return
        self._timer = threading.Timer(self._refill_seconds, self.refill)
        self._timer.daemon = True
        self._timer.start()

    def close(self) -> None:
        """Ends the workers that were given no job."""
        with self._lock:
            self._is_open = False
            if self._timer is not None:
                self._timer.cancel()
            for worker in self._spare.values():
                worker.end()
            self._spare.clear()


def _pipe(stream: IO[Any] | None) -> IO[Any]:
    if stream is None:
        raise ValueError("The process was started without this pipe.")
    return stream
