"""Saved models and their versions: added, found, activated, rolled back, renamed, deleted."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hornbook.atomic import replace_folder_atomically
from hornbook.errors import NotFoundError
from hornbook.registry.errors import WorkspaceError
from hornbook.registry.ids import checked_saved_model_name, new_id, version_id, version_number
from hornbook.registry.layout import Layout
from hornbook.registry.listing import existing
from hornbook.registry.records import Activation, SavedModelRecord, VersionRecord
from hornbook.registry.sidecars import write_saved_model, write_version
from hornbook.registry.tables import ActivationRow, SavedModelRow, VersionRow

__all__ = [
    "activate_version",
    "add_version",
    "all_saved_models",
    "delete_saved_model",
    "delete_version",
    "ensure_saved_model",
    "find_saved_model",
    "find_version",
    "locked_saved_model",
    "rename_saved_model",
    "roll_back",
]


def add_version(
    transaction: Session,
    layout: Layout,
    copied: Path,
    session_reference: str,
    row: SavedModelRow,
    *,
    activate: bool,
) -> VersionRecord:
    """Make `copied` the next version of a saved model; the first one is active in any case."""
    now = datetime.now(UTC)
    row.last_version_number += 1
    number = row.last_version_number
    row.versions.append(
        VersionRow(number=number, session_reference=session_reference, created_at=now)
    )
    if activate or not row.activations:
        _activate(row, number, now)
    transaction.flush()
    record = _record(layout, row)
    version = record.versions[-1]
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
    return _record(layout, _row(transaction, id_or_name))


def find_version(transaction: Session, layout: Layout, reference: str) -> VersionRecord:
    """The version of `NAME@v2`, or the active one of `NAME`.

    Raises:
        NotFoundError: it names what does not exist and lists what does.
    """
    name, at, wanted = reference.rpartition("@")
    if not at or version_number(wanted) is None:
        return find_saved_model(transaction, layout, reference).active_version
    return find_saved_model(transaction, layout, name).version(wanted)


def activate_version(
    transaction: Session, layout: Layout, id_or_name: str, wanted: str
) -> SavedModelRecord:
    """Make a version the one that scores; what is active already stays so.

    Raises:
        NotFoundError: there is no such saved model or version.
    """
    row = locked_saved_model(transaction, id_or_name)
    number = version_number(_record(layout, row).version(wanted).version_id)
    assert number is not None, "A version is found by its number only."
    if number != row.active_version_number:
        _activate(row, number, datetime.now(UTC))
    return _written(transaction, layout, row)


def roll_back(transaction: Session, layout: Layout, id_or_name: str) -> SavedModelRecord:
    """Make that version active which was so before the one that is.

    Raises:
        NotFoundError: there is no such saved model.
        WorkspaceError: no other version was active before.
    """
    row = locked_saved_model(transaction, id_or_name)
    record = _record(layout, row)
    if record.previous_version is None:
        raise WorkspaceError(
            f"The saved model '{row.name}' cannot be rolled back: no version was active before "
            f"{record.active_version.version_id}.",
            fix=f"Activate a version by its name: {_listed(record)}.",
        )
    row.activations.pop()
    row.active_version_number = row.activations[-1].number
    return _written(transaction, layout, row)


def rename_saved_model(
    transaction: Session, layout: Layout, id_or_name: str, name: str
) -> SavedModelRecord:
    """Give a saved model another name; its id and its versions stay.

    Raises:
        NotFoundError: there is no such saved model.
        WorkspaceError: the name cannot be one, or another saved model has it.
    """
    row = locked_saved_model(transaction, id_or_name)
    name = checked_saved_model_name(name)
    for other in transaction.scalars(select(SavedModelRow).where(SavedModelRow.id != row.id)):
        if name in (other.name, other.saved_model_id):
            raise _taken(name)
    row.name = name
    try:
        transaction.flush()
    except IntegrityError as error:
        raise _taken(name) from error
    return _written(transaction, layout, row)


def delete_version(transaction: Session, layout: Layout, id_or_name: str, wanted: str) -> Path:
    """Forget a version that is not active; its folder is to be removed once this is committed.

    Raises:
        NotFoundError: there is no such saved model or version.
        WorkspaceError: it is the active one.
    """
    row = locked_saved_model(transaction, id_or_name)
    record = _record(layout, row)
    version = record.version(wanted)
    if version.active:
        raise WorkspaceError(
            f"Version {wanted} of '{row.name}' is active and cannot be deleted.",
            fix="Activate another version first, or delete the saved model as a whole.",
        )
    number = version_number(wanted)
    row.versions = [one for one in row.versions if one.number != number]
    _forget_activations(row, number)
    _written(transaction, layout, row)
    return version.folder


def delete_saved_model(transaction: Session, layout: Layout, id_or_name: str) -> Path:
    """Forget a saved model; its folder is to be removed once this is committed.

    Raises:
        NotFoundError: there is no such saved model.
    """
    row = locked_saved_model(transaction, id_or_name)
    transaction.delete(row)
    transaction.flush()
    return layout.saved_model(row.saved_model_id)


def locked_saved_model(transaction: Session, id_or_name: str) -> SavedModelRow:
    """The row of a saved model, which no other transaction changes until this one ends.

    Raises:
        NotFoundError: it lists the saved models that exist.
    """
    found = _row(transaction, id_or_name)
    locked = select(SavedModelRow).where(SavedModelRow.id == found.id).with_for_update()
    row = transaction.scalar(locked.execution_options(populate_existing=True))
    if row is None:
        # Another process deleted it between the two statements.
        raise _unknown(transaction, id_or_name)
    return row


def ensure_saved_model(transaction: Session, name: str) -> SavedModelRow:
    """The locked row of the saved model of a name, or a new one without versions.

    Raises:
        WorkspaceError: the name cannot be one of a new saved model.
    """
    by_name = select(SavedModelRow).where(SavedModelRow.name == name.strip()).with_for_update()
    found = transaction.scalar(by_name)
    if found is not None:
        return found
    name = checked_saved_model_name(name)
    if transaction.scalar(select(SavedModelRow).where(SavedModelRow.saved_model_id == name)):
        raise _taken(name)
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


def _row(transaction: Session, id_or_name: str) -> SavedModelRow:
    for column in (SavedModelRow.saved_model_id, SavedModelRow.name):
        row = transaction.scalar(select(SavedModelRow).where(column == id_or_name))
        if row is not None:
            return row
    raise _unknown(transaction, id_or_name)


def _unknown(transaction: Session, id_or_name: str) -> NotFoundError:
    rows = transaction.scalars(select(SavedModelRow).order_by(SavedModelRow.id))
    shown = [f"{row.saved_model_id} ({row.name})" for row in rows]
    return NotFoundError(
        f"Saved model '{id_or_name}' does not exist. {existing('saved models', shown)}"
    )


def _listed(saved_model: SavedModelRecord) -> str:
    return ", ".join(version.version_id for version in saved_model.versions)


def _taken(name: str) -> WorkspaceError:
    return WorkspaceError(
        f"There is a saved model '{name}' already.", fix="Choose a name that none has."
    )


def _activate(row: SavedModelRow, number: int, now: datetime) -> None:
    row.activations.append(ActivationRow(number=number, activated_at=now))
    row.active_version_number = number


def _forget_activations(row: SavedModelRow, number: int | None) -> None:
    """Takes a version out of the order; of one that then follows itself, the last is left."""
    left = [one for one in row.activations if one.number != number]
    pairs = zip(left, [*left[1:], None], strict=True)
    row.activations = [one for one, after in pairs if after is None or after.number != one.number]


def _written(transaction: Session, layout: Layout, row: SavedModelRow) -> SavedModelRecord:
    transaction.flush()
    record = _record(layout, row)
    write_saved_model(layout.saved_model(row.saved_model_id), record)
    return record


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
    activations = tuple(
        Activation(version_id(one.number), one.activated_at) for one in row.activations
    )
    return SavedModelRecord(
        row.saved_model_id,
        row.name,
        row.created_at,
        versions,
        activations,
        version_id(row.last_version_number),
    )
