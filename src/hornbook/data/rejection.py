"""Rows that could not be read: kept beside the table, counted, told."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, TextIO

from hornbook.errors import DataError

__all__ = [
    "Rejection",
    "RejectionList",
    "RejectionLog",
    "RejectionSink",
    "check_share",
    "merge_rejections",
    "read_rejections",
]

_LARGEST_SHARE = 0.1
_LONGEST_TEXT = 10_000


@dataclass(frozen=True)
class Rejection:
    """One row that was left out.

    Attributes:
        line: 1-based line of the source file on which the row begins; for Parquet and Arrow files
            the 1-based row.
        reason: what was found and what was expected.
        text: the row as it stands in the file, or its values; cut after 10,000 characters.
    """

    line: int
    reason: str
    text: str


class RejectionSink(Protocol):
    """Where a reader puts rows that it leaves out."""

    def add(self, rejection: Rejection) -> None:
        """Takes one more row that was left out."""
        ...


class RejectionList:
    """Holds rejections until they are taken; owned by one reader, not shared between threads."""

    def __init__(self) -> None:
        self._held: list[Rejection] = []

    def add(self, rejection: Rejection) -> None:
        """Takes one more row that was left out."""
        self._held.append(rejection)

    def take(self) -> tuple[Rejection, ...]:
        """All that came since the last call, in the order of their lines."""
        taken, self._held = self._held, []
        return tuple(sorted(taken, key=lambda one: one.line))


class RejectionLog:
    """Appends rejections to a JSON lines file as they come, in the order of their lines.

    A context manager, owned by one reader; not shared between threads.

    Args:
        path: the file to write.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self.first: Rejection | None = None
        self._stream: TextIO | None = None

    def __enter__(self) -> RejectionLog:
        self._stream = self.path.open("w", encoding="utf-8")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._stream is not None:
            self._stream.close()

    def add(self, rejection: Rejection) -> None:
        """Keeps one more row that was left out."""
        if self._stream is None:
            raise ValueError("A rejection log is written inside its `with` block.")
        self.first = self.first or rejection
        self.count += 1
        self._stream.write(_as_line(rejection))


def read_rejections(path: Path) -> Iterator[Rejection]:
    """The rejections in a file, one at a time."""
    with path.open(encoding="utf-8") as stream:
        for line in stream:
            yield Rejection(**json.loads(line))


def merge_rejections(paths: Sequence[Path], target: Path) -> None:
    """Writes the rejections of several files, each ordered by line, as one such file."""
    with target.open("w", encoding="utf-8") as stream:
        files = [read_rejections(path) for path in paths]
        for rejection in heapq.merge(*files, key=lambda rejection: rejection.line):
            stream.write(_as_line(rejection))


def check_share(n_rejected: int, n_rows: int, first: Rejection | None, source: str) -> None:
    """Raises where so many rows were left out that the file was probably misunderstood.

    Args:
        n_rejected: rows left out.
        n_rows: all rows of the file, those left out among them.
        first: the first row left out.
        source: the file, as the user knows it.

    Raises:
        DataError: more than a tenth of the rows were left out.

    Example:
        >>> check_share(2, 4, Rejection(3, "expected 2 fields, found 3", "a,b,c"), "people.csv")
        Traceback (most recent call last):
        ...
        hornbook.errors.DataError: 2 of 4 rows (50.0%) of people.csv cannot be read. The first is\
 on line 3: expected 2 fields, found 3.
          Fix: Correct the rows, or say how to read the file: separator, quote, encoding, header,\
 or the type of the column.
    """
    if first is None or n_rejected <= _LARGEST_SHARE * n_rows:
        return
    raise DataError(
        f"{n_rejected:,} of {n_rows:,} rows ({n_rejected / n_rows:.1%}) of {source} cannot be read."
        f" The first is on line {first.line}: {first.reason}.",
        fix="Correct the rows, or say how to read the file: separator, quote, encoding, header, "
        "or the type of the column.",
    )


def _as_line(rejection: Rejection) -> str:
    row = asdict(rejection)
    if len(rejection.text) > _LONGEST_TEXT:
        row["text"] = rejection.text[:_LONGEST_TEXT] + "…"
    return json.dumps(row, ensure_ascii=False) + "\n"
