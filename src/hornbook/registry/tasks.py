"""Finding and creating ML tasks."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hornbook.errors import NotFoundError
from hornbook.registry.ids import new_id
from hornbook.registry.layout import Layout
from hornbook.registry.listing import existing
from hornbook.registry.records import TaskRecord
from hornbook.registry.sidecars import write_task
from hornbook.registry.tables import TaskRow

__all__ = ["all_tasks", "ensure_task", "find_task", "task_by_ids", "task_row"]


def ensure_task(transaction: Session, layout: Layout, folder: Path) -> TaskRecord:
    """The task of a design folder, created if there is none; needs a writing transaction."""
    found = find_task(transaction, folder)
    if found is not None:
        return found
    row = TaskRow(
        analysis_id=new_id(),
        mltask_id=new_id(),
        folder=_known_as(folder),
        last_session_number=0,
        created_at=datetime.now(UTC),
    )
    try:
        with transaction.begin_nested():
            transaction.add(row)
    except IntegrityError:
        # A database without SQLite's single writer: another process was faster.
        found = find_task(transaction, folder)
        if found is None:
            raise
        return found
    task = _record(row)
    write_task(layout.task(task.analysis_id, task.mltask_id), task)
    return task


def find_task(transaction: Session, folder: Path) -> TaskRecord | None:
    """The task of a design folder, if it has one."""
    row = transaction.scalar(select(TaskRow).where(TaskRow.folder == _known_as(folder)))
    return None if row is None else _record(row)


def task_by_ids(transaction: Session, analysis_id: str, mltask_id: str) -> TaskRecord:
    """The task of these ids, or a `NotFoundError`."""
    return _record(task_row(transaction, analysis_id, mltask_id))


def all_tasks(transaction: Session) -> list[TaskRecord]:
    """Every task, oldest first."""
    return [_record(row) for row in transaction.scalars(select(TaskRow).order_by(TaskRow.id))]


def task_row(
    transaction: Session, analysis_id: str, mltask_id: str, *, lock: bool = False
) -> TaskRow:
    """The row of a task, kept from other writers until the transaction ends if `lock` is set.

    Raises:
        NotFoundError: it names the id that does not exist and lists those that do.
    """
    query = select(TaskRow).where(
        TaskRow.analysis_id == analysis_id, TaskRow.mltask_id == mltask_id
    )
    row = transaction.scalar(query.with_for_update() if lock else query)
    if row is not None:
        return row
    tasks = all_tasks(transaction)
    in_analysis = [task.mltask_id for task in tasks if task.analysis_id == analysis_id]
    if in_analysis:
        raise NotFoundError(
            f"ML task '{mltask_id}' does not exist in analysis '{analysis_id}'. "
            f"{existing('ML tasks', in_analysis)}"
        )
    shown = [f"{task.reference} ({task.folder})" for task in tasks]
    raise NotFoundError(
        f"Analysis '{analysis_id}' does not exist. {existing('ML tasks', shown)}",
    )


def _known_as(folder: Path) -> str:
    return str(folder.expanduser().resolve())


def _record(row: TaskRow) -> TaskRecord:
    return TaskRecord(row.analysis_id, row.mltask_id, Path(row.folder), row.created_at)
