"""Rows on their way from a source that is read once, from front to back, to what uses them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from hornbook.data.rejection import Rejection
from hornbook.errors import DataError

__all__ = ["CodedColumn", "RowBlock", "RowStream", "require_columns"]


class CodedColumn(NamedTuple):
    """A column of texts as the places of its different values.

    Attributes:
        values: different texts, none missing.
        codes: the place of each row's text, shape `(n_rows,)`; `len(values)` where it has none.
    """

    values: pl.Series
    codes: NDArray[np.integer[Any]]

    def decoded(self) -> pl.Series:
        """The texts themselves."""
        return self.values.extend_constant(None, 1).gather(self.codes)

    def only(self, rows: slice | NDArray[np.bool_]) -> CodedColumn:
        """Some of the rows, by a slice or by a mask."""
        return CodedColumn(self.values, self.codes[rows])


@dataclass(frozen=True)
class RowBlock:
    """Some rows on end.

    Attributes:
        numbers: of each row in its source, from 1, int64 of shape `(n_rows,)`; of text files the
            line on which it begins.
        frame: the columns that were wanted, typed as they were declared.
        kept: the columns to keep, as they stand in the source.
        coded: wanted columns that are not in the frame.
        rejections: rows between the first and the last that do not parse.
        share: of the source that is read with this block.
    """

    numbers: NDArray[np.int64]
    frame: pl.DataFrame
    kept: pa.Table
    coded: Mapping[str, CodedColumn] = field(default_factory=dict)
    rejections: tuple[Rejection, ...] = ()
    share: float = 1.0

    def __len__(self) -> int:
        return len(self.numbers)

    def parts(self, n_rows: int) -> Iterator[RowBlock]:
        """The block in parts of so many rows; its rejections and its share come with the last."""
        if len(self) <= n_rows:
            yield self
            return
        for start in range(0, len(self), n_rows):
            yield self.part(start, min(start + n_rows, len(self)))

    def part(self, start: int, stop: int) -> RowBlock:
        """Some rows on end; the block's rejections and its share come with its last row."""
        is_last, rows = stop == len(self), slice(start, stop)
        return replace(
            self,
            numbers=self.numbers[rows],
            frame=self.frame[rows],
            kept=self.kept.slice(start, stop - start),
            coded={name: column.only(rows) for name, column in self.coded.items()},
            rejections=self.rejections if is_last else (),
            share=self.share if is_last else 0.0,
        )

    def values(self, mask: NDArray[np.bool_]) -> pl.DataFrame:
        """The wanted columns of some rows, as texts where they are coded.

        Args:
            mask: shape `(n_rows,)`.
        """
        frame = self.frame.filter(pl.Series(mask))
        coded = [one.only(mask).decoded().alias(name) for name, one in self.coded.items()]
        return pl.DataFrame([*frame.get_columns(), *coded])


class RowStream(Protocol):
    """A source of rows that are read in order, in memory that does not grow with them.

    It can be read several times, and gives the same rows in the same order as long as `identity`
    is the same. One thread reads at a time.
    """

    @property
    def name(self) -> str:
        """What the user calls it, without passwords."""
        ...

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        ...

    @property
    def n_rows(self) -> int | None:
        """How many rows there are, where that is known without reading them."""
        ...

    @property
    def gives_text(self) -> bool:
        """Whether columns as they stand are texts, whatever they mean."""
        ...

    def identity(self) -> dict[str, Any]:
        """JSON values that are others once the rows may be."""
        ...

    def blocks(
        self, wanted: Sequence[str], kept: Sequence[str], codable: Sequence[str] = ()
    ) -> Iterator[RowBlock]:
        """The rows in blocks of bounded size.

        Args:
            wanted: columns to type.
            kept: columns to give as they stand.
            codable: wanted columns that may come as `CodedColumn`.

        Raises:
            DataError: the source is damaged, or lacks a column.
        """
        ...


def require_columns(wanted: Sequence[str], columns: Sequence[str], name: str) -> None:
    """Refuses a source that lacks columns.

    Raises:
        DataError: names them, and those that there are.
    """
    missing = [column for column in wanted if column not in columns]
    if missing:
        more = ", …" if len(columns) > 20 else ""
        raise DataError(
            f"{name} lacks the columns {', '.join(map(repr, missing))}; it has "
            f"{', '.join(map(repr, columns[:20]))}{more}.",
            fix="Bring all columns the model was trained on.",
        )
