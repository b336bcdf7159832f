"""Arrow batches of any types as columns of the types that were declared, a batch at a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hornbook.data.arrow_values import storage_of, to_storage, to_text
from hornbook.data.casting import CellCaster
from hornbook.data.cells import CellParser
from hornbook.data.evidence import Evidence, weigh
from hornbook.data.options import ReadOptions
from hornbook.data.rejection import RejectionList
from hornbook.data.row_block import CodedColumn, RowBlock
from hornbook.data.schema import Storage
from hornbook.errors import DataError

__all__ = ["BatchTyper"]


@dataclass
class BatchTyper:
    """Types the wanted columns of batches that come from one source, in order.

    A column that has the declared storage is taken as it is, as it was for the training; any other
    is read from the text of its values, and rows where that is not possible are rejected. How
    dates are written in such text is judged on the first batch. Owned by one reader.

    Attributes:
        options: what is declared of the columns.
        wanted: the columns to type.
        kept: the columns to pass on.
        codable: wanted columns that may be given as codes.
        n_read: rows so far.
    """

    options: ReadOptions
    wanted: Sequence[str]
    kept: Sequence[str]
    codable: Collection[str] = ()
    n_read: int = 0
    _parsers: dict[str, CellParser] = field(default_factory=dict)
    _sink: RejectionList = field(default_factory=RejectionList)

    def block(self, batch: pa.RecordBatch, share: float) -> RowBlock:
        """The rows of the next batch.

        Args:
            batch: with the wanted and the kept columns.
            share: of the source that is read with it.
        """
        numbers = np.arange(self.n_read + 1, self.n_read + 1 + batch.num_rows)
        self.n_read += batch.num_rows
        typed: dict[str, pl.Series] = {}
        coded: dict[str, CodedColumn] = {}
        as_text: dict[str, pl.Series] = {}
        for name in self.wanted:
            array = batch.column(name)
            code = _coded(array) if name in self.codable else None
            if code is not None:
                coded[name] = code
            elif self._fits(array.type, name):
                typed[name] = self._as_declared(to_storage(array, name), name)
            elif storage_of(array.type) is None:
                raise DataError(f"The column '{name}' holds {array.type}, which no model reads.")
            else:
                as_text[name] = to_text(array)
        mask = self._parse(numbers, as_text, typed)
        frame = pl.DataFrame([typed[name].alias(name) for name in self.wanted if name in typed])
        block = RowBlock(
            numbers,
            frame,
            pa.table({name: _without_view(batch.column(name)) for name in self.kept}),
            coded,
            self._sink.take(),
            share,
        )
        return block if mask is None else _filtered(block, mask)

    def _fits(self, type_: pa.DataType, name: str) -> bool:
        declared, _ = self.options.declared(name)
        found = storage_of(type_)
        widened = found is Storage.INTEGER and declared is Storage.FLOAT
        return found is not None and (declared in (None, found) or widened)

    def _as_declared(self, values: pl.Series, name: str) -> pl.Series:
        is_float = self.options.declared(name)[0] is Storage.FLOAT
        return values.cast(pl.Float64) if is_float else values

    def _parse(
        self, numbers: NDArray[np.int64], cells: dict[str, pl.Series], typed: dict[str, pl.Series]
    ) -> NDArray[np.bool_] | None:
        """Adds the columns that are parsed from text; returns which rows to keep of all."""
        if not cells:
            return None
        frame = pl.DataFrame([series.alias(str(at)) for at, series in enumerate(cells.values())])
        if not self._parsers:
            evidence = [Evidence() for _ in cells]
            weigh(frame, evidence)
            self._parsers = {
                name: one.choose(*self.options.declared(name), self.options.date_formats.get(name))
                for name, one in zip(cells, evidence, strict=True)
            }
        caster = CellCaster(self._parsers, ("",))
        parsed, kept = caster.cast(numbers, frame, self._sink)
        typed.update(zip(cells, parsed.get_columns(), strict=True))
        return None if kept is None else kept.to_numpy()


def _without_view(array: pa.Array) -> pa.Array:
    """Views as plain arrays: little of Arrow takes them yet."""
    if pa.types.is_string_view(array.type):
        return array.cast(pa.large_string())
    return array.cast(pa.large_binary()) if pa.types.is_binary_view(array.type) else array


def _filtered(block: RowBlock, mask: NDArray[np.bool_]) -> RowBlock:
    return RowBlock(
        block.numbers[mask],
        block.frame.filter(pl.Series(mask)),
        block.kept.filter(pa.array(mask)),
        {name: one.only(mask) for name, one in block.coded.items()},
        block.rejections,
        block.share,
    )


def _coded(array: pa.Array) -> CodedColumn | None:
    """A dictionary of texts as codes; `None` for other arrays."""
    if not isinstance(array, pa.DictionaryArray) or not pa.types.is_string(array.dictionary.type):
        return None
    values, codes = array.dictionary, array.indices
    if values.null_count or pc.count_distinct(values).as_py() != len(values):
        return None
    missing = len(values)
    if codes.null_count:
        codes = codes.cast(pa.int32()).fill_null(missing)
    places = codes.to_numpy(zero_copy_only=False)
    empty = pc.index(values, pa.scalar("", values.type)).as_py()
    if empty >= 0:
        places = np.where(places == empty, missing, places)
    return CodedColumn(pl.Series(values, dtype=pl.String), places)
