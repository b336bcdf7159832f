"""The rows of a Parquet or Arrow file as a stream."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from hornbook.data.batch_typing import BatchTyper
from hornbook.data.columnar import open_batches
from hornbook.data.file_format import FileFormat
from hornbook.data.options import ReadOptions
from hornbook.data.row_block import RowBlock, require_columns
from hornbook.data.source import SourceFile
from hornbook.errors import DataError

__all__ = ["ColumnarRows", "file_identity"]


class ColumnarRows:
    """A `RowStream` over a Parquet or Arrow file.

    Args:
        source: the file.
        file_format: which of the three it is.
        options: what is declared of its columns.
    """

    def __init__(self, source: SourceFile, file_format: FileFormat, options: ReadOptions) -> None:
        self._source = source
        self._format = file_format
        self._options = options

    @property
    def name(self) -> str:
        return self._source.name

    @cached_property
    def _schema(self) -> pa.Schema:
        with _readable(self._source), open_batches(self._source, self._format) as (schema, _):
            return schema

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self._schema.names)

    @cached_property
    def n_rows(self) -> int | None:
        if self._format is not FileFormat.PARQUET:
            return None
        return int(pq.read_metadata(self._source.path).num_rows)

    @property
    def gives_text(self) -> bool:
        return False

    def identity(self) -> dict[str, Any]:
        return file_identity(self._source.path)

    def blocks(
        self, wanted: Sequence[str], kept: Sequence[str], codable: Sequence[str] = ()
    ) -> Iterator[RowBlock]:
        require_columns(wanted, self.columns, self.name)
        names = list(dict.fromkeys((*wanted, *kept)))
        texts = [name for name in codable if _is_text(self._schema.field(name).type)]
        typer = BatchTyper(self._options, wanted, kept, frozenset(codable))
        with (
            _readable(self._source),
            open_batches(self._source, self._format, names, texts) as (_, batches),
        ):
            for batch in batches:
                done = typer.n_read + batch.num_rows
                yield typer.block(batch, done / self.n_rows if self.n_rows else 0.0)


def file_identity(path: Path) -> dict[str, Any]:
    """What tells one state of a file from another: path, size, time of change."""
    status = path.stat()
    return {"path": str(path.resolve()), "bytes": status.st_size, "changed": status.st_mtime_ns}


def _is_text(type_: pa.DataType) -> bool:
    return bool(pa.types.is_string(type_) or pa.types.is_large_string(type_))


class _readable:  # noqa: N801 - a context manager that reads like a word
    """Says what Arrow finds wrong with a file in the user's terms."""

    def __init__(self, source: SourceFile) -> None:
        self._source = source

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, pa.ArrowException):
            raise DataError(
                f"{self._source.name} cannot be read: {error}",
                fix="The file is damaged or not complete: write it again.",
            ) from error
