"""Creating, changing and finding sessions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hornbook.errors import NotFoundError
from hornbook.registry.changes import CHANGEABLE_FIELDS, checked_changes
from hornbook.registry.ids import parse_model_reference, session_id, session_number
from hornbook.registry.layout import Layout
from hornbook.registry.listing import existing
from hornbook.registry.records import SessionRecord, SessionStatus, TaskRecord
from hornbook.registry.sidecars import write_session
from hornbook.registry.tables import SessionRow, TaskRow
from hornbook.registry.tasks import task_row

__all__ = [
    "change_session",
    "change_session_if",
    "create_session",
    "latest_session",
    "list_sessions",
    "session_by_reference",
]

LATEST = "latest"


def create_session(
    transaction: Session,
    layout: Layout,
    task: TaskRecord,
    *,
    name: str | None,
    description: str | None,
) -> SessionRecord:
    """Take the task's next number, and make the folder before the row can be seen."""
    of_task = task_row(transaction, task.analysis_id, task.mltask_id, lock=True)
    of_task.last_session_number += 1
    number = of_task.last_session_number
    given = {"name": f"Session {number}" if name is None else name, "description": description}
    row = SessionRow(
        task=of_task,
        number=number,
        status=SessionStatus.QUEUED,
        has_model=False,
        created_at=datetime.now(UTC),
        **checked_changes(given),
    )
    transaction.add(row)
    transaction.flush()
    return _written(layout, row)


def change_session(
    transaction: Session, layout: Layout, session: SessionRecord, changes: Mapping[str, Any]
) -> SessionRecord:
    """Apply `changes`.

    The file is replaced before the commit, while no other writer can touch the row: so the two
    are written in the same order, and a crash leaves the file at most this change ahead.
    """
    checked = checked_changes(changes)
    return _changed(transaction, layout, _row(transaction, session.reference, lock=True), checked)


def change_session_if(
    transaction: Session,
    layout: Layout,
    session: SessionRecord,
    statuses: Collection[SessionStatus],
    changes: Mapping[str, Any],
) -> SessionRecord | None:
    """Apply `changes` if the status is one of `statuses`, else leave all as it is."""
    checked = checked_changes(changes)
    row = _row(transaction, session.reference, lock=True)
    return _changed(transaction, layout, row, checked) if row.status in statuses else None


def session_by_reference(transaction: Session, layout: Layout, reference: str) -> SessionRecord:
    """The session of a reference or, for `"latest"`, the newest one with a model."""
    if reference == LATEST:
        latest = latest_session(transaction, layout, task=None)
        if latest is None:
            count = transaction.scalar(select(func.count()).select_from(SessionRow))
            raise NotFoundError(
                f"There is no latest trained model: of the {count} sessions in the workspace "
                f"{layout.home} none has kept a model.",
                fix="Train one first, as with `hornbook train FOLDER`.",
            )
        return latest
    return _record(layout, _row(transaction, reference))


def list_sessions(
    transaction: Session,
    layout: Layout,
    task: TaskRecord | None,
    *,
    statuses: Collection[SessionStatus] | None,
) -> list[SessionRecord]:
    """The sessions of one task or all, oldest first."""
    query = select(SessionRow).join(SessionRow.task).order_by(SessionRow.id)
    if task is not None:
        query = query.where(
            TaskRow.analysis_id == task.analysis_id, TaskRow.mltask_id == task.mltask_id
        )
    if statuses is not None:
        query = query.where(SessionRow.status.in_([str(status) for status in statuses]))
    return [_record(layout, row) for row in transaction.scalars(query)]


def latest_session(
    transaction: Session, layout: Layout, task: TaskRecord | None
) -> SessionRecord | None:
    """The newest session with a model, of one task or of all."""
    query = select(SessionRow).join(SessionRow.task).where(SessionRow.has_model)
    if task is not None:
        query = query.where(
            TaskRow.analysis_id == task.analysis_id, TaskRow.mltask_id == task.mltask_id
        )
    row = transaction.scalar(query.order_by(SessionRow.id.desc()).limit(1))
    return None if row is None else _record(layout, row)


def _row(transaction: Session, reference: str, *, lock: bool = False) -> SessionRow:
    ids = parse_model_reference(reference)
    task = task_row(transaction, ids.analysis_id, ids.mltask_id)
    query = select(SessionRow).where(
        SessionRow.task_id == task.id, SessionRow.number == session_number(ids.session_id)
    )
    row = transaction.scalar(query.with_for_update(of=SessionRow) if lock else query)
    if row is None:
        numbers = select(SessionRow.number).where(SessionRow.task_id == task.id)
        names = [session_id(number) for number in sorted(transaction.scalars(numbers))]
        raise NotFoundError(
            f"Session '{ids.session_id}' does not exist in ML task "
            f"'{ids.analysis_id}/{ids.mltask_id}'. {existing('sessions', names)}"
        )
    return row


def _changed(
    transaction: Session, layout: Layout, row: SessionRow, checked: Mapping[str, Any]
) -> SessionRecord:
    for field, value in checked.items():
        setattr(row, field, value)
    transaction.flush()
    return _written(layout, row)


def _written(layout: Layout, row: SessionRow) -> SessionRecord:
    record = _record(layout, row)
    write_session(record, Path(row.task.folder))
    return record


def _record(layout: Layout, row: SessionRow) -> SessionRecord:
    values = {field: getattr(row, field) for field in CHANGEABLE_FIELDS}
    ids = (row.task.analysis_id, row.task.mltask_id, session_id(row.number))
    return SessionRecord(
        *ids,
        created_at=row.created_at,
        folder=layout.session(*ids),
        **{**values, "status": SessionStatus(row.status)},
    )
