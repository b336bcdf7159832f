"""Many batches in one piece, from which a step cuts its own.

Keras hands a sequence to a backend batch by batch, each through Python, and on TensorFlow through
a generator, a thread and two copies besides. Where a sequence has many batches at hand, they go
there in one piece and in the form in which they are kept: cutting out a batch and decoding it are
part of the compiled step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

import keras

__all__ = ["ChunkedEpoch", "GivesChunks", "chunked_sequence"]


class GivesChunks(Protocol):
    """A sequence that has many batches at hand.

    Attributes:
        batch_size: rows of a batch.
        gives_chunks: whether it does so.
    """

    batch_size: int

    @property
    def gives_chunks(self) -> bool: ...

    def encoded_chunks(self) -> Iterator[tuple[Any, ...]]:
        """The batches of this epoch, many at once: like items, but with encoded inputs."""
        ...

    def decode_inputs(self, inputs: Mapping[str, Any], namespace: Any) -> dict[str, Any]:
        """The inputs of an item, from the encoded ones, as arrays of some library."""
        ...


def chunked_sequence(adapter: Any) -> GivesChunks | None:
    """The sequence that Keras reads by this adapter, if its chunks say the same as its batches.

    Args:
        adapter: a data adapter of Keras.
    """
    sequence: GivesChunks | None = getattr(adapter, "py_dataset", None)
    if not getattr(sequence, "gives_chunks", False):
        return None
    if adapter.shuffle or adapter.class_weight is not None or adapter.enqueuer is not None:
        return None
    return sequence


class ChunkedEpoch:
    """An epoch that is being trained on, chunk by chunk.

    Owned by the thread that trains.

    Args:
        sequence: gives the chunks.
        place: brings a chunk to where the model is trained.

    Attributes:
        chunk: the one that is being trained on: arrays, with a row for each row.
        placed: what `place` made of it.
    """

    def __init__(self, sequence: GivesChunks, place: Callable[[Any], Any]) -> None:
        self.sequence = sequence
        self.chunk: Any = None
        self.placed: Any = None
        self._place = place
        self._chunks = sequence.encoded_chunks()
        self._next = self._end = 0

    @property
    def n_rows(self) -> int:
        """Of the chunk."""
        return len(keras.tree.flatten(self.chunk)[0])

    def steps_at_hand(self) -> int:
        """How many batches are left of the chunk, or in the next one."""
        if self._next == self._end:
            self.chunk = next(self._chunks)
            self.placed = self._place(self.chunk)
            self._next, self._end = 0, -(-self.n_rows // self.sequence.batch_size)
        return self._end - self._next

    def take(self, steps: int) -> int:
        """Which batch of the chunk is the first of the next so many steps."""
        first = self._next
        self._next += steps
        return first
