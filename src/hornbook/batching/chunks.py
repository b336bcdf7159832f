"""A pass over rows in some order: read in large blocks, given in chunks of whole batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from hornbook.batching.ahead import Ahead
from hornbook.batching.rows import Batch, EncodedRows, PreparedRows

__all__ = ["Chunk", "ChunkReader"]

_CHUNK_BYTES = 4 * 2**20
_MOST_CHUNK_ROWS = 2**15
_AHEAD_BYTES = 32 * 2**20
_MOST_AHEAD = 8
_BLOCK_BYTES = 32 * 2**20
_FIRST_BLOCK_BYTES = 16 * 2**20
_FIRST_BLOCK_ROWS = 8192
_MOST_BLOCK_ROWS = 2**18


RowsT = TypeVar("RowsT", Batch, EncodedRows)


class Chunk(NamedTuple, Generic[RowsT]):
    """Some batches on end.

    Attributes:
        start: the place of the first row in the pass.
        rows: preprocessed.
    """

    start: int
    rows: RowsT

    @property
    def stop(self) -> int:
        """The place after the last row."""
        return self.start + len(self.rows)


class ChunkReader(Generic[RowsT]):
    """Reads the rows of one pass from front to back, a little ahead of the one who asks.

    Where there is more than one chunk, a thread reads the next block while another makes chunks of
    the last one: at most 32 MiB of either, or one. The rows of a chunk are the same whatever the
    sizes of blocks and chunks.

    One thread asks at a time.

    Args:
        rows: where the rows come from.
        order: their places in the order wanted, shape `(n_rows,)`.
        batch_size: a chunk holds a whole number of batches, but for the last.
        form: makes the rows of a chunk of encoded ones.
        row_bytes: of a row in that form.
        first: the place to begin at.
    """

    def __init__(
        self,
        rows: PreparedRows,
        order: NDArray[np.integer[Any]],
        batch_size: int,
        form: Callable[[EncodedRows], RowsT],
        row_bytes: int,
        *,
        first: int = 0,
    ) -> None:
        self._rows = rows
        self._form: Callable[[EncodedRows], RowsT] = form
        self._order = order
        self._first = first
        chunk_rows = min(_MOST_CHUNK_ROWS, _CHUNK_BYTES // max(1, row_bytes))
        batches = max(1, chunk_rows // batch_size)
        self._chunk_rows = batches * batch_size
        self._ahead: list[Ahead[Any]] = []
        self._chunks: Iterator[Chunk[RowsT]] = self._formed(self._encoded())
        if len(order) - first > self._chunk_rows:
            blocks = Ahead(self._encoded(), 1, "read-blocks")
            affordable = _AHEAD_BYTES // max(1, row_bytes * self._chunk_rows)
            most = int(np.clip(affordable, 1, _MOST_AHEAD))
            chunks = Ahead(self._formed(blocks), most, "make-chunks")
            self._ahead = [blocks, chunks]
            self._chunks = chunks

    def take(self) -> Chunk[RowsT]:
        """The next chunk, as soon as it is ready.

        Raises:
            Exception: what went wrong while it was prepared.
        """
        with self._rows.clock.timed("waiting"):
            return next(self._chunks)

    def close(self) -> None:
        """Ends the threads after what they are at, and waits for that."""
        for one in self._ahead:
            one.close()

    def _encoded(self) -> Iterator[tuple[int, EncodedRows]]:
        """The blocks, each with the place of its first row."""
        for start, stop in self._blocks():
            yield start, self._rows.encode(self._order[start:stop].astype(np.int64))

    def _formed(self, blocks: Iterator[tuple[int, EncodedRows]]) -> Iterator[Chunk[RowsT]]:
        for start, encoded in blocks:
            for at in range(0, len(encoded), self._chunk_rows):
                rows = self._form(encoded[at : at + self._chunk_rows])
                yield Chunk(start + at, rows)

    def _blocks(self) -> Iterator[tuple[int, int]]:
        """The borders of the blocks: small at first, so that the first batch comes soon."""
        most = min(_MOST_BLOCK_ROWS, _BLOCK_BYTES // max(1, self._rows.encoded_row_bytes))
        few = _FIRST_BLOCK_BYTES // max(1, self._rows.encoded_row_bytes)
        wanted, start = min(most, few, _FIRST_BLOCK_ROWS), self._first
        while start < len(self._order):
            chunks = max(1, wanted // self._chunk_rows)
            stop = min(start + chunks * self._chunk_rows, len(self._order))
            yield start, stop
            start, wanted = stop, min(most, 2 * wanted)
