"""The JSON files beside the work they describe, from which a lost database is rebuilt."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from hornbook.atomic import write_json_atomically
from hornbook.registry.changes import CHANGEABLE_FIELDS
from hornbook.registry.records import SavedModelRecord, SessionRecord, TaskRecord, VersionRecord

__all__ = [
    "SAVED_MODEL_FILE",
    "SESSION_FILE",
    "TASK_FILE",
    "VERSION_FILE",
    "read_sidecar",
    "write_saved_model",
    "write_session",
    "write_task",
    "write_version",
]

TASK_FILE = "task.json"
SESSION_FILE = "session.json"
SAVED_MODEL_FILE = "saved_model.json"
VERSION_FILE = "version.json"

_MOMENTS = ("created_at", "started_at", "ended_at")


def write_task(folder: Path, task: TaskRecord) -> None:
    """Write a task's `task.json` into `folder`."""
    _write(
        folder / TASK_FILE,
        {
            "analysis_id": task.analysis_id,
            "mltask_id": task.mltask_id,
            "folder": str(task.folder),
            "created_at": task.created_at,
        },
    )


def write_session(session: SessionRecord, task_folder: Path) -> None:
    """Write `session.json`: the ids, the design folder and everything that is known of it."""
    identity = ("analysis_id", "mltask_id", "session_id", "created_at")
    values = {field: getattr(session, field) for field in (*identity, *CHANGEABLE_FIELDS)}
    _write(session.folder / SESSION_FILE, {**values, "task_folder": str(task_folder)})


def write_saved_model(folder: Path, saved_model: SavedModelRecord) -> None:
    """Write a saved model's `saved_model.json` into `folder`."""
    _write(
        folder / SAVED_MODEL_FILE,
        {
            "saved_model_id": saved_model.saved_model_id,
            "name": saved_model.name,
            "created_at": saved_model.created_at,
            "active_version": saved_model.active_version.version_id,
            "last_version": saved_model.last_version_id,
            "activations": [
                {"version": one.version_id, "time": one.time.isoformat()}
                for one in saved_model.activations
            ],
        },
    )


def write_version(folder: Path, version: VersionRecord) -> None:
    """Write a version's `version.json` into `folder`, which need not be its final place yet."""
    _write(
        folder / VERSION_FILE,
        {
            "saved_model_id": version.saved_model_id,
            "version_id": version.version_id,
            "session_reference": version.session_reference,
            "created_at": version.created_at,
        },
    )


def read_sidecar(path: Path) -> dict[str, Any]:
    """Read one of these files back, its times as datetimes.

    Raises:
        OSError: it cannot be read.
        ValueError: it is not JSON, or a time in it is not one.
        TypeError: it is JSON of another shape.
    """
    values = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(values, dict):
        raise TypeError(f"found {type(values).__name__}, expected a JSON object")
    for field in _MOMENTS:
        if values.get(field) is not None:
            values[field] = datetime.fromisoformat(values[field])
    return values


def _write(path: Path, values: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    plain = {
        field: value.isoformat() if isinstance(value, datetime) else value
        for field, value in values.items()
    }
    write_json_atomically(path, plain)
