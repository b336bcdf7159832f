"""The rows of a delimited file in blocks, each with the physical line that it begins on."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from pyarrow import csv

from hornbook.data.dialect import Dialect
from hornbook.data.rejection import Rejection, RejectionSink
from hornbook.data.source import TextStream
from hornbook.errors import DataError

__all__ = ["DelimitedRows"]

_BLOCK_BYTES = 4 << 20


class DelimitedRows:
    """Parses a delimited file block by block.

    The parser numbers all rows, those it refuses among them; a row that holds line breaks inside
    quotes pushes the lines of all later rows down. Owned by one reader; not shared between threads.

    Args:
        stream: the file.
        dialect: how it is laid out.
        log: gets the rows with too few or too many fields.
        name: of the file, as the user knows it.
    """

    def __init__(self, stream: TextStream, dialect: Dialect, log: RejectionSink, name: str) -> None:
        self.n_empty = 0
        self._stream = stream
        self._dialect = dialect
        self._log = log
        self._name = name
        self._refused: deque[Any] = deque()
        self._n_rows = 0
        self._n_breaks = 0
        self._open_end = False
        self._last_line = 1

    def blocks(self) -> Iterator[tuple[np.ndarray, pl.DataFrame]]:
        """The lines and the cells of every column, header and empty rows left out.

        Raises:
            DataError: a quote is opened and never closed.
        """
        header_left = self._dialect.has_header
        for parsed in self._parsed():
            cells, lines = parsed, self._place(parsed)
            empty = cells.select(empty=pl.all_horizontal(pl.all().is_null()))["empty"]
            if empty.any():
                self.n_empty += int(empty.sum())
                cells, lines = cells.filter(~empty), lines[~empty.to_numpy()]
            if header_left and len(lines):
                header_left = False
                cells, lines = cells[1:], lines[1:]
            yield lines, cells
        self._place(pl.DataFrame())
        if self._open_end:
            raise self._never_closed(self._last_line)

    def _parsed(self) -> Iterator[pl.DataFrame]:
        names = [str(i) for i in range(len(self._dialect.first_row))]
        try:
            reader = csv.open_csv(
                self._stream,
                read_options=csv.ReadOptions(
                    block_size=_BLOCK_BYTES, use_threads=False, column_names=names
                ),
                parse_options=csv.ParseOptions(
                    delimiter=self._dialect.separator,
                    quote_char=self._dialect.quote or False,
                    newlines_in_values=bool(self._dialect.quote),
                    ignore_empty_lines=False,
                    invalid_row_handler=self._refuse,
                ),
                convert_options=csv.ConvertOptions(
                    # The stream is UTF-8 by construction. Only unquoted nothing is null here, so
                    # that an empty line of a one-column file differs from a quoted empty text.
                    check_utf8=False,
                    default_column_type=pa.large_string(),
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=False,
                    null_values=[""],
                ),
            )
            for batch in reader:
                if batch.num_rows:
                    yield pl.DataFrame(batch)
        except pa.ArrowInvalid as error:
            if "straddling" not in str(error):
                raise DataError(
                    f"{self._name} cannot be read as delimited text: {error}",
                    fix="Say how to read it: separator, quote, encoding, header.",
                ) from error
            line = self._n_rows + 1 + self._n_breaks
            raise DataError(
                f"A row on or after line {line} of {self._name} is longer than 4 MiB: most likely "
                "a quote is opened and never closed.",
                fix="Close the quote, or say that the file quotes with another sign or with none.",
            ) from error

    def _refuse(self, row: Any) -> str:
        self._refused.append(row)
        return "skip"

    def _place(self, cells: pl.DataFrame) -> np.ndarray:
        """The lines of a block's rows; refused rows before the last of them go to the log.

        No cells at all stand for the end of the file.
        """
        n_valid = cells.height
        refused: list[Any] = []
        while self._refused and (
            not n_valid or self._refused[0].number <= self._n_rows + n_valid + len(refused)
        ):
            refused.append(self._refused.popleft())
        n_all = n_valid + len(refused)
        is_refused = np.zeros(n_all, dtype=bool)
        is_refused[[row.number - self._n_rows - 1 for row in refused]] = True
        breaks = np.zeros(n_all, dtype=np.int64)
        breaks[~is_refused] = _count_breaks(cells)
        breaks[is_refused] = [row.text.count("\n") for row in refused]
        before = np.cumsum(breaks) - breaks
        lines = np.arange(self._n_rows + 1, self._n_rows + 1 + n_all) + self._n_breaks + before
        for line, row in zip(lines[is_refused].tolist(), refused, strict=True):
            found = f"expected {row.expected_columns} fields, found {row.actual_columns}"
            self._log.add(Rejection(line, found, row.text))
        self._n_rows += n_all
        self._n_breaks += int(breaks.sum())
        if n_all:
            self._last_line = int(lines[-1])
            self._open_end = self._ends_open(cells, refused)
        return lines[~is_refused]

    def _ends_open(self, cells: pl.DataFrame, refused: list[Any]) -> bool:
        """Whether the last row so far holds line breaks that no quote ends."""
        quote = self._dialect.quote
        if not quote:
            return False
        if not cells.height:
            text = refused[-1].text
            return "\n" in text and text.count(quote) % 2 == 1
        closed = self._stream.tail.rstrip(b"\r\n").endswith(quote.encode())
        return "\n" in (cells.to_series(-1)[-1] or "") and not closed

    def _never_closed(self, line: int) -> DataError:
        return DataError(
            f"The row on line {line} of {self._name} opens a quote that is never closed, so "
            "everything after it would be one cell.",
            fix="Close the quote, or say that the file quotes with another sign or with none.",
        )


def _count_breaks(cells: pl.DataFrame) -> np.ndarray:
    breaks = np.zeros(cells.height, dtype=np.int64)
    if not cells.height:
        return breaks
    broken = cells.select(pl.all().str.contains("\n", literal=True).any()).row(0)
    for name, is_broken in zip(cells.columns, broken, strict=True):
        if is_broken:
            counts = cells[name].str.count_matches("\n", literal=True).fill_null(0)
            breaks += counts.cast(pl.Int64).to_numpy()
    return breaks
