"""A network described in plain values: its layers, what feeds each, and their parameters."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hornbook.atomic import write_json_atomically

__all__ = ["NETWORK_FILE", "describe_network", "read_network", "write_network"]

NETWORK_FILE = "network.json"
"""In the folder of a trained model: the description of its network."""


def describe_network(model: Any) -> dict[str, Any]:
    """What is shown of a network, as JSON values.

    Args:
        model: a Keras model.

    Returns:
        `layers`, each with `name`, `type`, `shape` of its output with `None` for the rows,
        `parameters` and `inputs`, the names of the layers that feed it (`None` where Keras does
        not say); `parameters` and `trainable_parameters` of the whole, `None` of a model that is
        not built.
    """
    return {
        "layers": [
            {
                "name": layer.name,
                "type": type(layer).__name__,
                "shape": _output_shape(layer),
                "parameters": layer.count_params() if layer.built else None,
                "inputs": _feeding_layers(layer, model),
            }
            for layer in model.layers
        ],
        "parameters": model.count_params() if model.built else None,
        "trainable_parameters": _count(model.trainable_variables) if model.built else None,
    }


def write_network(model: Any, folder: Path) -> None:
    """Writes the description of a network into the folder of a trained model."""
    write_json_atomically(folder / NETWORK_FILE, describe_network(model))


def read_network(folder: Path) -> dict[str, Any] | None:
    """The description in the folder of a trained model; `None` where it was not written."""
    try:
        found: dict[str, Any] = json.loads((folder / NETWORK_FILE).read_text("utf-8"))
    except FileNotFoundError:
        return None
    return found


def _count(variables: Any) -> int:
    total = 0
    for variable in variables:
        size = 1
        for length in variable.shape:
            size *= length
        total += size
    return total


def _feeding_layers(layer: Any, model: Any) -> list[str] | None:
    """The names of the layers whose outputs a layer takes; `None` where Keras does not say."""
    known = {one.name for one in model.layers}
    try:
        parents = [parent for node in layer._inbound_nodes for parent in node.parent_nodes]
        names = [parent.operation.name for parent in parents]
    except AttributeError:
        return None
    return list(dict.fromkeys(name for name in names if name in known))


def _output_shape(layer: Any) -> list[int | None] | None:
    shape = getattr(getattr(layer, "output", None), "shape", None)
    return None if shape is None else list(shape)
