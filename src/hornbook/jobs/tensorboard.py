"""TensorBoard over the event files of a workspace: a process started when somebody asks for it."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from pathlib import Path

from hornbook.errors import TrainingError
from hornbook.extras import import_extra

__all__ = ["TENSORBOARD_PATH", "TensorBoard"]

TENSORBOARD_PATH = "/tensorboard"
"""The path that its pages expect to be served under."""

_START_SECONDS = 60.0
_READY = re.compile(r"TensorBoard [\d.\w]+ at http://127\.0\.0\.1:(\d+)/")


class TensorBoard:
    """One TensorBoard of this machine, for one workspace. Any thread may ask for it.

    Args:
        folder: below which the trainings' event files lie.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._port: int | None = None

    def port(self) -> int:
        """The port that it listens on, on this machine; it is started if it does not run.

        Raises:
            MissingExtraError: it is not installed.
            TrainingError: it did not start.
        """
        with self._lock:
            if self._process is not None and self._process.poll() is None and self._port:
                return self._port
            import_extra("tensorboard.version", extra="tensorboard", wanted_by="TensorBoard")
            self._folder.mkdir(parents=True, exist_ok=True)
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-P", "-W", "ignore", "-m", "tensorboard.main"),
                    *("--logdir", str(self._folder), "--path_prefix", TENSORBOARD_PATH),
                    *("--host", "127.0.0.1", "--port", "0", "--reload_interval", "5"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
            self._port = self._read_port(self._process)
            return self._port

    @property
    def running_port(self) -> int | None:
        """The port, if it runs."""
        is_running = self._process is not None and self._process.poll() is None
        return self._port if is_running else None

    def close(self) -> None:
        """Ends it."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _read_port(self, process: subprocess.Popen[str]) -> int:
        """Waits until it says its address; what it says later is read and dropped."""
        said: list[str] = []
        found: list[int] = []
        ready = threading.Event()

        def read() -> None:
            stream = process.stderr
            assert stream is not None, "Opened as a pipe."
            with stream:
                for line in stream:
                    match = _READY.search(line)
                    if match:
                        found.append(int(match.group(1)))
                        ready.set()
                    elif not found:
                        said.append(line)
            ready.set()

        threading.Thread(target=read, name="tensorboard-output", daemon=True).start()
        deadline = time.monotonic() + _START_SECONDS
        ready.wait(max(0.0, deadline - time.monotonic()))
        if not found:
            process.kill()
            process.wait()
            raise TrainingError(f"TensorBoard did not start: {''.join(said).strip()[-1000:]}")
        return found[0]
