"""How much memory a network takes while it trains, counted from its shapes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import keras
import numpy as np

from hornbook.backends.optimizers import build_optimizer
from hornbook.features import InputSpec

__all__ = ["memory_need"]


def memory_need(
    model: Any, inputs: Mapping[str, InputSpec], batch_size: int
) -> dict[str, int | None]:
    """The bytes that a training step of a network holds at once.

    They are those of the weights, a gradient of each trainable weight, what the optimizer keeps
    of them, and of one batch the inputs and the outputs of every layer, which stay until the step
    has gone back through them. What a backend holds besides, such as its own code, compiled
    functions, states inside of recurrent layers and room to calculate in, is not counted.

    Args:
        model: compiled and built.
        inputs: what the features fill, by input name.
        batch_size: rows a batch.

    Returns:
        `weights`, `gradients`, `optimizer`, `inputs`, `activations` in bytes, the last `None`
        where a layer's output has a length that only the data decide; and `batch_size`.
    """
    build_optimizer(model)
    optimizer = model.optimizer
    if not optimizer.built:
        optimizer.build(model.trainable_variables)
    rows = [_row_bytes(output) for layer in _plain_layers(model) for output in _outputs(layer)]
    known = [size for size in rows if size is not None]
    return {
        "weights": _bytes_of(model.variables),
        "gradients": _bytes_of(model.trainable_variables),
        "optimizer": _bytes_of(optimizer.variables),
        "inputs": batch_size * sum(spec.row_bytes for spec in inputs.values()),
        "activations": batch_size * sum(known) if len(known) == len(rows) else None,
        "batch_size": batch_size,
    }


def _plain_layers(model: Any) -> Iterator[Any]:
    """The layers that compute something, those of models within the model included."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _plain_layers(layer)
        elif not isinstance(layer, keras.layers.InputLayer):
            yield layer


def _outputs(layer: Any) -> list[Any]:
    try:
        return list(keras.tree.flatten(layer.output))
    except (AttributeError, ValueError):
        # A layer that is called several times, or by code that Keras does not see through.
        return []


def _row_bytes(output: Any) -> int | None:
    """The bytes of one row of a layer's output."""
    lengths: list[int | None] = list(output.shape[1:])
    known = [length for length in lengths if length is not None]
    return math.prod(known) * _item_bytes(output.dtype) if len(known) == len(lengths) else None


def _bytes_of(variables: Iterable[Any]) -> int:
    return sum(int(math.prod(one.shape)) * _item_bytes(one.dtype) for one in variables)


def _item_bytes(dtype: Any) -> int:
    name = keras.backend.standardize_dtype(dtype)
    try:
        return int(np.dtype(name).itemsize)
    except TypeError:
        # NumPy does not know bfloat16 and the like.
        return 2 if "16" in name else 1
