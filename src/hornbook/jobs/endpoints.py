"""Endpoints that a server starts: each a process of its own, which outlives the server."""

from __future__ import annotations

import http.client
import itertools
import json
import re
import shutil
import signal
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from hornbook.atomic import write_json_atomically
from hornbook.errors import HornbookError, NotFoundError, UsageError
from hornbook.jobs.endpoint_key import StudioKey
from hornbook.jobs.endpoint_process import (
    create_time,
    is_same_process,
    read_log_end,
    send,
    spoken,
    start_process,
)

__all__ = ["EndpointRun", "EndpointState", "EndpointStatus", "Endpoints", "checked_endpoint_name"]

EndpointStatus = Literal["starting", "ready", "silent", "stopping", "stopped", "failed"]

_FILE = "endpoint.json"
_LOG_FILE = "log.txt"
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,48}[a-z0-9])?")
_LOG_BYTES = 8_000
_READY_SECONDS = 2.0
_ANSWER_SECONDS = 60.0
_UNAUTHORIZED = 401
_TRIES = 4
_FOLLOWED_SECONDS = 1.2


@dataclass(frozen=True)
class EndpointRun:
    """An endpoint as it was asked for, and its last process.

    Attributes:
        name: lower-case letters, digits and hyphens.
        models: ids of saved models.
        workers: how many processes share its port.
        port: that it is wanted on; 0 is any free one.
        created_at: in ISO 8601.
        started_at: when its process was started last, likewise.
        pid: of that process.
        process_started: its time of creation, in seconds since 1970.
        is_wanted: whether it should run; not once it was told to stop.
    """

    name: str
    models: tuple[str, ...]
    workers: int
    port: int
    created_at: str
    started_at: str | None = None
    pid: int | None = None
    process_started: float | None = None
    is_wanted: bool = False


@dataclass(frozen=True)
class EndpointState:
    """How an endpoint stands.

    Attributes:
        status: `"silent"` where its process runs and was ready, but does not say so now.
        port: that it listens on.
        log_end: the end of its log.
    """

    status: EndpointStatus
    port: int | None
    log_end: str


class Endpoints:
    """The endpoints of a workspace, kept in its folder `endpoints`; any thread may use it.

    Their processes go on when the server ends, as callers depend on them, and are found again by
    the next one through number and time of creation.

    Args:
        home: the workspace's folder.
        key: opens them for the server itself.
    """

    def __init__(self, home: Path, key: StudioKey) -> None:
        self._home = home
        self._folder = home / "endpoints"
        self._key = key
        self._lock = threading.Lock()

    def all(self) -> list[EndpointRun]:
        """Every endpoint, by name."""
        return [self.get(path.parent.name) for path in sorted(self._folder.glob(f"*/{_FILE}"))]

    def get(self, name: str) -> EndpointRun:
        """One endpoint.

        Raises:
            NotFoundError: there is none of that name.
        """
        path = self._folder / name / _FILE
        if not _NAME.fullmatch(name) or not path.is_file():
            raise NotFoundError(f"There is no endpoint '{name[:100]}'.")
        values = json.loads(path.read_text("utf-8"))
        return EndpointRun(**{**values, "models": tuple(values["models"])})

    def create(
        self, models: Sequence[str], *, name: str, workers: int = 1, port: int = 0
    ) -> EndpointRun:
        """Makes an endpoint and starts it.

        Args:
            models: ids of saved models.
            name: of the endpoint.
            workers: how many processes share its port.
            port: 0 is any free one.

        Raises:
            UsageError: the name cannot be one or is taken, or the port is taken.
        """
        checked_endpoint_name(name)
        run = EndpointRun(name, tuple(models), workers, port, datetime.now(UTC).isoformat())
        with self._lock:
            place = self._folder / name
            if (place / _FILE).is_file():
                raise UsageError(f"There is an endpoint '{name}' already.", fix="Choose another.")
            _require_free(port)
            place.mkdir(parents=True, exist_ok=True)
            return self._start(run)

    def free_name(self, title: str) -> str:
        """A name that no endpoint has, made of a saved model's."""
        base = re.sub(r"[^a-z0-9]+", "-", title.lower())[:40].strip("-") or "endpoint"
        taken = {run.name for run in self.all()}
        numbered = (f"{base}-{number}" for number in itertools.count(2))
        return base if base not in taken else next(one for one in numbered if one not in taken)

    def start(self, name: str) -> EndpointRun:
        """Starts an endpoint again, on the port that it had if that is free.

        Raises:
            NotFoundError: there is none of that name.
            UsageError: it runs, or the port that it was made for is taken.
        """
        with self._lock:
            run = self.get(name)
            if self._is_alive(run):
                raise UsageError(f"The endpoint '{name}' runs.", fix="Stop it first.")
            _require_free(run.port)
            return self._start(run)

    def stop(self, name: str, *, at_once: bool = False) -> EndpointRun:
        """Tells an endpoint to end once the requests are answered that it has accepted.

        Args:
            name: of the endpoint.
            at_once: whether it is killed instead, and requests with it.

        Raises:
            NotFoundError: there is none of that name.
        """
        with self._lock:
            run = replace(self.get(name), is_wanted=False)
            self._write(run)
            if self._is_alive(run):
                assert run.pid is not None, "It runs."
                send(run.pid, signal.SIGKILL if at_once else signal.SIGTERM)
            return run

    def remove(self, name: str) -> None:
        """Forgets an endpoint and its log.

        Raises:
            NotFoundError: there is none of that name.
            UsageError: it runs.
        """
        with self._lock:
            if self._is_alive(self.get(name)):
                raise UsageError(f"The endpoint '{name}' runs.", fix="Stop it first.")
            shutil.rmtree(self._folder / name)

    def state(self, run: EndpointRun) -> EndpointState:
        """How an endpoint stands; a running one is asked whether it is ready."""
        log = self._folder / run.name / _LOG_FILE
        port, was_ready = spoken(log)
        end = read_log_end(log, _LOG_BYTES)
        if not self._is_alive(run):
            ended = run.is_wanted and run.pid is not None
            return EndpointState("failed" if ended else "stopped", None, end)
        if not run.is_wanted:
            return EndpointState("stopping", port, end)
        if port is None or not was_ready:
            return EndpointState("starting", port, end)
        return EndpointState("ready" if _is_ready(port) else "silent", port, end)

    def ask(
        self, run: EndpointRun, method: str, path: str, body: bytes | None = None
    ) -> tuple[int, bytes]:
        """Sends a request to an endpoint with the server's own key; the status and the answer.

        Raises:
            UsageError: it does not run.
            HornbookError: it does not answer.
        """
        port, _ = spoken(self._folder / run.name / _LOG_FILE)
        if port is None or not self._is_alive(run):
            raise UsageError(f"The endpoint '{run.name}' does not run.", fix="Start it.")
        for number in range(_TRIES):
            key = self._key.value()
            status, answer = _sent(port, method, path, body, key)
            if status != _UNAUTHORIZED:
                break
            # It looks for new keys once a second; one that somebody revoked is made again.
            if number == 1:
                self._key.revoke(key)
            time.sleep(_FOLLOWED_SECONDS)
        return status, answer

    def _start(self, run: EndpointRun) -> EndpointRun:
        # An endpoint that is being loaded knows the key when it is ready.
        self._key.value()
        place = self._folder / run.name
        before, _ = spoken(place / _LOG_FILE)
        port = run.port or (before if before and _is_free(before) else 0)
        process = start_process(self._home, run.models, run.workers, port, place / _LOG_FILE)
        # A process that has ended is gone only once its parent has asked for it.
        threading.Thread(target=process.wait, name=f"endpoint {run.name}", daemon=True).start()
        run = replace(
            run,
            pid=process.pid,
            process_started=create_time(process.pid),
            started_at=datetime.now(UTC).isoformat(),
            is_wanted=True,
        )
        self._write(run)
        return run

    @staticmethod
    def _is_alive(run: EndpointRun) -> bool:
        return run.pid is not None and is_same_process(run.pid, run.process_started)

    def _write(self, run: EndpointRun) -> None:
        write_json_atomically(self._folder / run.name / _FILE, asdict(run))


def checked_endpoint_name(name: str) -> str:
    """The name, if it can be that of an endpoint.

    Raises:
        UsageError: it cannot.

    Example:
        >>> checked_endpoint_name("adult-income")
        'adult-income'
    """
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"'{name[:100]}' cannot be the name of an endpoint, expected 1 to 50 lower-case "
            "letters, digits and hyphens.",
            fix="Choose one such as adult-income.",
        )
    return name


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _require_free(port: int) -> None:
    if port and not _is_free(port):
        raise UsageError(
            f"The port {port} of 127.0.0.1 is taken.", fix="Choose another, or 0 for any free one."
        )


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_READY_SECONDS)
    try:
        connection.request("GET", "/ready")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _sent(port: int, method: str, path: str, body: bytes | None, key: str) -> tuple[int, bytes]:
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_ANSWER_SECONDS)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException) as error:
        raise HornbookError(f"The endpoint at port {port} does not answer: {error}") from error
    finally:
        connection.close()
