"""The connection to a workspace database and its two kinds of transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, OperationalError
from sqlalchemy.orm import Session

from hornbook.errors import MissingExtraError
from hornbook.registry.errors import WorkspaceError
from hornbook.registry.schema import prepare_schema

__all__ = ["BUSY_TIMEOUT_SECONDS", "Database"]

BUSY_TIMEOUT_SECONDS = 30
"""How long a SQLite transaction waits for another process to end its own."""

_WRITES = "hornbook_writes"


class Database:
    """A workspace database, created and brought up to date when opened.

    The object owns a pool of connections and nothing else; all state is in the database. Any
    number of threads may share it and any number of processes may open the same database, on one
    machine for SQLite. It must not be carried over a `fork`.

    Args:
        url: SQLAlchemy URL of a SQLite file or a PostgreSQL database.

    Raises:
        WorkspaceError: the database cannot be reached or read, or is newer than this Hornbook.
        MissingExtraError: the URL's driver is not installed.
    """

    def __init__(self, url: str | URL) -> None:
        self.url = _parsed(url)
        self._engine = _engine(self.url)
        self._writer = self._engine.execution_options(**{_WRITES: True})
        try:
            prepare_schema(self._engine, self._writer)
        except (DatabaseError, OSError) as error:
            self.close()
            reason = error.orig if isinstance(error, DatabaseError) else error
            raise WorkspaceError(
                f"The database {self.place} cannot be opened: {reason}.",
                fix="Check that it is reachable and is a Hornbook database. A broken SQLite file "
                "can be moved away and made again from the workspace's folders with "
                "`hornbook.registry.rebuild(home)`.",
            ) from error
        except BaseException:
            self.close()
            raise

    @property
    def place(self) -> str:
        """The URL without its password, for messages."""
        return self.url.render_as_string(hide_password=True)

    def close(self) -> None:
        """Close the pooled connections; closing twice is fine."""
        self._engine.dispose()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that sees one state of the database and keeps no writer waiting."""
        with self._busy_explained(), Session(self._engine) as transaction, transaction.begin():
            yield transaction

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that commits at its end and is undone by an exception.

        On SQLite it is the only one from its start, so nothing it has read can be changed before
        it writes; elsewhere lock the rows with `with_for_update`.
        """
        with self._busy_explained(), Session(self._writer) as transaction, transaction.begin():
            transaction.connection()
            yield transaction

    @contextmanager
    def _busy_explained(self) -> Iterator[None]:
        try:
            yield
        except OperationalError as error:
            raise WorkspaceError(
                f"The database {self.place} did not answer: {error.orig}.",
                fix="Check that its disk or server is up and that no other program holds it open "
                f"in a transaction of more than {BUSY_TIMEOUT_SECONDS} s.",
            ) from error


def _parsed(url: str | URL) -> URL:
    try:
        parsed = make_url(url)
        dialect = parsed.get_dialect().name
    except (ArgumentError, NoSuchModuleError) as error:
        raise WorkspaceError(
            f"The database URL cannot be understood: {error}.",
            fix="Write it like 'sqlite:////srv/hornbook/hornbook.db' or "
            "'postgresql+psycopg://user:password@host/database'.",
        ) from error
    if dialect == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise WorkspaceError(
            "A SQLite database in memory cannot hold a workspace: workers could not see it.",
            fix="Name a file, like 'sqlite:////srv/hornbook/hornbook.db'.",
        )
    return parsed


def _engine(url: URL) -> Engine:
    try:
        engine = create_engine(url)
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f"The database driver '{error.name}' of {url.drivername} is not installed.",
            fix="Run `pip install 'hornbook[postgresql]'`."
            if error.name == "psycopg"
            else f"Run `pip install {error.name}`.",
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: object) -> None:
    # Python's own habit of beginning transactions late is turned off: `_begin_sqlite` does it.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_SECONDS * 1000}")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
