from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hornbook.registry import Registry, SessionRecord, TaskRecord

Starter = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "workspace"


@pytest.fixture
def design(tmp_path: Path) -> Path:
    folder = tmp_path / "predict-quality"
    folder.mkdir()
    return folder


@pytest.fixture
def registry(home: Path) -> Iterator[Registry]:
    with Registry(home) as opened:
        yield opened


@pytest.fixture
def task(registry: Registry, design: Path) -> TaskRecord:
    return registry.ensure_task(design)


@pytest.fixture
def trained(registry: Registry, task: TaskRecord) -> SessionRecord:
    session = registry.create_session(task)
    (session.folder / "model.keras").write_bytes(b"weights")
    (session.folder / "events.jsonl").write_text("{}\n")
    (session.folder / "worker.log").write_text("")
    (session.folder / "tensorboard").mkdir()
    (session.folder / "pipeline").mkdir()
    (session.folder / "pipeline" / "fitted.json").write_text("{}")
    return registry.update_session(session, status="finished", has_model=True)


@pytest.fixture
def start_process() -> Iterator[Starter]:
    """Starts Python code in a process of its own, talked to by lines; all end with the test."""
    started: list[subprocess.Popen[str]] = []

    def start(code: str, *arguments: object) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", code, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()
