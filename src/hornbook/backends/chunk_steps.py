"""Training steps on TensorFlow, many on end, on batches that are cut where they are needed.

Keras hands a sequence to TensorFlow batch by batch: a Python generator, a thread of TensorFlow and
two copies for each. Where a sequence has many batches at hand, they go there in one piece and in
the form in which they are kept; cutting out a batch and decoding it are part of the step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any, Protocol

import keras

__all__ = ["ChunkedEpoch", "GivesChunks", "TensorFlowSteps", "chunked_sequence"]


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
    """

    def __init__(self, sequence: GivesChunks) -> None:
        self.sequence = sequence
        self._chunks = sequence.encoded_chunks()
        self._chunk: Any = None
        self._next = self._end = 0

    def steps_at_hand(self) -> int:
        """How many batches are left of the chunk, or in the next one."""
        if self._next == self._end:
            self._chunk = keras.tree.map_structure(keras.ops.convert_to_tensor, next(self._chunks))
            n_rows = len(keras.tree.flatten(self._chunk)[0])
            self._next, self._end = 0, -(-n_rows // self.sequence.batch_size)
        return self._end - self._next

    def take(self, steps: int) -> tuple[Any, int]:
        """A chunk of tensors, and which of its batches is the first of the next so many steps."""
        first = self._next
        self._next += steps
        return self._chunk, first


class TensorFlowSteps:
    """Makes so many training steps on end, as one function of TensorFlow.

    The number is a tensor: unlike Keras' function it is traced once for all numbers.

    Args:
        model: compiled.
    """

    def __init__(self, model: Any) -> None:
        import tensorflow as tf

        self._tf = tf
        self._model = model
        self._step = self._compiled(self._make_step)
        self._on_batches = tf.function(
            self._make_on_batches, reduce_retracing=True, autograph=False
        )
        self._on_chunk: tuple[GivesChunks, Callable[..., Any]] | None = None

    def __call__(self, batches: Any, number: int) -> Any:
        """What the last one of so many steps, at least one, gives.

        Args:
            batches: an iterator of TensorFlow, or a `ChunkedEpoch`.
            number: of steps; a `ChunkedEpoch` has as many at hand.
        """
        number_of_steps = self._tf.constant(number)
        if not isinstance(batches, ChunkedEpoch):
            return self._on_batches(batches, number_of_steps)
        chunk, first = batches.take(number)
        if self._on_chunk is None or self._on_chunk[0] is not batches.sequence:
            self._on_chunk = batches.sequence, self._made_for_chunks(batches.sequence, chunk)
        return self._on_chunk[1](chunk, self._tf.constant(first), number_of_steps)

    def _make_step(self, batch: Any) -> Any:
        return self._model.distribute_strategy.run(self._model.train_step, args=(batch,))

    def _make_on_batches(self, batches: Any, number: Any) -> Any:
        def make(_: Any) -> Any:
            # What a batch leaves out comes as an empty optional value.
            batch = keras.tree.map_structure(
                lambda one: None if isinstance(one, self._tf.experimental.Optional) else one,
                batches.get_next(),
            )
            return self._step(batch)

        return self._repeated(make, number)

    def _made_for_chunks(self, sequence: GivesChunks, like: Any) -> Callable[..., Any]:
        tf = self._tf
        arrays = SimpleNamespace(
            arange=lambda stop, dtype: tf.cast(tf.range(stop), dtype),
            astype=tf.cast,
            concatenate=tf.concat,
        )

        def make_step(batch: Any) -> Any:
            inputs, *others = batch
            return self._make_step((sequence.decode_inputs(inputs, arrays), *others))

        step = self._compiled(make_step)

        def make_on_chunk(chunk: Any, first: Any, number: Any) -> Any:
            def make(done: Any) -> Any:
                start = (first + done) * sequence.batch_size
                rows = slice(start, start + sequence.batch_size)
                return step(keras.tree.map_structure(lambda one: one[rows], chunk))

            return self._repeated(make, number)

        # Chunks have different numbers of rows.
        of_any_length = keras.tree.map_structure(
            lambda one: tf.TensorSpec([None, *one.shape[1:]], one.dtype), like
        )
        number = tf.TensorSpec([], tf.int32)
        made: Callable[..., Any] = tf.function(
            make_on_chunk, input_signature=(of_any_length, number, number), autograph=False
        )
        return made

    def _compiled(self, make_step: Callable[[Any], Any]) -> Callable[[Any], Any]:
        made: Callable[[Any], Any] = self._tf.function(
            make_step, reduce_retracing=True, jit_compile=self._model.jit_compile, autograph=False
        )
        return made

    def _repeated(self, make: Callable[[Any], Any], number: Any) -> Any:
        """The results of the last step; `make` makes one, and is told how many were made before."""
        tf = self._tf
        _, results = tf.while_loop(
            lambda done, _: done < number,
            lambda done, _: (done + 1, make(done)),
            (tf.constant(1), make(tf.constant(0))),
        )
        return results
