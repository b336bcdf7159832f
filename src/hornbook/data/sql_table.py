"""Tables of databases by a URL: which one is meant, and its rows as a stream."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import pyarrow as pa
from sqlalchemy import URL, Engine, MetaData, create_engine, func, make_url, select
from sqlalchemy import Table as SqlAlchemyTable
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, NoSuchTableError, SQLAlchemyError

from hornbook.data.batch_typing import BatchTyper
from hornbook.data.options import ReadOptions
from hornbook.data.row_block import RowBlock, require_columns
from hornbook.errors import DataError, MissingExtraError, UsageError

__all__ = ["SqlRows", "SqlTable", "database_errors", "is_database_url"]

_URL = re.compile(r"^[A-Za-z][A-Za-z0-9_+]*://")
_BLOCK_ROWS = 8_192


def is_database_url(text: str) -> bool:
    """Whether a text is the URL of a database rather than a path.

    Example:
        >>> is_database_url("sqlite:///x.db?table=rows"), is_database_url("folder/x.csv")
        (True, False)
    """
    return _URL.match(text) is not None


@dataclass(frozen=True)
class SqlTable:
    """A table of a database.

    Attributes:
        url: of the database, as SQLAlchemy takes it.
        table: the table's name.
        schema: that it is in, where it is not in that of the connection.

    Example:
        >>> SqlTable.parse("sqlite:///x.db?table=rows").table
        'rows'
    """

    url: URL
    table: str
    schema: str | None = None

    @classmethod
    def parse(cls, text: str) -> SqlTable:
        """The table that a URL with `?table=NAME` or `?table=SCHEMA.NAME` names.

        Raises:
            UsageError: it is no URL, or names no table.
        """
        try:
            url = make_url(text)
        except ArgumentError as error:
            raise UsageError(
                "The URL of the database cannot be read.",
                fix="Write it as DIALECT://USER:PASSWORD@HOST/DATABASE?table=NAME, or "
                "sqlite:///FILE?table=NAME.",
            ) from error
        named = url.query.get("table")
        if not isinstance(named, str) or not named:
            raise UsageError(
                f"{url.render_as_string()} names no table.",
                fix="Add it at the end: ?table=NAME, or &table=NAME after other options.",
            )
        schema, _, table = named.rpartition(".")
        return cls(url.difference_update_query(["table"]), table, schema or None)

    @property
    def name(self) -> str:
        """What the user calls it, without the password."""
        whole = f"{self.schema}.{self.table}" if self.schema else self.table
        return f"{self.url.render_as_string(hide_password=True)}?table={whole}"

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """Connections to the database, closed at the end.

        Raises:
            MissingExtraError: the driver of the database is not installed.
            DataError: the database cannot be reached, or does not do what it was asked for.
        """
        with database_errors(self.name):
            try:
                engine = create_engine(self.url)
            except (NoSuchModuleError, ModuleNotFoundError) as error:
                driver = self.url.get_backend_name()
                raise MissingExtraError(
                    f"There is no driver for {driver} databases: {error}.",
                    fix="Install it, e.g. pip install 'psycopg[binary]', and name it in the URL: "
                    "postgresql+psycopg://…",
                ) from error
            try:
                yield engine
            finally:
                engine.dispose()


@contextmanager
def database_errors(name: str) -> Iterator[None]:
    """Says what a database refuses in the user's terms.

    Raises:
        DataError: for whatever the database raised.
    """
    try:
        yield
    except NoSuchTableError as error:
        raise DataError(f"{name}: there is no such table.", fix="Check its name.") from error
    except SQLAlchemyError as error:
        found = str(getattr(error, "orig", None) or error).strip().splitlines()
        raise DataError(f"{name}: {found[0] if found else type(error).__name__}") from error


class SqlRows:
    """A `RowStream` over a table, in the order of its primary key.

    A table without one comes in the order in which the database gives it, which need not be the
    same the next time.

    Args:
        table: of a database.
        options: what is declared of its columns.
    """

    def __init__(self, table: SqlTable, options: ReadOptions) -> None:
        self._table = table
        self._options = options

    @property
    def name(self) -> str:
        return self._table.name

    @cached_property
    def _reflected(self) -> SqlAlchemyTable:
        with self._table.engine() as engine:
            return SqlAlchemyTable(
                self._table.table, MetaData(), schema=self._table.schema, autoload_with=engine
            )

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(column.name for column in self._reflected.columns)

    @cached_property
    def n_rows(self) -> int | None:
        with self._table.engine() as engine, engine.connect() as connection:
            return int(
                connection.execute(select(func.count()).select_from(self._reflected)).scalar_one()
            )

    @property
    def gives_text(self) -> bool:
        return False

    def identity(self) -> dict[str, Any]:
        keys = [column.name for column in self._reflected.primary_key.columns]
        # Without an order there is nothing to go on from: the time makes each reading its own.
        order: Any = keys or datetime.datetime.now(datetime.UTC).isoformat()
        return {"table": self.name, "rows": self.n_rows, "order": order}

    def blocks(
        self, wanted: Sequence[str], kept: Sequence[str], codable: Sequence[str] = ()
    ) -> Iterator[RowBlock]:
        del codable
        require_columns(wanted, self.columns, self.name)
        names = list(dict.fromkeys((*wanted, *kept)))
        columns = self._reflected.columns
        query = select(*(columns[name] for name in names)).order_by(
            *self._reflected.primary_key.columns
        )
        types = {name: self._arrow_type(name) for name in names}
        total = self.n_rows or 0
        typer = BatchTyper(self._options, wanted, kept)
        with (
            self._table.engine() as engine,
            engine.connect().execution_options(yield_per=_BLOCK_ROWS) as connection,
        ):
            for rows in connection.execute(query).partitions():
                values = list(zip(*rows, strict=True))
                arrays = [
                    _array(list(column), types[name])
                    for name, column in zip(names, values, strict=True)
                ]
                batch = pa.RecordBatch.from_arrays(arrays, names)
                done = typer.n_read + len(rows)
                yield typer.block(batch, min(1.0, done / max(1, total)))

    def _arrow_type(self, name: str) -> pa.DataType:
        """The one type of all values of a column, as the database declares it."""
        try:
            python = self._reflected.columns[name].type.python_type
        except NotImplementedError:
            return pa.large_string()
        return _ARROW_TYPES.get(python, pa.large_string())


_ARROW_TYPES = {
    int: pa.int64(),
    float: pa.float64(),
    Decimal: pa.float64(),
    bool: pa.bool_(),
    str: pa.large_string(),
    datetime.date: pa.date32(),
    datetime.datetime: pa.timestamp("us"),
}


def _array(values: list[Any], type_: pa.DataType) -> pa.Array:
    """The values as their column is declared; SQLite lets others in, which become texts."""
    if pa.types.is_floating(type_):
        values = [float(one) if isinstance(one, Decimal | int) else one for one in values]
    if pa.types.is_large_string(type_):
        values = [one if one is None or isinstance(one, str) else _text(one) for one in values]
    try:
        return pa.array(values, type_)
    except (pa.ArrowException, TypeError, OverflowError):
        texts = [one if one is None or isinstance(one, str) else _text(one) for one in values]
        return pa.array(texts, pa.large_string())


def _text(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
