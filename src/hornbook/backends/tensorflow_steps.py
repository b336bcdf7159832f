"""Training steps on TensorFlow, any number of them on end."""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import keras
import tensorflow as tf

from hornbook.backends.chunk_steps import ChunkedEpoch, GivesChunks

__all__ = ["TensorFlowSteps"]

_ARRAYS = SimpleNamespace(
    astype=tf.cast,
    concatenate=tf.concat,
    take=lambda array, indices, axis, mode: tf.gather(array, indices, axis=axis),
)
"""What decoding needs of `numpy`, by TensorFlow."""


class TensorFlowSteps:
    """Makes so many training steps on end, as one function of TensorFlow.

    The number is a tensor: unlike Keras' function it is traced once for all numbers.

    Args:
        model: compiled.
    """

    def __init__(self, model: Any) -> None:
        self._model = model
        self._step = self._compiled(self._make_step)
        self._on_batches = tf.function(
            self._make_on_batches, reduce_retracing=True, autograph=False
        )
        self._on_chunk: tuple[GivesChunks, Callable[..., Any]] | None = None

    def __call__(self, batches: Any, number: int) -> Any:
        """What the last one of so many steps, at least one, gives.

        Args:
            batches: an iterator, or a `ChunkedEpoch`.
            number: of steps; they have as many at hand.
        """
        number_of_steps = tf.constant(number)
        if isinstance(batches, tf.data.Iterator | tf.distribute.DistributedIterator):
            return self._on_batches(batches, number_of_steps)
        if not isinstance(batches, ChunkedEpoch):
            results = None
            for _ in range(number):
                results = self._step(next(batches))
            return results
        first = tf.constant(batches.take(number))
        if self._on_chunk is None or self._on_chunk[0] is not batches.sequence:
            function = self._made_for_chunks(batches.sequence, batches.placed)
            self._on_chunk = batches.sequence, function
        return self._on_chunk[1](batches.placed, first, number_of_steps)

    @staticmethod
    def begin_epoch(sequence: GivesChunks) -> ChunkedEpoch:
        """An epoch of the sequence, its chunks as tensors."""
        to_tensors = functools.partial(keras.tree.map_structure, keras.ops.convert_to_tensor)
        return ChunkedEpoch(sequence, to_tensors)

    def _make_step(self, batch: Any) -> Any:
        return self._model.distribute_strategy.run(self._model.train_step, args=(batch,))

    def _make_on_batches(self, batches: Any, number: Any) -> Any:
        def make(_: Any) -> Any:
            # What a batch leaves out comes as an empty optional value.
            batch = keras.tree.map_structure(
                lambda one: None if isinstance(one, tf.experimental.Optional) else one,
                batches.get_next(),
            )
            return self._step(batch)

        return self._repeated(make, number)

    def _made_for_chunks(self, sequence: GivesChunks, like: Any) -> Callable[..., Any]:
        def make_step(batch: Any) -> Any:
            inputs, *others = batch
            return self._make_step((sequence.decode_inputs(inputs, _ARRAYS), *others))

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
        made: Callable[[Any], Any] = tf.function(
            make_step, reduce_retracing=True, jit_compile=self._model.jit_compile, autograph=False
        )
        return made

    def _repeated(self, make: Callable[[Any], Any], number: Any) -> Any:
        """The results of the last step; `make` makes one, and is told how many were made before."""
        first = make(tf.constant(0))
        # A loop carries no `None`, which a step of the user's own may give.
        is_there = [one is not None for one in tf.nest.flatten(first)]
        _, last = tf.while_loop(
            lambda done, _: done < number,
            lambda done, _: (done + 1, _tensors(make(done))),
            (tf.constant(1), _tensors(first)),
        )
        tensors = iter(last)
        return tf.nest.pack_sequence_as(first, [next(tensors) if one else None for one in is_there])


def _tensors(results: Any) -> list[Any]:
    return [tf.convert_to_tensor(one) for one in tf.nest.flatten(results) if one is not None]
