"""Training steps on JAX, many of them as one call."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np

from hornbook.backends.chunk_steps import ChunkedEpoch, GivesChunks

__all__ = ["JaxSteps"]

_MOST_LOOPED_FLOPS = 12e6
"""A step of more operations is faster by itself: inside of a loop XLA lets it run on one core."""

State = tuple[Any, ...]


class JaxSteps:
    """Makes training steps on the batches of chunks.

    To call a compiled step takes some fifty microseconds, many times what a small one takes: on a
    CPU these are made in a loop that is itself compiled. Larger ones are called one by one.

    Args:
        model: compiled, by Keras and with `jit_compile`.
    """

    def __init__(self, model: Any) -> None:
        self._model = model
        self._functions: _Functions | None = None

    def __call__(self, state: State, epoch: ChunkedEpoch, number: int) -> tuple[Any, State]:
        """What the last one of so many steps, at least one, gives, and the state after it.

        Args:
            state: of the model, as Keras hands it to `train_step`; it is used up.
            epoch: has as many steps at hand.
            number: of steps.
        """
        functions = self._functions_for(epoch.sequence)
        batch_size, first = epoch.sequence.batch_size, epoch.take(number)
        whole = min(number, epoch.n_rows // batch_size - first)
        logs = None
        if whole:
            logs, state = functions.on_whole(state, epoch.placed, first, whole)
        if whole < number:
            start = (first + whole) * batch_size
            rest = keras.tree.map_structure(lambda array: array[start:], epoch.chunk)
            logs, state = functions.on_rest(state, rest)
        # JAX has only begun them.
        jax.block_until_ready(logs)
        return logs, state

    def begin_epoch(self, sequence: GivesChunks) -> ChunkedEpoch:
        """An epoch of the sequence, its chunks on the device."""
        return ChunkedEpoch(sequence, self._functions_for(sequence).place)

    def _functions_for(self, sequence: GivesChunks) -> _Functions:
        if self._functions is None or self._functions.sequence is not sequence:
            self._functions = _Functions(self._model, sequence)
        return self._functions


class _Functions:
    """The compiled functions for the chunks of one sequence.

    Args:
        model: as for `JaxSteps`.
        sequence: whose encoded inputs they decode.
    """

    def __init__(self, model: Any, sequence: GivesChunks) -> None:
        self.sequence = sequence
        self._model = model
        self._longest = 0
        self._one = jax.jit(self._step_at, donate_argnums=0)
        self._many = jax.jit(self._steps_from, donate_argnums=0)
        self._step = jax.jit(model.train_step, donate_argnums=0)
        self._is_on_cpu = jax.default_backend() == "cpu"
        self._loops: bool | None = None

    def place(self, chunk: Any) -> Any:
        """A chunk on the device, filled up to the length of those before: one compiled shape."""
        n_rows = len(keras.tree.flatten(chunk)[0])
        self._longest = max(self._longest, n_rows)
        missing = self._longest - n_rows
        if missing:
            chunk = keras.tree.map_structure(
                lambda array: np.pad(array, [(0, missing), *[(0, 0)] * (array.ndim - 1)]), chunk
            )
        return jax.device_put(chunk)

    def on_whole(self, state: State, chunk: Any, first: int, number: int) -> tuple[Any, State]:
        """So many steps on whole batches of a chunk."""
        if self._loops is None:
            self._loops = self._pays_to_loop(state, chunk)
        if self._loops:
            looped: tuple[Any, State] = self._many(state, chunk, np.int32(first), np.int32(number))
            return looped
        logs = None
        for index in range(first, first + number):
            logs, state = self._one(state, chunk, np.int32(index))
        return logs, state

    def on_rest(self, state: State, batch: Any) -> tuple[Any, State]:
        """A step on the last rows, fewer than a batch."""
        inputs, *others = batch
        stepped: tuple[Any, State] = self._step(
            state, (self.sequence.decode_inputs(inputs, np), *others)
        )
        return stepped

    def _pays_to_loop(self, state: State, chunk: Any) -> bool:
        if not self._is_on_cpu:
            return False
        traced = self._one.trace(state, chunk, np.int32(0))
        _, after = traced.out_info
        # A step of the user's own may hand on the state in another form, which no loop can carry.
        keeps_form = jax.tree.structure(after) == jax.tree.structure(state) and all(
            (one.shape, one.dtype) == (other.shape, other.dtype)
            for one, other in zip(jax.tree.leaves(after), jax.tree.leaves(state), strict=True)
        )
        return keeps_form and _flops(traced.jaxpr) <= _MOST_LOOPED_FLOPS

    def _step_at(self, state: State, chunk: Any, index: Any) -> tuple[Any, State]:
        if self._is_on_cpu:
            # XLA compiles what is cut and decoded together with what is computed from it, and the
            # last bit might differ from that of a batch that is given; but not across a branch.
            batch = jax.lax.cond(index >= 0, self._cut, self._zeros, chunk, index)
        else:
            # A GPU would wait at each branch for the host.
            batch = self._cut(chunk, index)
        stepped: tuple[Any, State] = self._model.train_step(state, batch)
        return stepped

    def _cut(self, chunk: Any, index: Any) -> Any:
        size = self.sequence.batch_size
        inputs, *others = jax.tree.map(
            lambda array: jax.lax.dynamic_slice_in_dim(array, index * size, size), chunk
        )
        return (self.sequence.decode_inputs(inputs, jnp), *others)

    def _zeros(self, chunk: Any, index: Any) -> Any:
        batch = jax.eval_shape(self._cut, chunk, index)
        return jax.tree.map(lambda one: jnp.zeros(one.shape, one.dtype), batch)

    def _steps_from(self, state: State, chunk: Any, first: Any, number: Any) -> tuple[Any, State]:
        logs, _ = jax.eval_shape(self._one, state, chunk, first)
        no_logs = jax.tree.map(lambda one: jnp.zeros(one.shape, one.dtype), logs)

        def make(done: Any, carried: tuple[Any, State]) -> tuple[Any, State]:
            made: tuple[Any, State] = self._one(carried[1], chunk, first + done)
            return made

        looped: tuple[Any, State] = jax.lax.fori_loop(0, number, make, (no_logs, state))
        return looped


def _flops(jaxpr: Any) -> float:
    """The floating-point operations of all matrix products, those of functions inside too.

    Infinite where there are convolutions: inside of a loop XLA adds up their products in another
    order.
    """
    equations = getattr(jaxpr, "jaxpr", jaxpr).eqns
    return math.fsum(_flops_of(equation) for equation in equations)


def _flops_of(equation: Any) -> float:
    name, given = equation.primitive.name, equation.params
    if name == "conv_general_dilated":
        return math.inf
    if name != "dot_general":
        return float(given.get("length", 1)) * math.fsum(map(_flops, _inner(given)))
    (summed, _), _ = given["dimension_numbers"]
    terms = math.prod(equation.invars[0].aval.shape[axis] for axis in summed)
    return float(2 * terms * math.prod(equation.outvars[0].aval.shape))


def _inner(parameters: dict[str, Any]) -> Iterator[Any]:
    """The functions that an operation calls."""
    for value in parameters.values():
        for one in value if isinstance(value, tuple | list) else (value,):
            if hasattr(one, "eqns") or hasattr(getattr(one, "jaxpr", None), "eqns"):
                yield one
