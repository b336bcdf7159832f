"""Scored rows as a table of a database, made in one transaction."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    Integer,
    MetaData,
    Text,
    inspect,
)
from sqlalchemy import Table as SqlAlchemyTable
from sqlalchemy.types import TypeEngine

from hornbook.data.arrow_values import to_text
from hornbook.data.sql_table import SqlTable, database_errors
from hornbook.errors import UsageError

__all__ = ["SqlWriter"]

_INSERTED_ROWS = 4_096


class SqlWriter:
    """A `RowWriter` that holds its rows in a file until the end, and then makes the table.

    So the database is changed at once or not at all, and may be that which the rows come from.

    Args:
        table: to make.
        path: of the file.
        replaces: whether a table that exists is dropped before.
    """

    def __init__(self, table: SqlTable, path: Path, *, replaces: bool) -> None:
        self._table = table
        self._path = path
        self._replaces = replaces
        self._sink: pa.OSFile | None = None
        self._writer: Any = None
        self._schema: pa.Schema | None = None

    @staticmethod
    def check(table: SqlTable, *, replaces: bool) -> None:
        """Refuses a table that exists and is not to be replaced.

        Raises:
            UsageError: it does.
            DataError: the database cannot be reached.
        """
        with table.engine() as engine:
            if inspect(engine).has_table(table.table, schema=table.schema) and not replaces:
                raise UsageError(
                    f"{table.name} exists.", fix="Name another table, or add --replace."
                )

    def write(self, rows: pa.Table) -> None:
        if self._schema is None:
            self._schema = rows.schema
            self._sink = pa.OSFile(str(self._path), "wb")
            self._writer = pa.ipc.new_stream(self._sink, rows.schema)
        self._writer.write_table(rows.cast(self._schema))

    def finish(self) -> None:
        self.abandon()
        if not self._path.exists():
            return
        metadata = MetaData()
        with (
            database_errors(self._table.name),
            self._table.engine() as engine,
            pa.OSFile(str(self._path)) as source,
            pa.ipc.open_stream(source) as reader,
            engine.begin() as connection,
        ):
            made = SqlAlchemyTable(
                self._table.table,
                metadata,
                *(Column(field.name, _sql_type(field.type)) for field in reader.schema),
                schema=self._table.schema,
            )
            if self._replaces:
                made.drop(connection, checkfirst=True)
            made.create(connection)
            for batch in reader:
                for start in range(0, batch.num_rows, _INSERTED_ROWS):
                    part = batch.slice(start, _INSERTED_ROWS)
                    connection.execute(made.insert(), _rows(part))

    def abandon(self) -> None:
        if self._writer is not None and self._sink is not None:
            self._writer.close()
            self._sink.close()
        self._writer = self._sink = None


def _rows(batch: pa.RecordBatch) -> list[dict[str, Any]]:
    columns = []
    for array in batch.columns:
        plain = array.dictionary_decode() if isinstance(array, pa.DictionaryArray) else array
        is_nested = pa.types.is_nested(plain.type)
        values = to_text(plain) if is_nested else pl.Series(plain)
        columns.append(values.fill_nan(None) if values.dtype.is_float() else values)
    names = batch.schema.names
    lists = [column.to_list() for column in columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*lists, strict=True)]


def _sql_type(type_: pa.DataType) -> TypeEngine[Any]:
    if pa.types.is_dictionary(type_):
        type_ = type_.value_type
    types = pa.types
    for suits, made in (
        (types.is_boolean, Boolean()),
        (types.is_integer, BigInteger().with_variant(Integer(), "sqlite")),
        (types.is_floating, Double()),
        (types.is_date, Date()),
        (types.is_timestamp, DateTime()),
    ):
        if suits(type_):
            return made
    return Text()
