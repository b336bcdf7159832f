"""Seconds by what they were spent on."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

__all__ = ["Activity", "Clock"]

Activity = Literal["reading", "transforming", "waiting", "metrics", "checkpoints"]
"""What a training spends time on, besides its steps.

Reading and transforming happen in threads of their own, beside the steps; for the rest the
training itself stands still.
"""


class Clock:
    """Adds up seconds; any number of threads may use one at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seconds: dict[str, float] = {}

    @contextmanager
    def timed(self, activity: Activity) -> Iterator[None]:
        """Counts the time inside as spent on an activity."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.add(activity, time.perf_counter() - started)

    def add(self, activity: Activity, seconds: float) -> None:
        """Counts seconds as spent on an activity."""
        with self._lock:
            self._seconds[activity] = self._seconds.get(activity, 0.0) + seconds

    def take(self) -> dict[str, float]:
        """What has been counted since this was last called."""
        with self._lock:
            taken, self._seconds = self._seconds, {}
            return taken
