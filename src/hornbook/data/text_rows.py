"""The rows of delimited text and of JSON lines as streams."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from hornbook.data.casting import CellCaster, row_text
from hornbook.data.cells import CellParser
from hornbook.data.columnar_rows import file_identity
from hornbook.data.delimited import dialect_of, name_columns
from hornbook.data.delimited_rows import DelimitedRows
from hornbook.data.dialect import Dialect
from hornbook.data.encoding import guess_encoding
from hornbook.data.evidence import Evidence, weigh
from hornbook.data.jsonlines import cell_text, object_blocks
from hornbook.data.missing import MISSING_WORDS
from hornbook.data.options import ReadOptions
from hornbook.data.rejection import RejectionList
from hornbook.data.row_block import RowBlock, require_columns
from hornbook.data.source import WINDOWS, SourceFile, TextStream
from hornbook.errors import DataError

__all__ = ["JSON_TEXT", "DelimitedTextRows", "JsonLinesRows"]

JSON_TEXT = {b"hornbook": b"json"}
"""The metadata of a kept column whose texts are JSON values, from JSON lines."""

_CHECKED_BYTES = 1 << 20


class _TextFile:
    """What the two streams share: the file, its share that is read, the types of columns."""

    def __init__(self, source: SourceFile, options: ReadOptions) -> None:
        self._options = options
        self._share = 0.0
        self._source = SourceFile(source.path, self._note)
        self._parsers: dict[str, CellParser] = {}
        self._as_json = False

    @property
    def name(self) -> str:
        return self._source.name

    @property
    def n_rows(self) -> int | None:
        return None

    @property
    def gives_text(self) -> bool:
        return not self._as_json

    def identity(self) -> dict[str, Any]:
        return file_identity(self._source.path)

    def _note(self, done: int, total: int) -> None:
        self._share = done / max(1, total)

    def _typed(
        self,
        lines: NDArray[np.int64],
        cells: pl.DataFrame,
        words: tuple[str, ...],
        sink: RejectionList,
        *,
        decimal_comma: bool = False,
    ) -> tuple[pl.DataFrame, pl.Series | None]:
        """Typed columns and the rows to keep; how numbers are written is judged once."""
        names = cells.columns
        cells = cells.rename(lambda name: str(names.index(name)))
        if not self._parsers:
            evidence = [Evidence(decimal_comma=decimal_comma) for _ in names]
            weigh(cells, evidence)
            self._parsers = {
                name: one.choose(
                    *self._options.declared(name), self._options.date_formats.get(name)
                )
                for name, one in zip(names, evidence, strict=True)
            }
        typed, kept = CellCaster(self._parsers, words).cast(lines, cells, sink)
        return pl.DataFrame(
            [series.alias(name) for name, series in zip(names, typed.get_columns(), strict=True)]
        ), kept


class DelimitedTextRows(_TextFile):
    """A `RowStream` over CSV and its relatives; kept columns are the text of the file.

    Whether numbers have decimal commas is judged on the first block.

    Args:
        source: the file.
        options: how it is laid out, as far as that is declared, and the types of columns.
    """

    @cached_property
    def _encoding(self) -> str:
        if self._options.encoding is not None:
            return self._options.encoding
        guessed = guess_encoding(self._source.sample())
        if guessed is None:
            raise DataError(
                f"{self.name} holds binary data, expected text, Parquet or Arrow.",
                fix="Save it as CSV or Parquet.",
            )
        if guessed != "utf-8":
            return guessed
        try:
            with TextStream(SourceFile(self._source.path), guessed) as stream:
                while stream.read(_CHECKED_BYTES):
                    pass
        except UnicodeError:
            return WINDOWS
        return guessed

    @cached_property
    def _dialect(self) -> Dialect:
        return dialect_of(self._source, self._options, self._encoding, self._source.sample())

    @cached_property
    def columns(self) -> tuple[str, ...]:
        names, _ = name_columns(self._dialect.first_row, has_header=self._dialect.has_header)
        return tuple(names)

    def blocks(
        self, wanted: Sequence[str], kept: Sequence[str], codable: Sequence[str] = ()
    ) -> Iterator[RowBlock]:
        del codable
        require_columns(wanted, self.columns, self.name)
        separator = self._dialect.separator
        self._parsers = {}
        sink = RejectionList()
        with TextStream(self._source, self._encoding, 1.0) as stream:
            try:
                for lines, unnamed in DelimitedRows(
                    stream, self._dialect, sink, self.name
                ).blocks():
                    cells = unnamed
                    refused = sink.take()
                    cells.columns = list(self.columns)
                    chosen = pl.DataFrame([cells[name] for name in dict.fromkeys(wanted)])
                    typed, mask = self._typed(
                        lines, chosen, MISSING_WORDS, sink, decimal_comma=separator == ";"
                    )
                    uncast = [
                        replace(
                            one,
                            text=row_text(
                                cells.row(int(np.searchsorted(lines, one.line))), separator
                            ),
                        )
                        for one in sink.take()
                    ]
                    if mask is not None:
                        typed, cells = typed.filter(mask), cells.filter(mask)
                    numbers = lines if mask is None else lines[mask.to_numpy()]
                    rejections = sorted((*refused, *uncast), key=lambda one: one.line)
                    table = pa.table({name: cells[name].to_arrow() for name in kept})
                    yield RowBlock(
                        numbers, typed, table, {}, tuple(rejections), min(1.0, self._share)
                    )
            except UnicodeError as error:
                raise DataError(
                    f"{self.name} is not written in {self._encoding}: {error}"
                ) from error
        yield RowBlock(np.empty(0, np.int64), pl.DataFrame(), pa.table({}), {}, sink.take(), 1.0)


class JsonLinesRows(_TextFile):
    """A `RowStream` over JSON lines; its columns are the keys of the first block of objects.

    Args:
        source: the file.
        options: the types of columns.
        as_json: whether kept columns are texts of JSON values, marked by `JSON_TEXT`, which
            tell `"7"` from `7`; else what a cell of a table would hold.
    """

    def __init__(self, source: SourceFile, options: ReadOptions, *, as_json: bool = False) -> None:
        super().__init__(source, options)
        self._as_json = as_json

    @cached_property
    def columns(self) -> tuple[str, ...]:
        with self._open() as stream:
            for _, objects in object_blocks(stream, RejectionList()):
                return tuple(dict.fromkeys(key for one in objects for key in one))
        return ()

    def blocks(
        self, wanted: Sequence[str], kept: Sequence[str], codable: Sequence[str] = ()
    ) -> Iterator[RowBlock]:
        del codable
        require_columns(wanted, self.columns, self.name)
        self._parsers = {}
        sink = RejectionList()
        with self._open() as stream:
            try:
                for numbers, objects in object_blocks(stream, sink):
                    lines = np.array(numbers, np.int64)
                    cells = pl.DataFrame(
                        {
                            name: [_cell(one.get(name)) for one in objects]
                            for name in dict.fromkeys(wanted)
                        },
                        schema=dict.fromkeys(wanted, pl.String),
                    )
                    typed, mask = self._typed(lines, cells, ("",), sink)
                    table = pa.table(
                        [self._kept(objects, name) for name in kept],
                        schema=pa.schema([self._field(name) for name in kept]),
                    )
                    if mask is not None:
                        typed, table = typed.filter(mask), table.filter(pa.array(mask.to_numpy()))
                        lines = lines[mask.to_numpy()]
                    yield RowBlock(lines, typed, table, {}, sink.take(), min(1.0, self._share))
            except UnicodeError as error:
                raise DataError(f"{self.name} is not written in UTF-8: {error}") from error

    def _open(self) -> TextStream:
        encoding = self._options.encoding or guess_encoding(self._source.sample()) or "utf-8"
        return TextStream(self._source, "utf-8" if encoding == WINDOWS else encoding, 1.0)

    def _field(self, name: str) -> pa.Field:
        return pa.field(name, pa.large_string(), metadata=JSON_TEXT if self._as_json else None)

    def _kept(self, objects: list[dict[str, Any]], name: str) -> pa.Array:
        if self._as_json:
            texts = [json.dumps(one.get(name), ensure_ascii=False) for one in objects]
        else:
            texts = [_cell(one.get(name)) for one in objects]  # type: ignore[misc]
        return pa.array(texts, pa.large_string())


def _cell(value: Any) -> str | None:
    return value if isinstance(value, str) else cell_text(value)
