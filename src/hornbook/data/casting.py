"""The second pass over text cells: every cell to the type of its column, or its row rejected."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from hornbook.data.cells import CellParser
from hornbook.data.missing import MISSING_WORDS, PLACEHOLDERS, is_missing
from hornbook.data.options import ReadOptions
from hornbook.data.rejection import (
    Rejection,
    RejectionLog,
    RejectionSink,
    check_share,
    merge_rejections,
)
from hornbook.data.schema import Storage
from hornbook.data.source import SourceFile
from hornbook.data.staging import Staging
from hornbook.data.writer import REJECTED_FILE, ReadReport, TableWriter
from hornbook.errors import DataError

__all__ = ["CellCaster", "StagedFile", "row_text", "write_staged"]

_LONGEST_SHOWN = 60


class CellCaster:
    """Casts blocks of text cells and rejects the rows that hold a cell of another type.

    Args:
        parsers: name and parser of every column, in order.
        text_words: the words that say "missing" in a text column.
        separator: between the cells of a rejected row, as told to the user.
    """

    def __init__(
        self, parsers: dict[str, CellParser], text_words: tuple[str, ...], separator: str = ","
    ) -> None:
        self.parsers = parsers
        self.separator = separator
        self._text_words = text_words

    def cast(
        self, lines: np.ndarray, cells: pl.DataFrame, log: RejectionSink
    ) -> tuple[pl.DataFrame, pl.Series | None]:
        """The typed columns, and which rows to keep of them: `None` for all.

        The rows that are not to be kept are added to `log`.

        Args:
            lines: 1-based source line of every row.
            cells: text, one column for each parser.
            log: gets the rejected rows.
        """
        if not cells.width:
            return cells, None
        stripped = cells.select(pl.all().str.strip_chars())
        is_text = [parser.storage is Storage.STRING for parser in self.parsers.values()]
        columns = list(zip(cells.columns, is_text, strict=True))
        absent = stripped.select(
            is_missing(pl.col(name), self._text_words if text else MISSING_WORDS + PLACEHOLDERS)
            for name, text in columns
        )
        values = pl.DataFrame(
            [cells[name] if text else stripped[name] for name, text in columns]
        ).hstack(absent.rename(lambda name: f"{name} absent"))
        typed = values.select(
            parser.parse(pl.when(~pl.col(f"{name} absent")).then(pl.col(name))).alias(name)
            for name, parser in zip(cells.columns, self.parsers.values(), strict=True)
        )
        return typed, self._check(lines, cells, typed, absent, log)

    def _check(
        self,
        lines: np.ndarray,
        cells: pl.DataFrame,
        typed: pl.DataFrame,
        absent: pl.DataFrame,
        log: RejectionSink,
    ) -> pl.Series | None:
        """Logs the rows in which a cell is there and its value is not."""
        n_absent = absent.select(pl.all().sum()).row(0)
        faults = []
        for position, (name, parser) in enumerate(self.parsers.items()):
            values = typed.to_series(position)
            if values.null_count() > n_absent[position]:
                failed = (values.is_null() & ~absent.to_series(position)).to_numpy()
                faults.append((name, parser, cells.to_series(position), failed))
        if not faults:
            return None
        rejected = np.logical_or.reduce([failed for _, _, _, failed in faults])
        for row in np.flatnonzero(rejected).tolist():
            name, parser, cell, _ = next(fault for fault in faults if fault[3][row])
            found = str(cell[row])
            shown = found if len(found) <= _LONGEST_SHOWN else found[:_LONGEST_SHOWN] + "…"
            reason = f"column '{name}' holds {shown!r}, expected {parser.expected}"
            log.add(Rejection(int(lines[row]), reason, row_text(cells.row(row), self.separator)))
        return pl.Series(~rejected)


@dataclass
class StagedFile:
    """What the first pass over a text file leaves.

    Attributes:
        names: of the columns, in order.
        parsers: for the columns, in order.
        staging: the cells.
        log: the rows that were no rows.
        text_words: the words that say "missing" in a text column.
        separator: between the cells of a rejected row, as told to the user.
        report: filled in by both passes.
    """

    names: list[str]
    parsers: list[CellParser]
    staging: Staging
    log: RejectionLog
    text_words: tuple[str, ...]
    separator: str
    report: ReadReport


def write_staged(
    staged: StagedFile, source: SourceFile, options: ReadOptions, folder: Path, done: float
) -> None:
    """Casts the cells of a staged file and writes the table.

    Args:
        staged: what the first pass left.
        source: the file it comes from.
        options: how the user wants it read.
        folder: the empty folder of the new table.
        done: share of the work that the first pass was.

    Raises:
        DataError: there are no rows, or more than a tenth of them are rejected.
    """
    n_all = staged.staging.n_rows + staged.log.count
    check_share(staged.log.count, n_all, staged.log.first, source.name)
    if not staged.staging.n_rows:
        raise DataError(
            f"{source.name} has column names and no rows.", fix="Give a file with rows."
        )
    parsers = dict(zip(staged.names, staged.parsers, strict=True))
    caster = CellCaster(parsers, staged.text_words, staged.separator)
    storages = {name: parser.storage for name, parser in parsers.items()}
    n_cast = 0
    with (
        RejectionLog(staged.log.path.with_name("uncast.jsonl")) as uncast,
        TableWriter(folder, storages) as writer,
    ):
        for lines, cells in staged.staging.batches():
            columns, kept = caster.cast(lines, cells, uncast)
            writer.write(columns, kept)
            n_cast += len(lines)
            source.report(done + (1 - done) * n_cast / staged.staging.n_rows)
    report = staged.report
    report.date_formats = {
        name: parser.date_format.name
        for name, parser in parsers.items()
        if parser.storage in (Storage.DATE, Storage.DATETIME)
    }
    report.n_rejected = staged.log.count + uncast.count
    firsts = [log.first for log in (staged.log, uncast) if log.first is not None]
    report.first_rejection = min(firsts, key=lambda first: first.line, default=None)
    check_share(report.n_rejected, n_all, report.first_rejection, source.name)
    merge_rejections([staged.log.path, uncast.path], folder / REJECTED_FILE)
    writer.finish(report, str(source.path), options)


def row_text(cells: Sequence[str | None], separator: str) -> str:
    """A row as it would stand in a delimited file."""
    line = io.StringIO()
    csv.writer(line, delimiter=separator, lineterminator="").writerow(cells)
    return line.getvalue()
