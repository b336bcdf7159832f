"""The people who may open the studio."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hornbook.errors import NotFoundError, UsageError
from hornbook.registry.listing import existing
from hornbook.registry.records import UserRecord
from hornbook.registry.tables import UserRow

__all__ = ["add_user", "all_users", "find_user", "remove_user"]


def add_user(transaction: Session, name: str, password_hash: str) -> UserRecord:
    """Adds a user, or gives one of that name another password."""
    name = name.strip()
    if not name or len(name) > 100:
        raise UsageError("A user needs a name of 1 to 100 characters.")
    row = transaction.scalar(select(UserRow).where(UserRow.name == name))
    if row is None:
        row = UserRow(name=name, password_hash=password_hash, created_at=datetime.now(UTC))
        transaction.add(row)
    row.password_hash = password_hash
    transaction.flush()
    return _record(row)


def find_user(transaction: Session, name: str) -> UserRecord | None:
    """The user of a name, if there is one."""
    row = transaction.scalar(select(UserRow).where(UserRow.name == name))
    return None if row is None else _record(row)


def all_users(transaction: Session) -> list[UserRecord]:
    """Every user, by name."""
    return [_record(row) for row in transaction.scalars(select(UserRow).order_by(UserRow.name))]


def remove_user(transaction: Session, name: str) -> None:
    """Removes a user.

    Raises:
        NotFoundError: there is none of that name.
    """
    row = transaction.scalar(select(UserRow).where(UserRow.name == name))
    if row is None:
        names = [user.name for user in all_users(transaction)]
        raise NotFoundError(f"There is no user '{name}'. {existing('users', names)}")
    transaction.delete(row)


def _record(row: UserRow) -> UserRecord:
    return UserRecord(row.name, row.password_hash, row.created_at)
