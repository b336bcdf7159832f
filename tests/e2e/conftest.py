"""Real commands in real processes, each test with a workspace of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

# Of the endpoint's tests: the process of an endpoint.
sys.path.insert(0, str(Path(__file__).parents[1] / "serving" / "endpoint"))

COMMAND = [sys.executable, "-m", "hornbook"]


class Terminal:
    """Runs `hornbook` as a user does, in a folder and a workspace."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.environment = {
            **{name: value for name, value in os.environ.items() if name != "KERAS_BACKEND"},
            "HORNBOOK_HOME": str(self.home),
            "COLUMNS": "120",
        }

    def run(self, *arguments: object, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Runs a command and expects an exit code."""
        done = subprocess.run(
            [*COMMAND, *map(str, arguments)],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, f"{done.stdout}\n{done.stderr}"
        return done

    def json(self, *arguments: object, code: int = 0) -> dict[str, Any]:
        """Runs a command with --json; stdout must be one object and nothing else."""
        value = json.loads(self.run(*arguments, "--json", code=code).stdout)
        assert isinstance(value, dict)
        return value

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        """Starts a command in a session of its own, to be interrupted or killed."""
        return subprocess.Popen(
            [*COMMAND, *map(str, arguments)],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def event_files(self) -> list[Path]:
        """The event files of all sessions; folders may come and go meanwhile."""
        walked = os.walk(self.home / "analyses")
        return [
            Path(folder) / name
            for folder, _, names in walked
            for name in names
            if name == "events.jsonl"
        ]

    def write(self, path: str, text: str) -> None:
        """Writes a file below the folder, as a user pastes it."""
        (self.folder / path).write_text(dedent(text), "utf-8")


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """A terminal in an empty folder."""
    return Terminal(tmp_path)


@pytest.fixture
def small_table(tmp_path: Path) -> Callable[..., Path]:
    """Makes a small table with two numbers, a category and a binary target that they tell."""

    def make(name: str = "small.csv", rows: int = 400) -> Path:
        import numpy as np
        import pandas as pd

        random = np.random.default_rng(0)
        x, z = random.normal(size=(2, rows))
        colour = random.choice(["red", "green", "blue"], rows)
        positive = x + (colour == "red") + random.normal(scale=0.5, size=rows) > 0.3
        frame = pd.DataFrame(
            {"x": x, "z": z, "colour": colour, "answer": np.where(positive, "yes", "no")}
        )
        frame.to_csv(tmp_path / name, index=False)
        return tmp_path / name

    return make


@pytest.fixture
def serve(terminal: Terminal) -> Iterator[Callable[[], str]]:
    """Starts `hornbook serve` in the terminal's workspace; gives its address once it answers."""
    started: list[subprocess.Popen[str]] = []

    def start() -> str:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        terminal.environment["HORNBOOK_TOKEN"] = "a-token-for-tests"
        started.append(terminal.start("serve", "--port", port, "--no-worker-ready"))
        wait_for_port(port)
        return f"http://127.0.0.1:{port}"

    yield start
    for process in started:
        process.terminate()
        process.communicate()


def wait_for_port(port: int, seconds: float = 180) -> None:
    """Waits until something listens on a port of this machine."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)
    pytest.fail(f"Nothing listens on port {port}.")
