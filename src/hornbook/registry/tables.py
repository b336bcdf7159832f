"""The tables of the workspace database.

A change here needs a new file in `migrations/` and `SCHEMA_REVISION` set to its revision; the
tests compare the two.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

__all__ = [
    "SCHEMA_REVISION",
    "ActivationRow",
    "EndpointKeyRow",
    "SavedModelRow",
    "SessionRow",
    "TableBase",
    "TaskRow",
    "UserRow",
    "VersionRow",
]

SCHEMA_REVISION = "0004"
"""Revision of the newest file in `migrations/`, which these tables describe."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime, also in SQLite, which stores no time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC, since a database without time zones drops the offset."""
        del dialect
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Back to aware UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class TableBase(DeclarativeBase):
    """The metadata that all tables share."""

    metadata = MetaData(
        # Migrations can only change a constraint that has a name.
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {datetime: UtcDateTime}


class TaskRow(TableBase):
    """An ML task; the counter outlives its sessions, so that no number comes back."""

    __tablename__ = "tasks"
    __table_args__ = (UniqueConstraint("analysis_id", "mltask_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    analysis_id: Mapped[str] = mapped_column(String(8))
    mltask_id: Mapped[str] = mapped_column(String(8))
    folder: Mapped[str] = mapped_column(Text, unique=True)
    last_session_number: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


class SessionRow(TableBase):
    """A session of a task; ids grow in the order of creation."""

    __tablename__ = "sessions"
    __table_args__ = (UniqueConstraint("task_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("tasks.id"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(16), index=True)
    reason: Mapped[str | None] = mapped_column(Text)
    has_model: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    host: Mapped[str | None] = mapped_column(Text)
    worker_pid: Mapped[int | None]
    worker_started: Mapped[float | None] = mapped_column(Double)
    backend: Mapped[str | None] = mapped_column(Text)
    prediction_type: Mapped[str | None] = mapped_column(Text)
    target: Mapped[str | None] = mapped_column(Text)
    metric: Mapped[str | None] = mapped_column(Text)
    metric_value: Mapped[float | None] = mapped_column(Double)
    best_epoch: Mapped[int | None]
    epochs: Mapped[int | None]
    train_rows: Mapped[int | None] = mapped_column(BigInteger)
    test_rows: Mapped[int | None] = mapped_column(BigInteger)
    starred: Mapped[bool] = mapped_column(default=False, server_default=false())

    task: Mapped[TaskRow] = relationship(lazy="joined", innerjoin=True)


class SavedModelRow(TableBase):
    """A saved model; never without its active version, since both are born in one transaction."""

    __tablename__ = "saved_models"

    id: Mapped[int] = mapped_column(primary_key=True)
    saved_model_id: Mapped[str] = mapped_column(String(8), unique=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    last_version_number: Mapped[int] = mapped_column(default=0)
    active_version_number: Mapped[int]
    created_at: Mapped[datetime]

    versions: Mapped[list[VersionRow]] = relationship(
        back_populates="saved_model",
        order_by="VersionRow.number",
        lazy="selectin",
        cascade="all, delete-orphan",
    )
    activations: Mapped[list[ActivationRow]] = relationship(
        order_by="ActivationRow.id", lazy="selectin", cascade="all, delete-orphan"
    )


class VersionRow(TableBase):
    """A version of a saved model; it names its session without needing it to be there still."""

    __tablename__ = "versions"
    __table_args__ = (UniqueConstraint("saved_model_row_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    saved_model_row_id: Mapped[int] = mapped_column(ForeignKey("saved_models.id"))
    number: Mapped[int]
    session_reference: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]

    saved_model: Mapped[SavedModelRow] = relationship(back_populates="versions")


class ActivationRow(TableBase):
    """That a version became active; the newest row of a saved model is of its active version."""

    __tablename__ = "activations"

    id: Mapped[int] = mapped_column(primary_key=True)
    saved_model_row_id: Mapped[int] = mapped_column(ForeignKey("saved_models.id"), index=True)
    number: Mapped[int]
    activated_at: Mapped[datetime]


class UserRow(TableBase):
    """A person who may open the studio; of the password only a hash is known."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    password_hash: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class EndpointKeyRow(TableBase):
    """A key that opens endpoints; of the key itself only a hash is known."""

    __tablename__ = "endpoint_keys"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    saved_model_id: Mapped[str | None] = mapped_column(String(8))
    created_at: Mapped[datetime]
