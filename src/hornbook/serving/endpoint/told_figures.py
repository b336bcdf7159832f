"""What an endpoint tells Prometheus, read back for people."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from prometheus_client.parser import text_string_to_metric_families

__all__ = ["VersionFigures", "read_figures"]

_PREFIX = "hornbook_endpoint"
_CLIENT_ERROR, _SERVER_ERROR = 400, 500


@dataclass
class VersionFigures:
    """The figures of one version since the endpoint was started.

    Attributes:
        model: its name; empty for requests that named none.
        version: its id; empty for requests that were refused before one was chosen.
        requests: answered.
        refused: of these, with a status of 400 to 499.
        failed: of these, with a status of 500 or more.
        rows: predicted.
        queue_rows: that wait now.
        latency_seconds: by quantile, 0.5, 0.95 and 0.99, as far as the buckets tell.
    """

    model: str
    version: str
    requests: int = 0
    refused: int = 0
    failed: int = 0
    rows: int = 0
    queue_rows: int = 0
    latency_seconds: dict[float, float] = field(default_factory=dict)


def read_figures(text: str) -> list[VersionFigures]:
    """The figures by model and version.

    Args:
        text: of `/metrics`.

    Example:
        >>> text = '''# TYPE hornbook_endpoint_requests counter
        ... hornbook_endpoint_requests_total{model="m",version="v1",route="rows",status="200"} 8
        ... hornbook_endpoint_requests_total{model="m",version="v1",route="rows",status="422"} 2
        ... '''
        >>> [one] = read_figures(text)
        >>> one.requests, one.refused, one.failed
        (10, 2, 0)
    """
    found: dict[tuple[str, str], VersionFigures] = {}
    buckets: dict[tuple[str, str], dict[float, float]] = defaultdict(dict)
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if "version" not in sample.labels:
                continue
            key = (sample.labels["model"], sample.labels["version"])
            figures = found.setdefault(key, VersionFigures(*key))
            if sample.name == f"{_PREFIX}_request_seconds_bucket":
                buckets[key][float(sample.labels["le"])] = sample.value
            else:
                _add(figures, sample.name, sample.labels, int(sample.value))
    for key, counts in buckets.items():
        found[key].latency_seconds = {
            quantile: seconds
            for quantile in (0.5, 0.95, 0.99)
            if (seconds := _quantile(counts, quantile)) is not None
        }
    return sorted(found.values(), key=lambda one: (one.model, one.version))


def _add(figures: VersionFigures, name: str, labels: Mapping[str, str], value: int) -> None:
    if name == f"{_PREFIX}_requests_total":
        status = int(labels["status"])
        figures.requests += value
        if status >= _SERVER_ERROR:
            figures.failed += value
        elif status >= _CLIENT_ERROR:
            figures.refused += value
    elif name == f"{_PREFIX}_rows_total":
        figures.rows += value
    elif name == f"{_PREFIX}_queue_rows":
        figures.queue_rows += value


def _quantile(buckets: Mapping[float, float], quantile: float) -> float | None:
    """The quantile of a histogram, as Prometheus' `histogram_quantile` reckons it."""
    edges = sorted(buckets)
    total = buckets[edges[-1]]
    if not total:
        return None
    rank = quantile * total
    below, start = 0.0, 0.0
    for edge in edges:
        if buckets[edge] >= rank:
            if math.isinf(edge):
                return start
            return start + (edge - start) * (rank - below) / (buckets[edge] - below)
        below, start = buckets[edge], edge
    return start
