"""Lines of JSON that are written by a thread of their own: logs, and the audit file."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import orjson

__all__ = ["LineWriter", "RotatedFile", "audit_writer", "log_writer", "now"]

_MOST_WAITING = 50_000


def now() -> str:
    """The time as logs spell it: UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class LineWriter:
    """Writes objects as lines, in the order in which they come; any thread may add.

    Whoever adds waits for nothing. Where the disk is slower than the requests, lines are left
    out, and their number is written instead.

    Args:
        write: takes some whole lines.
        close: is called after the last ones.
    """

    def __init__(
        self, write: Callable[[bytes], None], close: Callable[[], None] = lambda: None
    ) -> None:
        self._write = write
        self._close = close
        self._queue: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
        self._lost = 0
        self._thread = threading.Thread(target=self._work, name="lines", daemon=True)
        self._thread.start()

    def add(self, line: dict[str, Any]) -> None:
        """Adds a line."""
        if self._queue.qsize() >= _MOST_WAITING:
            self._lost += 1
            return
        self._queue.put(line)

    def close(self) -> None:
        """Waits until all lines are written."""
        self._queue.put(None)
        self._thread.join()
        self._close()

    def _work(self) -> None:
        at_end = False
        while not at_end:
            line = self._queue.get()
            lines: list[bytes] = []
            while line is not None:
                lines.append(_line(line))
                if self._queue.empty() or len(lines) >= 1000:
                    break
                line = self._queue.get()
            at_end = line is None
            if self._lost:
                lines.append(_line({"time": now(), "event": "lines lost", "lines": self._lost}))
                self._lost = 0
            if lines:
                try:
                    self._write(b"".join(lines))
                except OSError as error:
                    logging.getLogger("hornbook").error("Lines were not written: %s", error)  # noqa: TRY400


class RotatedFile:
    """A file that is put aside when it has grown, under the next number.

    Owned by one thread.

    Args:
        path: of the newest file.
        limit_bytes: after which it is put aside.
        kept: how many older files are kept.
    """

    def __init__(self, path: Path, limit_bytes: int, kept: int) -> None:
        self._path = path
        self._limit_bytes = limit_bytes
        self._kept = kept
        self._file = path.open("ab", buffering=0)

    def write(self, lines: bytes) -> None:
        """Appends whole lines."""
        if self._file.tell() and self._file.tell() + len(lines) > self._limit_bytes:
            self._rotate()
        self._file.write(lines)

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def _rotate(self) -> None:
        self._file.close()
        for number in range(self._kept, 0, -1):
            older = self._numbered(number)
            newer = self._path if number == 1 else self._numbered(number - 1)
            if newer.exists():
                newer.replace(older)
        if not self._kept:
            self._path.unlink(missing_ok=True)
        self._file = self._path.open("ab", buffering=0)

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")


def log_writer() -> LineWriter:
    """Writes the log to the standard error stream."""
    stream = sys.stderr.buffer

    def write(lines: bytes) -> None:
        stream.write(lines)
        stream.flush()

    return LineWriter(write)


def audit_writer(path: Path, limit_bytes: int, kept: int) -> LineWriter:
    """Writes inputs and outputs to a file that rotates.

    Raises:
        OSError: it cannot be opened.
    """
    file = RotatedFile(path, limit_bytes, kept)
    return LineWriter(file.write, file.close)


def _line(value: dict[str, Any]) -> bytes:
    return orjson.dumps(value, default=str, option=orjson.OPT_APPEND_NEWLINE)
