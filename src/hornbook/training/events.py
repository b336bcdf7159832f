"""What a running training says of itself: an append-only file of JSON objects, one a line.

The worker is the only writer. Readers follow the file from any process and see whole lines
only; a line that a crash tore is left out.
"""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["EVENTS_FILE", "EventFollower", "EventWriter", "json_safe"]

EVENTS_FILE = "events.jsonl"


def json_safe(value: Any) -> Any:
    """A copy of a value in which NaN and infinities are `None`, as JSON has no word for them.

    Example:
        >>> json_safe({"loss": [float("nan"), 0.5]})
        {'loss': [None, 0.5]}
    """
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: json_safe(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [json_safe(item) for item in value]
    return value


class EventWriter:
    """Appends events; safe from several threads of the worker.

    Args:
        folder: the session's folder.
    """

    def __init__(self, folder: Path) -> None:
        self._file = (folder / EVENTS_FILE).open("a", encoding="utf-8")
        self._lock = threading.Lock()

    def write(self, event: str, **values: Any) -> None:
        """Writes one event with the time in seconds since the epoch."""
        entry = {"event": event, "time": time.time(), **json_safe(values)}
        with self._lock:
            self._file.write(json.dumps(entry, ensure_ascii=False) + "\n")
            self._file.flush()

    def close(self) -> None:
        """Closes the file."""
        self._file.close()


class EventFollower:
    """Reads the events that have come since it was last asked.

    Args:
        folder: the session's folder; its event file need not exist yet.
        offset: where to begin, in bytes.

    Attributes:
        offset: where the next event begins, in bytes.
    """

    def __init__(self, folder: Path, offset: int = 0) -> None:
        self._path = folder / EVENTS_FILE
        self.offset = offset

    def new_events(self, most_bytes: int = -1) -> Iterator[dict[str, Any]]:
        """Yields each event once, in the order they were written.

        Args:
            most_bytes: to read at once; all there is when negative.
        """
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            file.seek(self.offset)
            content = file.read(most_bytes)
        whole, newline, _ = content.rpartition(b"\n")
        self.offset += len(whole) + len(newline)
        for line in whole.splitlines():
            try:
                yield json.loads(line)
            except ValueError:
                continue
