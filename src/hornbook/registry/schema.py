"""Bringing a database to the tables of this version of Hornbook."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from hornbook.registry.errors import WorkspaceError
from hornbook.registry.tables import SCHEMA_REVISION

__all__ = ["current_revision", "migrate", "prepare_schema"]

MIGRATIONS = Path(__file__).with_name("migrations")

# Any number will do, as long as every Hornbook takes the same.
_POSTGRESQL_LOCK = 4_670_217


def prepare_schema(engine: Engine, writer: Engine) -> None:
    """Create or upgrade the tables unless they are as this version of Hornbook wants them.

    Any number of processes may do so at once: one works, the others wait and find it done.

    Args:
        engine: for reading.
        writer: the same database; its transactions take the write lock when they begin.

    Raises:
        WorkspaceError: the tables come from a newer Hornbook.
    """
    with _only_process(engine):
        with engine.connect() as connection:
            revision = current_revision(connection)
        if revision == SCHEMA_REVISION:
            return
        if revision is None and engine.dialect.name == "sqlite":
            _write_ahead(engine)
        with writer.begin() as connection:
            migrate(connection)


def current_revision(connection: Connection) -> str | None:
    """The revision a database's tables are at, `None` for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def migrate(connection: Connection) -> None:
    """Run, in the transaction of `connection`, the migrations it has not seen, oldest first."""
    # Alembic takes as long to import as all else here and a workspace in use never needs it.
    from alembic.migration import MigrationContext  # noqa: PLC0415
    from alembic.operations import Operations  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _POSTGRESQL_LOCK})
    revision = current_revision(connection)
    scripts = ScriptDirectory(str(MIGRATIONS), version_locations=[str(MIGRATIONS)])
    if revision is not None and revision not in {it.revision for it in scripts.walk_revisions()}:
        place = connection.engine.url.render_as_string(hide_password=True)
        raise WorkspaceError(
            f"The database {place} was written by a newer Hornbook: its tables are at revision "
            f"'{revision}', this version knows none after '{SCHEMA_REVISION}'.",
            fix="Upgrade with `pip install --upgrade hornbook`, or open another workspace.",
        )
    context = MigrationContext.configure(connection)
    with Operations.context(context):
        for script in reversed(list(scripts.iterate_revisions("head", revision or "base"))):
            script.module.upgrade()
            context.stamp(scripts, script.revision)


@contextmanager
def _only_process(engine: Engine) -> Iterator[None]:
    """Keep other processes out of a SQLite file's first moments.

    A process that turns write-ahead logging on while another writes, or does the same, is told
    "database is locked" at once: SQLite's busy timeout does not hold for it.
    """
    if engine.dialect.name != "sqlite":
        yield
        return
    with Path(f"{engine.url.database}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write_ahead(engine: Engine) -> None:
    # The setting stays in the file; it cannot be changed inside a transaction.
    connection = engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()
