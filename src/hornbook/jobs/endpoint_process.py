"""The process of an endpoint: found by its number, its word read from its log."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from hornbook.jobs.environment import worker_environment

__all__ = ["create_time", "is_same_process", "read_log_end", "send", "spoken", "start_process"]

_LISTENING = re.compile(rb"Loading; http://127\.0\.0\.1:(\d+)/ready")
_HEAD_BYTES = 64 * 1024
_READY = re.compile(rb"^Ready at http://127\.0\.0\.1:\d+", re.MULTILINE)


def start_process(
    home: Path, models: Sequence[str], workers: int, port: int, log: Path
) -> subprocess.Popen[bytes]:
    """Starts an endpoint on this machine that outlives its parent.

    Args:
        home: the workspace's folder.
        models: ids of saved models.
        workers: how many processes share the port.
        port: 0 is any free one.
        log: written anew.
    """
    # The endpoint opens the backend that its first model was trained on.
    environment = {
        name: value
        for name, value in worker_environment("", home).items()
        if name != "KERAS_BACKEND"
    }
    with log.open("wb") as output:
        return subprocess.Popen(
            [
                *(sys.executable, "-P", "-m", "hornbook", "endpoint", "serve", *models),
                *("--host", "127.0.0.1", "--port", str(port), "--workers", str(workers)),
                *("--no-log-requests", "--home", str(home)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**environment, "COLUMNS": "200"},
            start_new_session=True,
        )


def create_time(pid: int) -> float | None:
    """When a process was started; `None` where there is none."""
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return None


def is_same_process(pid: int, started: float | None) -> bool:
    """Whether the process runs that was started then, and not a later one with its number."""
    try:
        process = psutil.Process(pid)
        is_same = started is not None and abs(process.create_time() - started) < 1.0
        return bool(is_same and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def send(pid: int, number: signal.Signals) -> None:
    """Sends a signal: SIGKILL to all processes of an endpoint, another one to its first."""
    with suppress(ProcessLookupError):
        if number is signal.SIGKILL:
            os.killpg(pid, number)
        else:
            os.kill(pid, number)


def spoken(log: Path) -> tuple[int | None, bool]:
    """The port that an endpoint said it listens on, and whether it said that it was ready."""
    try:
        with log.open("rb") as stream:
            head = stream.read(_HEAD_BYTES)
    except FileNotFoundError:
        return None, False
    found = _LISTENING.search(head)
    return None if found is None else int(found.group(1)), _READY.search(head) is not None


def read_log_end(log: Path, size_bytes: int) -> str:
    """The last lines of a log, whole ones."""
    try:
        with log.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - size_bytes))
            text = stream.read().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    return text if size <= size_bytes else text.partition("\n")[2]
