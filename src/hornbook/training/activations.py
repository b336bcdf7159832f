"""Units behind a ReLU that never fire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from hornbook.training.prediction import predict_inputs

__all__ = ["count_dead_units"]

_BATCH_ROWS = 32


def count_dead_units(model: Any, inputs: Mapping[str, NDArray[Any]]) -> dict[str, tuple[int, int]]:
    """By layer with a ReLU, how many of its units give 0 for every row, and how many it has.

    A unit is a channel where there are several, as in a convolution.

    Args:
        model: a Keras model; of one that is no graph of layers nothing is known.
        inputs: by name, arrays of some rows.
    """
    layers = {layer.name: layer for layer in _layers_with_relu(model)}
    if not layers:
        return {}
    probe = keras.Model(model.inputs, {name: layer.output for name, layer in layers.items()})
    n_rows = len(next(iter(inputs.values())))
    fires: dict[str, NDArray[np.bool_]] = {}
    # Few rows at once: what the layers of a large network give for many would not fit.
    for start in range(0, n_rows, _BATCH_ROWS):
        part = {name: array[start : start + _BATCH_ROWS] for name, array in inputs.items()}
        for name, outputs in predict_inputs(probe, part, min(_BATCH_ROWS, n_rows)).items():
            axis = _unit_axis(layers[name], outputs.ndim)
            others = tuple(one for one in range(outputs.ndim) if one != axis)
            some = (outputs > 0).any(axis=others)
            fires[name] = fires[name] | some if name in fires else some
    return {name: (int((~some).sum()), len(some)) for name, some in fires.items()}


def _layers_with_relu(model: Any) -> list[Any]:
    """The layers of a graph whose output has gone through a ReLU."""
    if not getattr(model, "inputs", None) or not hasattr(model, "layers"):
        return []
    return [layer for layer in model.layers if _has_relu(layer) and _output_of(layer) is not None]


def _has_relu(layer: Any) -> bool:
    if isinstance(layer, keras.layers.ReLU):
        return not layer.negative_slope
    return getattr(layer, "activation", None) is keras.activations.relu


def _output_of(layer: Any) -> Any | None:
    """The one output of a layer that is called once."""
    try:
        output = layer.output
    except (AttributeError, ValueError):
        return None
    return None if isinstance(output, list | tuple | dict) else output


def _unit_axis(layer: Any, n_axes: int) -> int:
    return 1 if getattr(layer, "data_format", None) == "channels_first" else n_axes - 1
