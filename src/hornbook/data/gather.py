"""Rows of an Arrow file in any order, at the speed of memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from hornbook.data.mapped_file import MappedFile

__all__ = ["RowGatherer"]

_Indices = npt.NDArray[np.int64]
_ABSENT = -1
_BIT, _TEXT, _VECTOR = -1, -2, -3
_MANY_ROWS = 64
"""From so many rows on, reading them may bring all of a file into memory."""
_LONG_ITEM = 512
"""Characters of a text, or numbers of a vector, that are quicker copied than gathered."""
_KINDS = {
    pa.int64(): 8,
    pa.float64(): 8,
    pa.timestamp("us", tz="UTC"): 8,
    pa.date32(): 4,
    pa.bool_(): _BIT,
    pa.large_string(): _TEXT,
    pa.large_list(pa.float32()): _VECTOR,
}
"""What is gathered alike: values of so many bytes, or one of the three others."""


@dataclass(frozen=True)
class _Group:
    """Columns that are gathered together, and where their buffers begin in the file, in bytes.

    Attributes:
        positions: of the columns among those asked for.
        types: of the columns.
        kind: bytes of a value, or one of the kinds without a fixed size.
        validity: the bitmaps of present values, shape `(n_columns, n_batches)`; -1 where all are.
        values: values of one size, bitmaps of truth values, or offsets of text and vectors.
        items: the characters of texts or the numbers of vectors.
    """

    positions: list[int]
    types: list[pa.DataType]
    kind: int
    validity: _Indices
    values: _Indices
    items: _Indices


class RowGatherer:
    """Gathers rows from a memory-mapped Arrow file without looking at the rows between.

    A library call per column and record batch costs more than the few values it fetches: 32 rows
    of 12 columns from 64 batches took 2 ms that way. Since every buffer of the file lies in one
    mapping, one indexing of that mapping fetches all columns of a kind from all batches at once.

    Safe to use from several threads; the file must not change while it is open.

    Args:
        path: an uncompressed Arrow file of the types that `schema.arrow_type` gives.
    """

    def __init__(self, path: Path) -> None:
        self._file = MappedFile(path)
        whole = pa.py_buffer(self._file.bytes)
        self._reader = pa.ipc.open_file(pa.BufferReader(whole))
        self.schema = self._reader.schema
        self.batches = [self._reader.get_batch(i) for i in range(self._reader.num_record_batches)]
        self._starts = np.cumsum([0, *(batch.num_rows for batch in self.batches)])
        self._address = whole.address
        self._bytes = self._file.bytes
        self._words = {
            size: np.frombuffer(whole, dtype=f"i{size}", count=len(self._bytes) // size)
            for size in (1, 4, 8)
        }
        self._groups: dict[tuple[str, ...], list[_Group]] = {}

    @property
    def n_rows(self) -> int:
        """Number of rows in the file."""
        return int(self._starts[-1])

    def take(self, rows: _Indices, columns: Sequence[str]) -> pl.DataFrame:
        """The given rows in the given order.

        Many rows of a large file are read in the order of the file, a part of it at a time.

        Args:
            rows: 0-based, shape `(n_rows,)`, each within the file.
            columns: names, each in the file.
        """
        if not self._file.is_large:
            return self._take(rows, columns)
        if len(rows) < _MANY_ROWS:
            taken = self._take(rows, columns)
            self.release()
            return taken
        order = None
        if (rows[1:] < rows[:-1]).any():
            order = np.argsort(rows, kind="stable")
            rows = rows[order]
        parts = self._file.runs(rows, len(self._bytes) / self.n_rows)
        taken = pl.concat([self._take(rows[part], columns) for part in parts], rechunk=True)
        if order is None:
            return taken
        back = np.empty_like(order)
        back[order] = np.arange(len(order))
        return taken[back]

    def release(self) -> None:
        """Gives the memory back that a large file takes while it is read; values stay readable."""
        self._file.release()

    def _take(self, rows: _Indices, columns: Sequence[str]) -> pl.DataFrame:
        batch = np.searchsorted(self._starts, rows, side="right") - 1
        inside = rows - self._starts[batch]
        groups = self._groups.get(tuple(columns))
        if groups is None:
            groups = self._groups[tuple(columns)] = self._locate(columns)
        arrays: list[pa.Array] = [None] * len(columns)
        for group in groups:
            taken = self._take_group(group, batch, inside)
            for position, array in zip(group.positions, taken, strict=True):
                arrays[position] = array
        if not arrays:
            return pl.DataFrame(height=len(rows))
        fields = [self.schema.field(name) for name in columns]
        record = pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))
        return pl.DataFrame(record)

    def _take_group(self, group: _Group, batch: _Indices, inside: _Indices) -> list[pa.Array]:
        n = len(inside)
        validity = self._take_validity(group, batch, inside)
        if group.kind in (_TEXT, _VECTOR):
            return self._take_items(group, validity, batch, inside)
        start = group.values[:, batch]
        if group.kind == _BIT:
            buffers = [_packed(bits) for bits in self._take_bits(start, inside)]
        else:
            # One copy of all columns; every array is a slice of it.
            values = self._words[group.kind].take(start // group.kind + inside)
            buffers = [pa.py_buffer(row) for row in values]
        return [
            pa.Array.from_buffers(type_, n, [present, content])
            for type_, present, content in zip(group.types, validity, buffers, strict=True)
        ]

    def _take_validity(
        self, group: _Group, batch: _Indices, inside: _Indices
    ) -> list[pa.Buffer | None]:
        found: list[pa.Buffer | None] = [None] * len(group.positions)
        with_gaps = np.flatnonzero((group.validity != _ABSENT).any(axis=1))
        if len(with_gaps):
            start = group.validity[with_gaps][:, batch]
            # Where a batch has no bitmap, any bit is read and then overruled.
            bits = self._take_bits(np.maximum(start, 0), np.where(start < 0, 0, inside))
            for position, row in zip(with_gaps.tolist(), bits | (start < 0), strict=True):
                found[position] = _packed(row)
        return found

    def _take_bits(self, start: _Indices, inside: _Indices) -> npt.NDArray[np.bool_]:
        bits: npt.NDArray[np.bool_] = (
            self._bytes[start + (inside >> 3)] >> (inside & 7).astype(np.uint8)
        ) & 1 == 1
        return bits

    def _take_items(
        self,
        group: _Group,
        validity: list[pa.Buffer | None],
        batch: _Indices,
        inside: _Indices,
    ) -> list[pa.Array]:
        """Texts or vectors: all their characters or numbers in one piece, shared by the columns."""
        n, size = len(inside), 1 if group.kind == _TEXT else 4
        place = group.values[:, batch] // 8 + inside
        begin = self._words[8].take(place)
        lengths = (self._words[8].take(place + 1) - begin).ravel()
        offsets = np.zeros(len(lengths) + 1, dtype=np.int64)
        np.cumsum(lengths, out=offsets[1:])
        first = (group.items[:, batch] // size + begin).ravel()
        content = pa.py_buffer(_gathered(self._words[size], first, lengths, offsets))
        arrays = []
        for i, (type_, present) in enumerate(zip(group.types, validity, strict=True)):
            buffers = [present, pa.py_buffer(offsets[i * n : (i + 1) * n + 1])]
            if group.kind == _TEXT:
                arrays.append(pa.Array.from_buffers(type_, n, [*buffers, content]))
                continue
            numbers = pa.Array.from_buffers(type_.value_type, int(offsets[-1]), [None, content])
            arrays.append(pa.Array.from_buffers(type_, n, buffers, children=[numbers]))
        return arrays

    def _locate(self, columns: Sequence[str]) -> list[_Group]:
        """Where the columns lie, those of a kind together."""
        groups: dict[int, list[int]] = {}
        for position, name in enumerate(columns):
            kind = _KINDS[self.schema.field(name).type]
            groups.setdefault(kind, []).append(position)
        return [self._locate_group(kind, positions, columns) for kind, positions in groups.items()]

    def _locate_group(self, kind: int, positions: list[int], columns: Sequence[str]) -> _Group:
        indices = [self.schema.get_field_index(columns[position]) for position in positions]
        places = np.empty((3, len(indices), len(self.batches)), dtype=np.int64)
        for i, batch in enumerate(self.batches):
            for j, index in enumerate(indices):
                validity, values, *items = batch.column(index).buffers()
                # A vector has its numbers behind a bitmap of their own, which is never set.
                last = items[-1] if items else None
                places[:, j, i] = [self._place(part) for part in (validity, values, last)]
        types = [self.schema.types[index] for index in indices]
        return _Group(positions, types, kind, *places)

    def _place(self, buffer: pa.Buffer | None) -> int:
        return _ABSENT if buffer is None else buffer.address - self._address


def _gathered(
    words: npt.NDArray[Any], first: _Indices, lengths: _Indices, offsets: _Indices
) -> npt.NDArray[Any]:
    """The items in one piece.

    An index for every character costs sixteen times the characters, so that only short items
    are gathered by one; long ones are copied one after the other.

    Args:
        words: the whole file.
        first: where each item begins in it.
        lengths: of the items.
        offsets: where each is to begin, and the end of the last.
    """
    if not (lengths > _LONG_ITEM).any():
        return words.take(_places(first, lengths))
    content = np.empty(int(offsets[-1]), words.dtype)
    short = lengths <= _LONG_ITEM
    content[_places(offsets[:-1][short], lengths[short])] = words.take(
        _places(first[short], lengths[short])
    )
    for item in np.flatnonzero(~short).tolist():
        begin, length = first[item], lengths[item]
        content[offsets[item] : offsets[item + 1]] = words[begin : begin + length]
    return content


def _places(first: _Indices, lengths: _Indices) -> _Indices:
    """The places of all items, one after the other."""
    ends = np.cumsum(lengths)
    places = np.repeat(first - (ends - lengths), lengths)
    places += np.arange(len(places))
    return places


def _packed(bits: npt.NDArray[np.bool_]) -> pa.Buffer:
    return pa.py_buffer(np.packbits(bits, bitorder="little"))
