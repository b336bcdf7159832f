"""Re-creating a lost database from the files beside the work."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hornbook.registry.changes import CHANGEABLE_FIELDS, checked_changes
from hornbook.registry.database import Database
from hornbook.registry.ids import session_number, version_number
from hornbook.registry.layout import Layout
from hornbook.registry.sidecars import (
    SAVED_MODEL_FILE,
    SESSION_FILE,
    TASK_FILE,
    VERSION_FILE,
    read_sidecar,
)
from hornbook.registry.tables import ActivationRow, SavedModelRow, SessionRow, TaskRow, VersionRow

__all__ = ["Rebuilt", "rebuild"]


@dataclass
class Rebuilt:
    """What `rebuild` has added to the database, and the files it could not use.

    Attributes:
        tasks: how many.
        sessions: how many.
        saved_models: how many.
        versions: how many.
        unusable: a line for each file or row that could not be read or added, with the reason.
    """

    tasks: int = 0
    sessions: int = 0
    saved_models: int = 0
    versions: int = 0
    unusable: list[str] = field(default_factory=list)


def rebuild(home: Path, url: str | None = None) -> Rebuilt:
    """Enter into the database every task, session and saved model that the folders know.

    What the database already holds is left as it is, so running it twice is harmless. Sessions
    come back as they were last written: whether a "running" one still runs is for the caller to
    find out.

    Args:
        home: the workspace folder.
        url: as for `Registry`.

    Returns:
        Counts of what was added, and what was left out.

    Raises:
        WorkspaceError: the database cannot be opened; move a broken file away first.
    """
    layout = Layout(home.expanduser().resolve())
    rebuilt = Rebuilt()
    database = Database(url or layout.database_url)
    try:
        with database.write() as transaction:
            for path in sorted(layout.analyses.glob(f"*/*/{TASK_FILE}")):
                _enter_task(transaction, path, rebuilt)
            _enter_sessions(transaction, layout, rebuilt)
            for path in sorted(layout.saved_models.glob(f"*/{SAVED_MODEL_FILE}")):
                _enter_saved_model(transaction, path, rebuilt)
    finally:
        database.close()
    return rebuilt


def _enter_task(transaction: Session, path: Path, rebuilt: Rebuilt) -> None:
    values = _read(path, rebuilt, "analysis_id", "mltask_id", "folder", "created_at")
    if values is None:
        return
    same_folder = select(TaskRow).where(TaskRow.folder == values["folder"])
    row = _task(transaction, values) or transaction.scalar(same_folder)
    if row is None:
        row = TaskRow(**values, last_session_number=0)
        transaction.add(row)
        rebuilt.tasks += 1
    elif (row.analysis_id, row.mltask_id) != (values["analysis_id"], values["mltask_id"]):
        rebuilt.unusable.append(f"{path}: its folder already has the ids of another task")
        return
    # Also a session whose file is gone keeps its number, as its folder may hold a model.
    numbers = [session_number(folder.name) or 0 for folder in path.parent.iterdir()]
    row.last_session_number = max([row.last_session_number, *numbers])


def _enter_sessions(transaction: Session, layout: Layout, rebuilt: Rebuilt) -> None:
    needed = ("analysis_id", "mltask_id", "session_id", "created_at", "name", "status")
    found = []
    for path in sorted(layout.analyses.glob(f"*/*/*/{SESSION_FILE}")):
        values = _read(path, rebuilt, *needed, optional=CHANGEABLE_FIELDS)
        if values is not None:
            number = session_number(str(values["session_id"])) or 0
            found.append((values["created_at"], number, path, values))
    # Row ids tell which session is the latest, so the oldest must get the first.
    for created_at, number, path, values in sorted(found, key=lambda it: it[:3]):
        task = _task(transaction, values)
        if task is None:
            rebuilt.unusable.append(f"{path}: its task has no usable {TASK_FILE}")
            continue
        known = select(SessionRow).where(SessionRow.task == task, SessionRow.number == number)
        if transaction.scalar(known) is not None:
            continue
        try:
            state = checked_changes({it: values[it] for it in CHANGEABLE_FIELDS if it in values})
        except (TypeError, ValueError) as error:
            rebuilt.unusable.append(f"{path}: {error}")
            continue
        transaction.add(SessionRow(task=task, number=number, created_at=created_at, **state))
        transaction.flush()
        rebuilt.sessions += 1


def _enter_saved_model(transaction: Session, path: Path, rebuilt: Rebuilt) -> None:
    needed = ("saved_model_id", "name", "created_at", "active_version")
    values = _read(path, rebuilt, *needed, optional=("last_version", "activations"))
    if values is None:
        return
    active = version_number(str(values.pop("active_version")))
    last = version_number(str(values.pop("last_version", ""))) or 0
    told = values.pop("activations", None)
    versions = _versions(path.parent, rebuilt)
    row = transaction.scalar(select(SavedModelRow).where(SavedModelRow.name == values["name"]))
    if row is not None and row.saved_model_id != values["saved_model_id"]:
        rebuilt.unusable.append(f"{path}: another saved model already has its name")
        return
    if row is None:
        if active not in versions:
            rebuilt.unusable.append(f"{path}: its active version has no usable {VERSION_FILE}")
            return
        row = SavedModelRow(**values, active_version_number=active, last_version_number=last)
        row.activations = _activations(told, active, versions)
        transaction.add(row)
        rebuilt.saved_models += 1
    known = {version.number for version in row.versions}
    for number in sorted(versions.keys() - known):
        row.versions.append(VersionRow(number=number, **versions[number]))
        rebuilt.versions += 1
    row.last_version_number = max(row.last_version_number, *versions, *known)
    transaction.flush()


def _activations(
    told: object, active: int | None, versions: dict[int, dict[str, Any]]
) -> list[ActivationRow]:
    """What was active one after the other, as far as it is there still; the active one at last."""
    found = []
    for one in told if isinstance(told, list) else ():
        try:
            number, time = version_number(str(one["version"])), datetime.fromisoformat(one["time"])
        except (KeyError, TypeError, ValueError):
            continue
        if number in versions:
            found.append(ActivationRow(number=number, activated_at=time))
    if active is not None and (not found or found[-1].number != active):
        created_at = versions[active]["created_at"]
        found.append(ActivationRow(number=active, activated_at=created_at))
    return found


def _versions(folder: Path, rebuilt: Rebuilt) -> dict[int, dict[str, Any]]:
    versions = {}
    for path in sorted(folder.glob(f"*/{VERSION_FILE}")):
        number = version_number(path.parent.name)
        if number is None:
            continue
        values = _read(path, rebuilt, "session_reference", "created_at")
        if values is not None:
            versions[number] = values
    return versions


def _task(transaction: Session, values: dict[str, Any]) -> TaskRow | None:
    return transaction.scalar(
        select(TaskRow).where(
            TaskRow.analysis_id == values["analysis_id"], TaskRow.mltask_id == values["mltask_id"]
        )
    )


def _read(
    path: Path, rebuilt: Rebuilt, *needed: str, optional: tuple[str, ...] = ()
) -> dict[str, Any] | None:
    try:
        values = read_sidecar(path)
    except (OSError, ValueError, TypeError) as error:
        rebuilt.unusable.append(f"{path}: {error}")
        return None
    missing = [key for key in needed if values.get(key) is None]
    if missing:
        rebuilt.unusable.append(f"{path}: it has no {', '.join(missing)}")
        return None
    return {key: values[key] for key in (*needed, *optional) if key in values}
