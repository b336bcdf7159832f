"""Endpoints as users start them, and what asks them."""

from __future__ import annotations

import base64
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

COMMAND = [sys.executable, "-m", "hornbook"]


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "KERAS_BACKEND"}
    return {**kept, "HORNBOOK_HOME": str(home), "COLUMNS": "200"}


def hornbook(home: Path, *arguments: object) -> str:
    """Runs a command to its end; its output."""
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=home.parent,
        env=environment(home),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


class Answered:
    """An answer of an endpoint."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class EndpointProcess:
    """`hornbook endpoint serve`, ready when it is made."""

    def __init__(self, home: Path, *arguments: object, key: str | None = None) -> None:
        self.key = key
        self.home = home
        self._log = (home.parent / f"endpoint-{id(self)}.log").open("w+b")
        self.process = subprocess.Popen(
            [*COMMAND, "endpoint", "serve", *map(str, arguments), "--port", "0"],
            env=environment(home),
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        assert self.process.stdout is not None
        self.port = 0
        for line in self.process.stdout:
            if line.startswith("Loading"):
                self.port = int(line.split("/ready")[0].rpartition(":")[2])
            if line.startswith("Ready at"):
                return
        told = self.log
        self.end()
        raise AssertionError(told)

    @property
    def log(self) -> str:
        self._log.flush()
        return Path(self._log.name).read_text("utf-8")

    @property
    def log_lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.splitlines() if line.startswith("{")]

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def headers(self, more: dict[str, str] | None = None) -> dict[str, str]:
        found = {"content-type": "application/json"}
        if self.key is not None:
            found["authorization"] = "Basic " + base64.b64encode(f"{self.key}:".encode()).decode()
        return found | (more or {})

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
        connection: http.client.HTTPConnection | None = None,
    ) -> Answered:
        """Sends a body, JSON unless it is bytes, and reads the answer."""
        used = connection or self.connect()
        content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        used.request(method, path, content, self.headers(headers))
        answered = Answered(used.getresponse())
        if connection is None:
            used.close()
        return answered

    def post(self, path: str, body: Any, headers: dict[str, str] | None = None) -> Answered:
        return self.ask("POST", path, body, headers)

    def get(self, path: str, headers: dict[str, str] | None = None) -> Answered:
        return self.ask("GET", path, None, headers)

    def end(self) -> int:
        """Sends SIGTERM, and waits for the end."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self._log.close()
        return code


class Load:
    """Threads that ask one after the other, each on a connection of its own, until told to end.

    An answer that says that the connection closes ends its thread, or opens another connection
    where `reconnects`. Whatever goes wrong after a request was sent is kept in `lost`.
    """

    def __init__(
        self, endpoint: EndpointProcess, path: str, body: Any, threads: int, *, reconnects: bool
    ) -> None:
        self.answers: list[Answered] = []
        self.lost: list[BaseException] = []
        self.refused = 0
        self._endpoint = endpoint
        self._path = path
        self._body = json.dumps(body).encode()
        self._reconnects = reconnects
        self._over = threading.Event()
        self._grown = threading.Condition()
        self._threads = [threading.Thread(target=self._work) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def wait_for(self, enough: Callable[[list[Answered]], bool]) -> None:
        """Waits until the answers so far are such."""
        with self._grown:
            assert self._grown.wait_for(lambda: enough(self.answers), timeout=120)

    def end(self) -> None:
        self._over.set()
        self.join()

    def join(self) -> None:
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive()

    def _work(self) -> None:
        connection = self._endpoint.connect()
        try:
            while not self._over.is_set():
                if connection.sock is None:
                    try:
                        connection.connect()
                    except OSError:
                        self.refused += 1
                        return
                try:
                    answered = self._endpoint.ask(
                        "POST", self._path, self._body, connection=connection
                    )
                except (OSError, http.client.HTTPException) as error:
                    self.lost.append(error)
                    return
                with self._grown:
                    self.answers.append(answered)
                    self._grown.notify_all()
                if answered.headers.get("connection") == "close":
                    connection.close()
                    if not self._reconnects:
                        return
        finally:
            connection.close()
