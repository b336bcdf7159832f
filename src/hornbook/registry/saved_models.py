"""Deploying trained models and finding them again."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hornbook.atomic import PARTIAL_PATTERN, partial_path, replace_folder_atomically, sync_folder
from hornbook.errors import NotFoundError
from hornbook.registry.errors import WorkspaceError
from hornbook.registry.ids import new_id, version_id
from hornbook.registry.layout import Layout
from hornbook.registry.listing import existing
from hornbook.registry.records import SavedModelRecord, SessionRecord, VersionRecord
from hornbook.registry.sidecars import write_saved_model, write_version
from hornbook.registry.tables import SavedModelRow, VersionRow

__all__ = [
    "NOT_DEPLOYED",
    "add_version",
    "all_saved_models",
    "copy_for_version",
    "find_saved_model",
]

NOT_DEPLOYED = ("events.jsonl", "worker.log", "tensorboard")
"""What a session's folder holds about its training rather than for its model."""


def copy_for_version(layout: Layout, session: SessionRecord, files: Sequence[str] | None) -> Path:
    """Copy a session's files to a folder that `add_version` moves into place.

    Done outside of any transaction, as a model may be large.

    Raises:
        WorkspaceError: the session has no model, or a file of the call is not in its folder.
    """
    if not session.has_model:
        raise WorkspaceError(
            f"Session '{session.reference}' is {session.status} and has no trained model to "
            "deploy.",
            fix="Deploy a session that has kept a model.",
        )
    chosen = _deployed(session.folder) if files is None else list(files)
    _check_inside(session, chosen)
    layout.saved_models.mkdir(parents=True, exist_ok=True)
    copied = partial_path(layout.saved_models / "deployed")
    try:
        copied.mkdir()
        for name in chosen:
            _copy(session.folder / name, copied / name)
        sync_folder(copied)
    except BaseException:
        shutil.rmtree(copied, ignore_errors=True)
        raise
    return copied


def add_version(
    transaction: Session, layout: Layout, copied: Path, session_reference: str, name: str
) -> VersionRecord:
    """Make `copied` the next and active version of the saved model called `name`."""
    row = _ensured(transaction, name)
    row.last_version_number += 1
    row.active_version_number = row.last_version_number
    row.versions.append(
        VersionRow(
            number=row.last_version_number,
            session_reference=session_reference,
            created_at=datetime.now(UTC),
        )
    )
    transaction.flush()
    record = _record(layout, row)
    version = record.active_version
    write_version(copied, version)
    version.folder.parent.mkdir(parents=True, exist_ok=True)
    # A folder already there is of a deployment that crashed before its commit.
    replace_folder_atomically(copied, version.folder)
    write_saved_model(version.folder.parent, record)
    return version


def all_saved_models(transaction: Session, layout: Layout) -> list[SavedModelRecord]:
    """Every saved model, oldest first."""
    rows = transaction.scalars(select(SavedModelRow).order_by(SavedModelRow.id))
    return [_record(layout, row) for row in rows]


def find_saved_model(transaction: Session, layout: Layout, id_or_name: str) -> SavedModelRecord:
    """The saved model of an id, else of a name.

    Raises:
        NotFoundError: it lists the saved models that exist.
    """
    for column in (SavedModelRow.saved_model_id, SavedModelRow.name):
        row = transaction.scalar(select(SavedModelRow).where(column == id_or_name))
        if row is not None:
            return _record(layout, row)
    shown = [f"{it.saved_model_id} ({it.name})" for it in all_saved_models(transaction, layout)]
    raise NotFoundError(
        f"Saved model '{id_or_name}' does not exist. {existing('saved models', shown)}"
    )


def _ensured(transaction: Session, name: str) -> SavedModelRow:
    by_name = select(SavedModelRow).where(SavedModelRow.name == name).with_for_update()
    found = transaction.scalar(by_name)
    if found is not None:
        return found
    row = SavedModelRow(
        saved_model_id=new_id(),
        name=name,
        last_version_number=0,
        active_version_number=0,
        created_at=datetime.now(UTC),
    )
    try:
        with transaction.begin_nested():
            transaction.add(row)
    except IntegrityError:
        # A database without SQLite's single writer: another process was faster.
        found = transaction.scalar(by_name)
        if found is None:
            raise
        return found
    return row


def _deployed(folder: Path) -> list[str]:
    return sorted(
        path.name
        for path in folder.iterdir()
        if path.name not in NOT_DEPLOYED and not path.match(PARTIAL_PATTERN)
    )


def _check_inside(session: SessionRecord, names: Sequence[str]) -> None:
    outside = [
        name
        for name in names
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts
    ]
    if outside:
        raise WorkspaceError(
            f"Cannot deploy {', '.join(map(repr, outside))}: expected paths relative to the "
            f"session's folder {session.folder} and inside it."
        )
    missing = [name for name in names if not (session.folder / name).exists()]
    if missing:
        raise WorkspaceError(
            f"Cannot deploy {', '.join(map(repr, missing))}: not found in the folder "
            f"{session.folder} of session '{session.reference}'."
        )


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        ignore = shutil.ignore_patterns(PARTIAL_PATTERN)
        shutil.copytree(source, target, ignore=ignore, dirs_exist_ok=True)
    else:
        shutil.copy2(source, target)


def _record(layout: Layout, row: SavedModelRow) -> SavedModelRecord:
    versions = tuple(
        VersionRecord(
            saved_model_id=row.saved_model_id,
            version_id=version_id(version.number),
            session_reference=version.session_reference,
            active=version.number == row.active_version_number,
            created_at=version.created_at,
            folder=layout.version(row.saved_model_id, version_id(version.number)),
        )
        for version in row.versions
    )
    return SavedModelRecord(row.saved_model_id, row.name, row.created_at, versions)
