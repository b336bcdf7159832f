"""What may be changed on a session, and the form in which each field is stored."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from operator import index
from typing import Any

from hornbook.errors import did_you_mean
from hornbook.registry.records import SessionStatus

__all__ = ["CHANGEABLE_FIELDS", "checked_changes"]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"found {value!r}, expected a str")
    return value


def _moment(value: Any) -> datetime:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise TypeError(f"found {value!r}, expected a datetime with a time zone")
    return value.astimezone(UTC)


def _measure(value: Any) -> float | None:
    # A diverged training measures NaN or infinity, which JSON and SQL comparisons cannot hold.
    number = float(value)
    return number if math.isfinite(number) else None


def _or_none(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else convert(value)


_CONVERTERS: Mapping[str, Callable[[Any], Any]] = {
    "name": _text,
    "description": _or_none(_text),
    "status": SessionStatus,
    "reason": _or_none(_text),
    "has_model": bool,
    "started_at": _or_none(_moment),
    "ended_at": _or_none(_moment),
    "host": _or_none(_text),
    "worker_pid": _or_none(index),
    "worker_started": _or_none(float),
    "backend": _or_none(_text),
    "prediction_type": _or_none(_text),
    "target": _or_none(_text),
    "metric": _or_none(_text),
    "metric_value": _or_none(_measure),
    "best_epoch": _or_none(index),
    "epochs": _or_none(index),
    "train_rows": _or_none(index),
    "test_rows": _or_none(index),
    "starred": bool,
}

CHANGEABLE_FIELDS = tuple(_CONVERTERS)
"""The fields of a session that are its state rather than its identity."""


def checked_changes(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Bring every change to the Python type that its column stores; NumPy numbers are welcome.

    Raises:
        TypeError: a field is unknown, cannot be changed or got a value of another type.
        ValueError: the status is not one of `SessionStatus`.

    Example:
        >>> checked_changes({"metric_value": float("nan"), "status": "running"})
        {'metric_value': None, 'status': <SessionStatus.RUNNING: 'running'>}
        >>> checked_changes({"metrics": 0.5})
        Traceback (most recent call last):
        ...
        TypeError: A session has no field 'metrics' to change. Did you mean 'metric'?
        >>> checked_changes({"epochs": 2.5})
        Traceback (most recent call last):
        ...
        TypeError: Session field 'epochs': 'float' object cannot be interpreted as an integer
    """
    checked = {}
    for field, value in changes.items():
        if field not in _CONVERTERS:
            raise TypeError(
                f"A session has no field '{field}' to change. {did_you_mean(field, _CONVERTERS)}"
            )
        try:
            checked[field] = _CONVERTERS[field](value)
        except TypeError as error:
            raise TypeError(f"Session field '{field}': {error}") from error
    return checked
