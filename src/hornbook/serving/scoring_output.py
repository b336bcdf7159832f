"""Where scored rows go: a file with the rejected rows beside it, or a table of a database."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self, TextIO

import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from hornbook.data import Rejection
from hornbook.data.sql_table import SqlTable, is_database_url
from hornbook.serving.row_writers import RowWriter, file_writer, require_folder_of
from hornbook.serving.sql_writer import SqlWriter

__all__ = ["DatabaseOutput", "FileOutput", "RejectedRows", "ScoringOutput", "open_output"]

_LONGEST_TEXT = 10_000


class ScoringOutput(Protocol):
    """Where scored rows go."""

    @property
    def name(self) -> str:
        """What the user calls it."""
        ...

    @property
    def rejected(self) -> Path:
        """The file of the rows that are kept apart."""
        ...

    @property
    def keeps_json(self) -> bool:
        """Whether values of JSON lines are best kept as JSON."""
        ...

    @property
    def wants_types(self) -> bool:
        """Whether numbers from text files are to be written as numbers."""
        ...

    def journal_folder(self) -> Path:
        """Where an interrupted scoring leaves its predictions."""
        ...

    def writer(self, partial: Path) -> RowWriter:
        """What takes the rows; `partial` is a file of its own to write to."""
        ...

    def put_in_place(self, partial: Path) -> None:
        """Makes what was written the output."""
        ...


@dataclass(frozen=True)
class FileOutput:
    """A CSV, Parquet or JSON lines file."""

    path: Path

    @property
    def name(self) -> str:
        return str(self.path)

    @property
    def rejected(self) -> Path:
        return self.path.with_name(f"{self.path.name}.rejected.jsonl")

    @property
    def keeps_json(self) -> bool:
        return self.path.suffix.lower() == ".jsonl"

    @property
    def wants_types(self) -> bool:
        return self.path.suffix.lower() != ".csv"

    def journal_folder(self) -> Path:
        return self.path.resolve().with_name(f".{self.path.name}.scoring")

    def writer(self, partial: Path) -> RowWriter:
        return file_writer(self.path, partial)

    def put_in_place(self, partial: Path) -> None:
        partial.replace(self.path)


@dataclass(frozen=True)
class DatabaseOutput:
    """A table of a database, written in one transaction at the end.

    Attributes:
        table: that is made.
        folder: for what an interrupted scoring leaves, and for rejected rows.
        replaces: whether one that exists is replaced.
    """

    table: SqlTable
    folder: Path
    replaces: bool

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def rejected(self) -> Path:
        return self.folder / f"{self.table.table}.rejected.jsonl"

    @property
    def keeps_json(self) -> bool:
        return False

    @property
    def wants_types(self) -> bool:
        return True

    def journal_folder(self) -> Path:
        return self.folder / f".{self.table.table}.scoring"

    def writer(self, partial: Path) -> RowWriter:
        return SqlWriter(self.table, partial, replaces=self.replaces)

    def put_in_place(self, partial: Path) -> None:
        partial.unlink(missing_ok=True)


def open_output(text: str, folder: Path, *, replaces: bool) -> ScoringOutput:
    """The output that a path or a URL names.

    Args:
        text: a path, or a URL such as `sqlite:///x.db?table=scored`.
        folder: of this workspace, for what lies beside a table.
        replaces: whether a table that exists is replaced.

    Raises:
        UsageError: a path has no ending that is known, a URL names no table.
        DataError: the folder of a file is not there, or a table is, and is not to be replaced.
    """
    if not is_database_url(text):
        output = FileOutput(Path(text))
        file_writer(output.path, Path("/dev/null")).abandon()
        require_folder_of(output.path)
        return output
    table = SqlTable.parse(text)
    SqlWriter.check(table, replaces=replaces)
    beside = folder / _folder_name(table.name)
    beside.mkdir(parents=True, exist_ok=True)
    return DatabaseOutput(table, beside, replaces)


def _folder_name(name: str) -> str:
    return hashlib.blake2b(name.encode(), digest_size=8).hexdigest()


class RejectedRows:
    """Writes rows that are kept apart as JSON lines; used by one thread.

    Args:
        path: the file, made with the first of them.
    """

    def __init__(self, path: Path) -> None:
        self.count = 0
        self.first: str | None = None
        self._path = path
        self._file: TextIO | None = None
        path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()

    def add_unparsed(self, rejections: tuple[Rejection, ...]) -> None:
        """Rows that do not parse."""
        for one in rejections:
            self._add(one.line, one.reason, {"text": one.text[:_LONGEST_TEXT]})

    def add_unscorable(self, numbers: NDArray[Any], reasons: list[str], rows: pl.DataFrame) -> None:
        """Rows that the model cannot score, with the values that it was given."""
        for number, reason, values in zip(
            numbers.tolist(), reasons, rows.iter_rows(named=True), strict=True
        ):
            self._add(number, reason, {"values": values})

    def _add(self, row: int, reason: str, more: dict[str, Any]) -> None:
        self.count += 1
        self.first = self.first or f"row {row}: {reason}"
        if self._file is None:
            self._file = self._path.open("w", encoding="utf-8")
        value = {"row": row, "reason": reason, **more}
        self._file.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


def arrow_columns(frame: pl.DataFrame) -> pa.Table:
    """The frame as an Arrow table whose texts any writer takes."""
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())
