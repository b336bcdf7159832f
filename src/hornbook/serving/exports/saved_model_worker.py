"""The process that writes a SavedModel, started by `module_command` with a request.

It runs on the TensorFlow backend, whichever one the model was trained on. The request is a JSON
file with `folder`, `home`, `target`, `inputs`, `rows` (prepared rows to try, or null), `found`
(where their outputs go) and `answer`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from keras.export import ExportArchive

from hornbook.backends import open_backend
from hornbook.training.artifact import MODEL_FOLDER
from hornbook.training.loading import load_trained_network
from hornbook.training.trust import TrustedModels

__all__ = ["main"]


def main(request: Path) -> None:
    """Writes the SavedModel of a request, loads it again and tries it."""
    asked = json.loads(request.read_text("utf-8"))
    open_backend("tensorflow")
    folder, target = Path(asked["folder"]), Path(asked["target"])
    network = load_trained_network(folder, TrustedModels(Path(asked["home"])), compile_model=False)
    layout = json.loads((folder / MODEL_FOLDER / "model.json").read_text("utf-8"))["layout"]
    _write(network, asked["inputs"], layout, target)
    served = tf.saved_model.load(str(target)).signatures["serving_default"]
    answer = {
        "inputs": {
            name: {"shape": spec.shape.as_list(), "dtype": spec.dtype.name}
            for name, spec in served.structured_input_signature[1].items()
        },
        "outputs": sorted(served.structured_outputs),
    }
    if asked["rows"] is not None:
        _try(served, asked, layout)
    Path(asked["answer"]).write_text(json.dumps(answer), "utf-8")


def _write(
    network: Any, inputs: list[dict[str, Any]], layout: dict[str, Any], target: Path
) -> None:
    """Traces the network as a function of its named inputs, for any number of rows."""
    signature = [
        tf.TensorSpec([None, *one["shape"]], one["dtype"], name=_argument(index, one["name"]))
        for index, one in enumerate(inputs)
    ]

    def serve(*arrays: Any) -> dict[str, Any]:
        named = {one["name"]: array for one, array in zip(inputs, arrays, strict=True)}
        outputs = network(named, training=False)
        names = [name or "output" for name in layout["formats"]]
        if layout["structure"] == "dict":
            return {name or "output": outputs[name] for name in layout["formats"]}
        if layout["structure"] == "tensor":
            outputs = [outputs]
        return dict(zip(names, outputs, strict=True))

    archive = ExportArchive()
    archive.track(network)
    archive.add_endpoint("serve", serve, signature)
    archive.write_out(str(target), verbose=False)


def _argument(index: int, name: str) -> str:
    """A name that TensorFlow takes for an argument of a signature."""
    return name if name.isidentifier() and name.isascii() else f"input_{index}"


def _try(served: Any, asked: dict[str, Any], layout: dict[str, Any]) -> None:
    with np.load(asked["rows"], allow_pickle=False) as rows:
        given = {
            _argument(index, one["name"]): tf.constant(rows[f"{index:04d}"])
            for index, one in enumerate(asked["inputs"])
        }
    outputs = served(**given)
    found = {
        f"{index:04d}": outputs[name or "output"].numpy()
        for index, name in enumerate(layout["formats"])
    }
    np.savez(asked["found"], **found)
