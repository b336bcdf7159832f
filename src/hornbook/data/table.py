"""A typed table on disk, read in slices and by rows, never whole."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import polars.selectors as cs
import pyarrow as pa

from hornbook.data.gather import RowGatherer
from hornbook.data.rejection import Rejection, read_rejections
from hornbook.data.schema import Column
from hornbook.data.writer import READER_VERSION, REJECTED_FILE, SCHEMA_FILE, TABLE_FILE
from hornbook.errors import DataError, NotFoundError, did_you_mean

__all__ = ["Table"]


class Table:
    """A table that a reader wrote: a folder with the rows, their schema and the rejected rows.

    The folder never changes once it is written, so that any number of threads and processes may
    read it at once; a table sent to another process opens the folder there. Rows come memory
    mapped from disk: a table far larger than memory is fine.

    Attributes:
        folder: where the table lies.
        source: the file that it was read from.
        fingerprint: of the source's bytes and the options it was read with: the same for the same
            content wherever it lies.
        columns: in the order of the source.
        n_rows: number of rows, the rejected ones not counted.
        n_rejected: number of rows of the source that were left out.
        first_rejection: line and reason of the first of them.
        notes: what the user should know about how the source was read.
    """

    def __init__(
        self,
        folder: Path,
        *,
        source: str,
        fingerprint: str,
        columns: tuple[Column, ...],
        n_rows: int,
        n_rejected: int,
        first_rejection: str | None,
        notes: tuple[str, ...],
    ) -> None:
        self.folder = folder
        self.source = source
        self.fingerprint = fingerprint
        self.columns = columns
        self.n_rows = n_rows
        self.n_rejected = n_rejected
        self.first_rejection = first_rejection
        self.notes = notes
        self._by_name = {column.name: column for column in columns}

    @classmethod
    def open(cls, folder: Path) -> Table:
        """The table in `folder`.

        Raises:
            DataError: the folder holds no table, or one of another version of the reader.
        """
        try:
            schema = json.loads((folder / SCHEMA_FILE).read_text(encoding="utf-8"))
            if schema["reader_version"] != READER_VERSION:
                raise DataError(
                    f"The table in {folder} was written by another version of the reader.",
                    fix="Read the source file again.",
                )
            return cls(
                folder,
                source=schema["source"],
                fingerprint=schema["fingerprint"],
                columns=tuple(Column.from_json(column) for column in schema["columns"]),
                n_rows=schema["n_rows"],
                n_rejected=schema["n_rejected"],
                first_rejection=schema["first_rejection"],
                notes=tuple(schema["notes"]),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DataError(
                f"There is no table in {folder}: {error}.", fix="Read the source file again."
            ) from error

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(self._by_name)

    def column(self, name: str) -> Column:
        """The column of that name.

        Raises:
            NotFoundError: there is none.
        """
        if name not in self._by_name:
            raise NotFoundError(
                f"The table has no column '{name}'.", fix=did_you_mean(name, self._by_name)
            )
        return self._by_name[name]

    def scan(self) -> pl.LazyFrame:
        """The whole table as a lazy query, which streams from disk."""
        return pl.scan_ipc(self._path, glob=False)

    def take(self, rows: npt.NDArray[np.integer], columns: Sequence[str]) -> pl.DataFrame:
        """The given rows of the given columns, in the given order; a row may come twice.

        Args:
            rows: 0-based, shape `(n_rows,)`, any integer type.
            columns: names.

        Raises:
            IndexError: a row lies outside the table.
            NotFoundError: there is no such column.
        """
        for name in columns:
            self.column(name)
        indices = np.asarray(rows, dtype=np.int64)
        if len(indices) and (indices.min() < 0 or indices.max() >= self.n_rows):
            raise IndexError(
                f"Rows {indices.min()} to {indices.max()} of a table of {self.n_rows} rows."
            )
        return self._gatherer.take(indices, columns)

    def slices(
        self, columns: Sequence[str] | None = None, n_rows: int = 65_536
    ) -> Iterator[pl.DataFrame]:
        """The table from front to back, `n_rows` at a time.

        Args:
            columns: names; all columns where absent.
            n_rows: of every slice but the last, which may be shorter.
        """
        names = list(self.column_names if columns is None else columns)
        for name in names:
            self.column(name)
        rows = pa.Table.from_batches(self._gatherer.batches, self._gatherer.schema).select(names)
        for start in range(0, self.n_rows, n_rows):
            yield pl.DataFrame(pl.from_arrow(rows.slice(start, n_rows)))
            self._gatherer.release()

    def rows_within(self, size_bytes: int, columns: Sequence[str]) -> int:
        """How many rows of these columns have about that many bytes in memory; at least 1.

        Args:
            size_bytes: the limit.
            columns: names.

        Raises:
            NotFoundError: there is no such column.
        """
        names = [self.column(name).name for name in columns]
        batches = self._gatherer.batches
        total = sum(int(batch.column(name).nbytes) for batch in batches for name in names)
        return max(1, size_bytes * self.n_rows // max(1, total))

    def head(self, n: int = 10) -> pl.DataFrame:
        """The first `n` rows."""
        return self.take(np.arange(min(n, self.n_rows)), self.column_names)

    def read_column(self, name: str) -> pl.Series:
        """All values of one column, in memory."""
        self.column(name)
        # By exact name: `pl.col` reads names such as `^a$` as patterns.
        return self.scan().select(cs.by_name(name)).collect().to_series()

    def distinct(self, name: str) -> pl.Series:
        """The different values of a column, in memory that grows with them and not with the rows.

        Raises:
            NotFoundError: there is no such column.
        """
        found = self.take(np.empty(0, np.int64), [name])[name]
        for frame in self.slices([name]):
            found = pl.concat([found, frame[name].unique()]).unique()
        return found

    def rejections(self) -> Iterator[Rejection]:
        """The rows that were left out, in the order of their lines, one at a time."""
        return read_rejections(self.folder / REJECTED_FILE)

    def __repr__(self) -> str:
        return f"Table({self.source!r}, {self.n_rows} rows, {len(self.columns)} columns)"

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Table.open, (self.folder,)

    @property
    def _path(self) -> Path:
        return self.folder / TABLE_FILE

    @cached_property
    def _gatherer(self) -> RowGatherer:
        return RowGatherer(self._path)
