"""The Keras sequences that feed a training: preprocessed batches, in an order for each epoch."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from hornbook.batching.chunks import Chunk, ChunkReader
from hornbook.batching.rows import Batch, EncodedRows, PreparedRows
from hornbook.features import EncodedInput, TargetLayout

__all__ = ["RowSequence"]

_LOOKED_AT = 2


class RowSequence(keras.utils.PyDataset):  # type: ignore[misc]
    """Batches of preprocessed rows, in a new order each epoch if shuffled.

    A batch is `(inputs, target)` or `(inputs, target, weight)`: `inputs` a dict by input
    name, `target` as the model's loss wants it, `weight` of shape `(batch_size,)`; for a
    model with several outputs a list or a dict of these. The last batch of an epoch may be
    smaller.

    Batches asked for in order are slices of blocks that are preprocessed at once, ahead of the
    training; a batch asked for out of order is preprocessed alone. The content of a batch depends
    on the seed, the epoch and its index, and on nothing else. Keras owns the epoch: it calls
    `on_epoch_begin`. Reading is safe from several threads.

    Args:
        rows: where the rows come from.
        batch_size: rows a batch.
        layout: how the targets are laid out.
        shuffle: whether each epoch has an order of its own.
        seed: of the orders.
        steps_per_epoch: batches an epoch; successive epochs then go on through the rows.
            All of them when absent.
    """

    def __init__(
        self,
        rows: PreparedRows,
        batch_size: int,
        layout: TargetLayout,
        *,
        shuffle: bool = False,
        seed: int = 0,
        steps_per_epoch: int | None = None,
    ) -> None:
        super().__init__()
        if batch_size < 1:
            raise ValueError(f"Received batch_size={batch_size}, expected 1 or more.")
        self.rows = rows
        self.batch_size = batch_size
        self.shuffle = shuffle
        self._layout = layout
        self._seed = seed
        self._batches_a_pass = -(-len(rows) // batch_size)
        self._steps = steps_per_epoch or self._batches_a_pass
        self._epoch = 0
        self._epoch_is_open = False
        self._reads = 0
        self._lock = threading.Lock()
        self._order: tuple[int, NDArray[np.uint32]] | None = None
        self._current: _Pass | None = None
        self._encoded: ChunkReader[EncodedRows] | None = None
        self._expected = 0
        self._is_running = False
        self.failure: Exception | None = None

    @property
    def shuffles_rows(self) -> bool:
        """Whether each epoch has an order of its own."""
        return self.shuffle

    def __len__(self) -> int:
        return self._steps

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        if not 0 <= index < self._steps:
            raise IndexError(f"Batch {index} of {self._steps}.")
        self._reads += 1
        if self._steps == self._batches_a_pass:
            pass_number, batch_index = self._epoch, index
        else:
            done = max(0, self._epoch - 1) * self._steps + index
            pass_number, batch_index = divmod(done, self._batches_a_pass)
        with self._lock:
            try:
                batch = self._read(pass_number, batch_index)
            except Exception as error:
                self.failure = error
                raise
        return self._item(batch.inputs, batch.targets, batch.weights)

    @property
    def gives_chunks(self) -> bool:
        """Whether `encoded_chunks` has the batches of an epoch."""
        is_plain = type(self).__getitem__ is RowSequence.__getitem__
        return is_plain and len(self) == self._batches_a_pass

    def encoded_chunks(self) -> Iterator[tuple[Any, ...]]:
        """The batches of the epoch that has begun, in order, and many at a time.

        Like items, but `inputs` has for each input the arrays in which its rows are kept, see
        `decode_inputs`. Each has a whole number of batches, but for the last.
        """
        order = self._order_of(self._epoch)
        self._close_encoded()
        self._encoded = reader = ChunkReader(
            self.rows, order, self.batch_size, lambda rows: rows, self._row_bytes
        )
        stop = 0
        while stop < len(order):
            chunk = reader.take()
            stop = chunk.stop
            if stop == len(order):
                self._close_encoded()
            yield self._encoded_item(chunk.rows)

    def decode_inputs(
        self, inputs: Mapping[str, EncodedInput], namespace: Any
    ) -> dict[str, NDArray[Any]]:
        """The inputs of an item, from the encoded ones.

        Args:
            inputs: by name, of one batch.
            namespace: of the library whose arrays they are, see `InputEncoding.decode_with`.
        """
        encodings = self.rows.pipeline.encodings
        return {name: encodings[name].decode_with(one, namespace) for name, one in inputs.items()}

    def on_epoch_begin(self) -> None:
        """Takes up the next order."""
        self._epoch += 1
        self._epoch_is_open = True

    def on_epoch_end(self) -> None:
        """Takes up the next order where a wrapper passes only this call on, as in Keras 2."""
        if not self._epoch_is_open and self._reads >= self._steps:
            self._epoch += 1
        self._epoch_is_open = False
        self._reads = 0

    def close(self) -> None:
        """Ends what is being prepared ahead; batches may still be asked for."""
        with self._lock:
            self._close_current()
            self._close_encoded()

    @cached_property
    def _row_bytes(self) -> int:
        """The size of a row of `encoded_chunks`; targets of many classes may be most of it."""
        row = self._encoded_item(self.rows.encode(np.zeros(1, np.int64)))
        return sum(array.nbytes for array in keras.tree.flatten(row))

    def _encoded_item(self, rows: EncodedRows) -> tuple[Any, ...]:
        return self._item(rows.inputs, rows.of("target"), rows.of("weight") or None)

    def _item(
        self,
        inputs: Mapping[str, Any],
        targets: Mapping[str, NDArray[Any]],
        weights: Mapping[str, NDArray[np.float32]] | None,
    ) -> tuple[Any, ...]:
        target = self._layout.shape_targets(targets, self.rows.targets.n_classes)
        if weights is None:
            return inputs, target
        return inputs, target, self._layout.shape_weights(weights)

    def _read(self, pass_number: int, index: int) -> Batch:
        start = index * self.batch_size
        stop = min(start + self.batch_size, len(self.rows))
        follows, self._expected = index in (0, self._expected), index + 1
        current = self._current
        if current is None or current.pass_number != pass_number or not current.reaches(start):
            # Keras looks at a batch or two before it trains: these are no pass.
            self._is_running = self._is_running or index >= _LOOKED_AT
            order = self._order_of(pass_number)
            if not (follows and self._is_running):
                return self.rows.read(order[start:stop].astype(np.int64))
            self._close_current()
            row_bytes = self.rows.decoded_row_bytes
            reader = ChunkReader(
                self.rows, order, self.batch_size, self.rows.decode, row_bytes, first=start
            )
            current = self._current = _Pass(pass_number, reader)
        return current.batch(start, stop)

    def _close_current(self) -> None:
        if self._current is not None:
            self._current.reader.close()
        self._current = None

    def _close_encoded(self) -> None:
        if self._encoded is not None:
            self._encoded.close()
        self._encoded = None

    def _order_of(self, pass_number: int) -> NDArray[np.uint32]:
        if self._order is None or self._order[0] != pass_number:
            self._order = None
            order = np.arange(len(self.rows), dtype=np.uint32)
            if self.shuffle:
                np.random.default_rng([self._seed, pass_number]).shuffle(order)
            self._order = (pass_number, order)
        return self._order[1]


class _Pass:
    """A pass that is being read, and the chunk it is at."""

    def __init__(self, number: int, reader: ChunkReader[Batch]) -> None:
        self.pass_number = number
        self.reader = reader
        self._chunk: Chunk[Batch] | None = None

    def reaches(self, start: int) -> bool:
        """Whether the batch that begins there is in the chunk, or begins the next one."""
        return self._chunk is not None and self._chunk.start <= start <= self._chunk.stop

    def batch(self, start: int, stop: int) -> Batch:
        """A batch that the pass reaches, or its first one."""
        chunk = self._chunk
        if chunk is None or start == chunk.stop:
            chunk = self._chunk = self.reader.take()
        return chunk.rows[start - chunk.start : stop - chunk.start]
