"""Files that scored rows are written to, block by block: CSV, Parquet, JSON lines."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from hornbook.data.arrow_values import to_text
from hornbook.data.text_rows import JSON_TEXT
from hornbook.errors import DataError, UsageError

__all__ = [
    "FILE_ENDINGS",
    "RowWriter",
    "file_writer",
    "refuse_clashes",
    "require_folder_of",
]

FILE_ENDINGS = (".csv", ".parquet", ".jsonl")
"""What the names of files to write end in."""


class RowWriter(Protocol):
    """Takes rows in order; what it writes is whole after `finish`. Used by one thread."""

    def write(self, rows: pa.Table) -> None:
        """Adds rows; all blocks have the columns of the first."""
        ...

    def finish(self) -> None:
        """Writes what is left."""
        ...

    def abandon(self) -> None:
        """Closes what is open, without finishing; harmless after `finish`."""
        ...


def file_writer(output: Path, path: Path) -> RowWriter:
    """The writer of a file.

    Args:
        output: whose ending names the format.
        path: where to write.

    Raises:
        UsageError: the ending is none that is known.
    """
    writers: dict[str, Callable[[Path], RowWriter]] = {
        ".csv": _CsvWriter,
        ".parquet": _ParquetWriter,
        ".jsonl": _JsonLinesWriter,
    }
    ending = output.suffix.lower()
    if ending not in writers:
        raise UsageError(
            f"Received the output '{output.name}', expected a name that ends in "
            f"{', '.join(FILE_ENDINGS[:-1])} or {FILE_ENDINGS[-1]}.",
            fix="Name the output something.csv, something.parquet or something.jsonl.",
        )
    return writers[ending](path)


def require_folder_of(output: Path) -> None:
    """Refuses an output in a folder that is not there.

    Raises:
        DataError: names the folder.
    """
    if not output.resolve().parent.is_dir():
        raise DataError(f"There is no folder '{output.parent}' to write the predictions in.")


def refuse_clashes(kept: Iterable[str], added: Sequence[str]) -> None:
    """Refuses columns to keep that have the names of predictions.

    Raises:
        DataError: names them.
    """
    clashes = set(kept) & set(added)
    if clashes:
        raise DataError(
            f"The input has columns {sorted(clashes)}, which the predictions would overwrite.",
            fix="Rename them in the input.",
        )


class _CsvWriter:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: Any = None

    def write(self, rows: pa.Table) -> None:
        plain = pa.table(
            [_without_lists(rows.column(name)) for name in rows.column_names], rows.column_names
        )
        if self._writer is None:
            self._writer = pyarrow.csv.CSVWriter(self._path, plain.schema)
        self._writer.write_table(plain)

    def finish(self) -> None:
        self.abandon()

    def abandon(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None


class _ParquetWriter:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: pyarrow.parquet.ParquetWriter | None = None
        self._schema: pa.Schema | None = None

    def write(self, rows: pa.Table) -> None:
        if self._writer is None:
            self._schema = rows.schema
            # Numbers hardly repeat: a dictionary of them takes time and saves nothing.
            repeated = [field.name for field in rows.schema if _is_text(field.type)]
            self._writer = pyarrow.parquet.ParquetWriter(
                self._path,
                rows.schema,
                use_dictionary=repeated,
                write_statistics=[name for name in rows.schema.names if name not in repeated],
                store_schema=False,
            )
            self._writer.add_key_value_metadata(_schema_metadata(rows.schema))
        self._writer.write_table(rows.cast(self._schema))

    def finish(self) -> None:
        self.abandon()

    def abandon(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None


class _JsonLinesWriter:
    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("wb")

    def write(self, rows: pa.Table) -> None:
        as_json = [field.name for field in rows.schema if field.metadata == JSON_TEXT]
        if not as_json:
            pl.DataFrame(pl.from_arrow(rows)).write_ndjson(self._file)
            return
        columns = [
            [f"{json.dumps(name, ensure_ascii=False)}: {text}" for text in texts]
            for name in rows.column_names
            for texts in [_as_json(rows.column(name), is_json=name in as_json)]
        ]
        lines = ("{" + ", ".join(cells) + "}\n" for cells in zip(*columns, strict=True))
        self._file.write("".join(lines).encode())

    def finish(self) -> None:
        self.abandon()

    def abandon(self) -> None:
        self._file.close()


def _schema_metadata(schema: pa.Schema) -> dict[bytes, bytes]:
    """The Arrow schema as readers look for it, with texts where dictionaries of them are written.

    See "ARROW:schema" in https://arrow.apache.org/docs/cpp/parquet.html.
    """
    plain = pa.schema(
        [
            field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field
            for field in schema
        ]
    )
    return {b"ARROW:schema": base64.b64encode(plain.serialize().to_pybytes())}


def _as_json(column: pa.ChunkedArray, *, is_json: bool) -> list[str]:
    values: list[Any] = column.to_pylist()
    if is_json:
        return values
    return [json.dumps(value, ensure_ascii=False, default=str) for value in values]


def _without_lists(column: pa.ChunkedArray) -> pa.ChunkedArray | pa.Array:
    """What a cell of text can hold: lists and objects as JSON, dictionaries as their values."""
    if pa.types.is_dictionary(column.type):
        return column.cast(column.type.value_type)
    if pa.types.is_nested(column.type):
        return to_text(column.combine_chunks()).to_arrow()
    return column


def _is_text(type_: pa.DataType) -> bool:
    if pa.types.is_dictionary(type_):
        type_ = type_.value_type
    return bool(
        pa.types.is_string(type_)
        or pa.types.is_large_string(type_)
        or pa.types.is_string_view(type_)
    )
