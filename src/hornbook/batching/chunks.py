"""A pass over rows in some order: preprocessed in large blocks, given in chunks of whole batches."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hornbook.batching.rows import Batch, PreparedRows

__all__ = ["Chunk", "ChunkReader"]

_CHUNK_BYTES = 4 * 2**20
_AHEAD_BYTES = 32 * 2**20
_MOST_AHEAD = 8
_BLOCK_BYTES = 32 * 2**20
_FIRST_BLOCK_ROWS = 8192
_MOST_BLOCK_ROWS = 2**18


class Chunk(NamedTuple):
    """Some batches on end.

    Attributes:
        start: the place of the first row in the pass.
        rows: preprocessed.
    """

    start: int
    rows: Batch

    @property
    def stop(self) -> int:
        """The place after the last row."""
        return self.start + len(self.rows)


class ChunkReader:
    """Reads the rows of one pass from front to back, a little ahead of the one who asks.

    Where there is more than one chunk, a thread prepares the next ones, at most 32 MiB of them
    or one. The rows of a chunk are the same whatever the sizes of blocks and chunks.

    One thread asks at a time.

    Args:
        rows: where the rows come from.
        order: their places in the order wanted, shape `(n_rows,)`.
        batch_size: a chunk holds a whole number of batches, but for the last.
        first: the place to begin at.
    """

    def __init__(
        self,
        rows: PreparedRows,
        order: NDArray[np.integer[Any]],
        batch_size: int,
        *,
        first: int = 0,
    ) -> None:
        self._rows = rows
        self._order = order
        self._first = first
        decoded = sum(spec.row_bytes for spec in rows.pipeline.inputs.values())
        batches = max(1, _CHUNK_BYTES // max(1, decoded * batch_size))
        self._chunk_rows = batches * batch_size
        chunk_bytes = max(1, decoded * self._chunk_rows)
        self._ahead = int(np.clip(_AHEAD_BYTES // chunk_bytes, 1, _MOST_AHEAD))
        self._chunks = self._read()
        self._ready: deque[Chunk] = deque()
        self._failure: Exception | None = None
        self._is_over = False
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        if len(order) - first > self._chunk_rows:
            self._thread = threading.Thread(target=self._prepare, daemon=True, name="chunks")
            self._thread.start()

    def take(self) -> Chunk:
        """The next chunk, as soon as it is ready.

        Raises:
            Exception: what went wrong while it was prepared.
        """
        with self._rows.clock.timed("waiting"):
            if self._thread is None:
                return next(self._chunks)
            with self._changed:
                self._changed.wait_for(lambda: self._ready or self._failure or self._is_over)
                if not self._ready:
                    raise self._failure or StopIteration
                chunk = self._ready.popleft()
                self._changed.notify_all()
                return chunk

    def close(self) -> None:
        """Ends the thread after the chunk it is at, and waits for that."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def _prepare(self) -> None:
        try:
            for chunk in self._chunks:
                with self._changed:
                    self._ready.append(chunk)
                    self._changed.notify_all()
                    self._changed.wait_for(
                        lambda: self._is_over or len(self._ready) < self._ahead
                    )
                    if self._is_over:
                        return
        except Exception as error:  # noqa: BLE001 - raised where the chunk is asked for
            with self._changed:
                self._failure = error
                self._changed.notify_all()

    def _read(self) -> Iterator[Chunk]:
        for start, stop in self._blocks():
            encoded = self._rows.encode(self._order[start:stop].astype(np.int64))
            for at in range(0, len(encoded), self._chunk_rows):
                rows = self._rows.decode(encoded[at : at + self._chunk_rows])
                yield Chunk(start + at, rows)

    def _blocks(self) -> Iterator[tuple[int, int]]:
        """The borders of the blocks: small at first, so that the first batch comes soon."""
        most = min(_MOST_BLOCK_ROWS, _BLOCK_BYTES // max(1, self._rows.encoded_row_bytes))
        wanted, start = min(most, _FIRST_BLOCK_ROWS), self._first
        while start < len(self._order):
            chunks = max(1, wanted // self._chunk_rows)
            stop = min(start + chunks * self._chunk_rows, len(self._order))
            yield start, stop
            start, wanted = stop, min(most, 2 * wanted)
