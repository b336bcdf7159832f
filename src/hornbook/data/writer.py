"""Writing the folder of a table: rows, schema, rejected rows."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType

import polars as pl
import pyarrow as pa

from hornbook.data.meaning import ColumnStatistics
from hornbook.data.options import ReadOptions
from hornbook.data.rejection import Rejection
from hornbook.data.schema import Storage, arrow_schema

__all__ = [
    "READER_VERSION",
    "REJECTED_FILE",
    "SCHEMA_FILE",
    "TABLE_FILE",
    "ReadReport",
    "TableWriter",
]

TABLE_FILE = "table.arrow"
SCHEMA_FILE = "schema.json"
REJECTED_FILE = "rejected.jsonl"
READER_VERSION = 2
"""Raised with every change that makes the same file another table."""


@dataclass
class ReadReport:
    """What a reader says beside the rows.

    Attributes:
        digest: a hash of the source file's bytes.
        n_rejected: rows left out.
        first_rejection: the first of them.
        notes: what the user should know about how the file was read.
        date_formats: of the columns whose dates were read from text, by name.
    """

    digest: str = ""
    n_rejected: int = 0
    first_rejection: Rejection | None = None
    notes: list[str] = field(default_factory=list)
    date_formats: dict[str, str] = field(default_factory=dict)


class TableWriter:
    """Writes batches of typed rows as they come, and what they say about every column.

    A context manager, owned by one reader; not shared between threads. The folder is a table once
    `finish` has written its schema.

    Args:
        folder: an existing, empty folder.
        storages: name and storage of every column, in order.
    """

    def __init__(self, folder: Path, storages: dict[str, Storage]) -> None:
        self.n_rows = 0
        self._folder = folder
        self._schema = arrow_schema(storages)
        self._statistics = {
            name: ColumnStatistics(storage, len(storages)) for name, storage in storages.items()
        }
        self._sink = pa.OSFile(str(folder / TABLE_FILE), "wb")
        self._writer = pa.ipc.new_file(self._sink, self._schema)

    def __enter__(self) -> TableWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._writer.close()
        self._sink.close()

    def write(self, rows: pl.DataFrame, kept: pl.Series | None = None) -> None:
        """Adds rows.

        Args:
            rows: columns in the order of the schema, already of their storages, of any names.
            kept: which of the rows to add; all where absent.
        """
        if kept is not None:
            rows = rows.filter(kept)
        if not rows.height:
            return
        # Numbered, since Polars reads the names of some series, such as `^a$`, as patterns.
        rows.columns = [str(position) for position in range(rows.width)]
        hashes = rows.select(pl.all().hash())
        for position, statistics in enumerate(self._statistics.values()):
            statistics.add(rows.to_series(position), hashes.to_series(position))
        rows.columns = self._schema.names
        arrow = rows.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(self._schema)
        self._writer.write_table(arrow.combine_chunks())
        self.n_rows += rows.height

    def finish(self, report: ReadReport, source: str, options: ReadOptions) -> None:
        """Writes the schema file; the rows must all be written and the writer closed."""
        columns = [
            replace(
                statistics.column(name, options.declared(name)[1]),
                date_format=report.date_formats.get(name),
            ).to_json()
            for name, statistics in self._statistics.items()
        ]
        first = report.first_rejection
        schema = {
            "reader_version": READER_VERSION,
            "source": source,
            "fingerprint": _fingerprint(report.digest, options),
            "n_rows": self.n_rows,
            "n_rejected": report.n_rejected,
            "first_rejection": None if first is None else f"line {first.line}: {first.reason}",
            "notes": report.notes,
            "columns": columns,
        }
        text = json.dumps(schema, indent=1, ensure_ascii=False)
        (self._folder / SCHEMA_FILE).write_text(text + "\n", encoding="utf-8")


def _fingerprint(digest: str, options: ReadOptions) -> str:
    content = [READER_VERSION, digest, options.to_json()]
    text = json.dumps(content, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
