"""Several processes that share one port, and the one that minds them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from prometheus_client.multiprocess import mark_process_dead

from hornbook.serving.endpoint.figures import SHARED_FOLDER
from hornbook.serving.endpoint.options import EndpointOptions
from hornbook.serving.endpoint.server import serve_here

__all__ = ["run_worker", "serve_by_workers"]

_OPTIONS = "HORNBOOK_ENDPOINT_OPTIONS"
_SOCKET = "HORNBOOK_ENDPOINT_SOCKET"
_READY = b"ready\n"
_RESTART_SECONDS = 1.0
_WORKER = "from hornbook.serving.endpoint.workers import run_worker; run_worker()"


def serve_by_workers(
    options: EndpointOptions, listening: socket.socket, on_ready: Callable[[], None]
) -> bool:
    """Serves by as many processes as the options say, until SIGTERM or SIGINT.

    They accept from one socket, so that none of its connections belongs to a process before it is
    accepted. A process that ends by itself after it was ready is replaced.

    Args:
        options: of the endpoint.
        listening: the socket.
        on_ready: called once all of them are ready.

    Returns:
        Whether all went well; if not, a worker could not begin.
    """
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    with tempfile.TemporaryDirectory(prefix="hornbook-endpoint-") as shared:
        workers = [
            _Worker(_of_worker(options, number), listening, shared)
            for number in range(1, options.workers + 1)
        ]
        told = went_well = False
        try:
            while not ending.wait(0.1):
                for at, worker in enumerate(workers):
                    if not worker.has_ended:
                        continue
                    if not worker.was_ready:
                        return False
                    mark_process_dead(worker.pid, shared)  # type: ignore[no-untyped-call]
                    time.sleep(_RESTART_SECONDS)
                    workers[at] = _Worker(_of_worker(options, at + 1), listening, shared)
                if not told and all(worker.was_ready for worker in workers):
                    told = True
                    on_ready()
            went_well = True
        finally:
            listening.close()
            for worker in workers:
                worker.ask_to_end()
            for worker in workers:
                went_well &= worker.wait(options.drain_seconds + 10)
        return went_well


def run_worker() -> None:
    """What a worker's process runs."""
    options = EndpointOptions.from_json(os.environ[_OPTIONS])
    listening = socket.socket(fileno=int(os.environ[_SOCKET]))

    def tell() -> None:
        sys.stdout.buffer.write(_READY)
        sys.stdout.flush()

    serve_here(options, listening, tell, listen_when_ready=True)


def _of_worker(options: EndpointOptions, number: int) -> EndpointOptions:
    """The options of one worker: an audit file that rotates is written by one process."""
    if options.audit is None:
        return options
    name = f"{options.audit.name}.worker-{number}"
    return replace(options, audit=options.audit.with_name(name))


class _Worker:
    """One process.

    Args:
        options: of the endpoint.
        listening: the socket that it inherits.
        shared: the folder for the figures of all of them.
    """

    def __init__(self, options: EndpointOptions, listening: socket.socket, shared: str) -> None:
        environment = {
            **os.environ,
            _OPTIONS: options.to_json(),
            _SOCKET: str(listening.fileno()),
            SHARED_FOLDER: shared,
        }
        self.was_ready = False
        self._process: subprocess.Popen[bytes] = subprocess.Popen(
            [sys.executable, "-c", _WORKER],
            env=environment,
            stdout=subprocess.PIPE,
            pass_fds=(listening.fileno(),),
            # Ctrl-C is for the one that minds them.
            start_new_session=True,
        )
        threading.Thread(target=self._listen, args=(self._process.stdout,), daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def ask_to_end(self) -> None:
        if not self.has_ended:
            self._process.terminate()

    def wait(self, seconds: float) -> bool:
        """Waits for its end, and whether it was a good one.

        One that was still loading has nobody to answer, and may be ended by the signal itself.
        """
        good = (0,) if self.was_ready else (0, -signal.SIGTERM)
        try:
            return self._process.wait(seconds) in good
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return False

    def _listen(self, output: Any) -> None:
        for line in output:
            if line == _READY:
                self.was_ready = True
            else:
                sys.stderr.buffer.write(line)
