"""What an endpoint tells Prometheus of itself."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import lru_cache

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

__all__ = ["CONTENT_TYPE", "SHARED_FOLDER", "Figures"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The variable with the folder through which workers that share a port add their figures up."""

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Figures:
    """Counts requests, times and batches by model and version; any thread may count.

    Args:
        waiting: tells how many rows wait, by model and version.
    """

    def __init__(self, waiting: Callable[[], Iterable[tuple[str, str, int]]]) -> None:
        self._registry = CollectorRegistry()
        labels = ("model", "version")
        prefix = "hornbook_endpoint"
        self._requests = Counter(
            f"{prefix}_requests",
            "Requests answered.",
            (*labels, "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            f"{prefix}_request_seconds",
            "From a request's head to its answer.",
            labels,
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._rows = Counter(f"{prefix}_rows", "Rows predicted.", labels, registry=self._registry)
        self._batch_rows = Histogram(
            f"{prefix}_batch_rows",
            "Rows predicted at once.",
            labels,
            buckets=_ROWS,
            registry=self._registry,
        )
        self._batch_seconds = Histogram(
            f"{prefix}_batch_seconds",
            "What a batch took.",
            labels,
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._switches = Counter(
            f"{prefix}_version_switches",
            "Versions that took over from others.",
            ("model",),
            registry=self._registry,
        )
        self._load_failures = Counter(
            f"{prefix}_load_failures",
            "Versions that could not be loaded.",
            ("model",),
            registry=self._registry,
        )
        self._queue_rows = Gauge(
            f"{prefix}_queue_rows",
            "Rows that wait for a model.",
            labels,
            registry=self._registry,
            multiprocess_mode="livesum",
        )
        self._waiting = waiting
        # A lookup of labels takes longer than to count.
        self._request = lru_cache(1024)(self._requests.labels)
        self._request_seconds = lru_cache(256)(self._seconds.labels)

    def add_request(
        self, model: str, version: str, route: str, status: int, seconds: float
    ) -> None:
        """Counts an answer."""
        self._request(model, version, route, str(status)).inc()
        self._request_seconds(model, version).observe(seconds)

    def batch_counter(self, model: str, version: str) -> Callable[[int, float], None]:
        """What counts the batches of a version."""
        rows = self._rows.labels(model, version)
        batch_rows = self._batch_rows.labels(model, version)
        batch_seconds = self._batch_seconds.labels(model, version)

        def count(n_rows: int, seconds: float) -> None:
            rows.inc(n_rows)
            batch_rows.observe(n_rows)
            batch_seconds.observe(seconds)

        return count

    def add_switch(self, model: str) -> None:
        """Counts a version that has taken over."""
        self._switches.labels(model).inc()

    def add_load_failure(self, model: str) -> None:
        """Counts a version that could not be loaded."""
        self._load_failures.labels(model).inc()

    def text(self) -> bytes:
        """All figures in Prometheus' text format, those of all workers together."""
        for model, version, rows in self._waiting():
            self._queue_rows.labels(model, version).set(rows)
        if SHARED_FOLDER not in os.environ:
            return generate_latest(self._registry)
        shared = CollectorRegistry()
        MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
        return generate_latest(shared)
