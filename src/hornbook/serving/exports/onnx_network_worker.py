"""The process that writes a network as ONNX, started by `module_command` with a request.

The request is a JSON file with `folder`, the session or version; `home`; `inputs` and
`outputs` of the network; `model`, the file to write; and `answer`, the file for what was done: what
`write_network` returns, or `error` and `fix`.

It is a process of its own since the conversion needs Keras on TensorFlow, whatever the network
was trained on, and since it may run code of the model's author.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras
import numpy as np

from hornbook.atomic import write_json_atomically
from hornbook.backends import open_backend
from hornbook.backends.named_inputs import inputs_by_name
from hornbook.errors import ExportError, HornbookError
from hornbook.extras import import_extra
from hornbook.serving.exports.onnx_graph import OPSETS, import_onnx
from hornbook.training.loading import load_trained_network
from hornbook.training.trust import TrustedModels

__all__ = ["main", "write_network"]

_WRITTEN_OPSET = 18
"""The latest that tf2onnx writes."""


def main(request: Path) -> None:
    """Writes the network of a request, and the answer."""
    asked = json.loads(request.read_text("utf-8"))
    answer: dict[str, Any]
    try:
        open_backend("tensorflow")
        import_extra("tf2onnx", extra="onnx", wanted_by="The export to ONNX")
        trusted = TrustedModels(Path(asked["home"]))
        model = load_trained_network(Path(asked["folder"]), trusted, compile_model=False)
        answer = write_network(model, asked["inputs"], asked["outputs"], Path(asked["model"]))
    except HornbookError as error:
        answer = {"error": error.message, "fix": error.fix}
    write_json_atomically(Path(asked["answer"]), answer)


def write_network(
    model: Any,
    inputs: Sequence[Mapping[str, Any]],
    outputs: Mapping[str, Any],
    path: Path,
) -> dict[str, Any]:
    """Writes a Keras model on TensorFlow.

    Args:
        model: compiled or not.
        inputs: `name`, `shape` and `dtype` of each.
        outputs: their `names` in order, and the `structure` in which the model gives them.
        path: of the file to write.

    Returns:
        `inputs` and `outputs`: the names in the file, in the same order; and `versions`.

    Raises:
        ExportError: it cannot be written, or holds an operation that ONNX does not have.
    """
    onnx = import_onnx()
    try:
        _plain_model(model, inputs, outputs).export(
            path, format="onnx", verbose=False, opset_version=_WRITTEN_OPSET
        )
    except Exception as error:
        raise ExportError(
            f"The network cannot be written as ONNX: {type(error).__name__}: {_first_line(error)}",
            fix="Use layers of Keras, and keras.ops in layers of your own.",
        ) from error
    written = onnx.load(path)
    _without_erfc(onnx, written.graph)
    _only_used_domains(written)
    unknown = sorted({one for one in _operators(written.graph) if not onnx.defs.has(one)})
    if unknown:
        raise ExportError(
            f"The network needs operations that ONNX does not have: {', '.join(unknown)}.",
            fix="Use other layers of Keras in their place.",
        )
    try:
        written = onnx.version_converter.convert_version(written, OPSETS[""])
        onnx.checker.check_model(written)
    except (RuntimeError, onnx.checker.ValidationError) as error:
        raise ExportError(
            f"The network as ONNX is not valid: {_first_line(error)}",
            fix="Use other layers of Keras.",
        ) from error
    onnx.save(written, path)
    return {
        "inputs": [one.name for one in written.graph.input],
        "outputs": [one.name for one in written.graph.output],
        "versions": {name: version(name) for name in ("keras", "tensorflow", "tf2onnx")},
    }


def _plain_model(
    model: Any, inputs: Sequence[Mapping[str, Any]], outputs: Mapping[str, Any]
) -> Any:
    """The model with its inputs and outputs in lists, under names that TensorFlow keeps."""
    tensors = [
        keras.Input(one["shape"], dtype=one["dtype"], name=f"input_{index}")
        for index, one in enumerate(inputs)
    ]
    with inputs_by_name():
        given = model({one["name"]: tensor for one, tensor in zip(inputs, tensors, strict=True)})
    if outputs["structure"] == "tensor":
        given = [given]
    elif outputs["structure"] == "dict":
        given = [given[name] for name in outputs["names"]]
    plain = keras.Model(tensors, list(given))
    plain([np.zeros((1, *one["shape"]), one["dtype"]) for one in inputs])
    return plain


def _without_erfc(onnx: Any, graph: Any) -> None:
    """Puts `1 - Erf(x)` where TensorFlow computes the complement, as in `gelu`."""
    nodes = list(graph.node)
    if not any(node.op_type == "Erfc" for node in nodes):
        return
    del graph.node[:]
    one = "erfc/one"
    graph.initializer.append(onnx.numpy_helper.from_array(np.ones((), np.float32), one))
    for node in nodes:
        if node.op_type != "Erfc":
            graph.node.append(node)
            continue
        inner = f"{node.output[0]}/erf"
        graph.node.append(onnx.helper.make_node("Erf", node.input, [inner]))
        graph.node.append(onnx.helper.make_node("Sub", [one, inner], node.output))


def _operators(graph: Any) -> Iterator[str]:
    """The operators of a graph, those in its loops and branches too."""
    for node in graph.node:
        yield node.op_type
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from _operators(attribute.g)


def _only_used_domains(model: Any) -> None:
    used = {node.domain for node in model.graph.node} | {""}
    kept = [one for one in model.opset_import if one.domain in used]
    del model.opset_import[:]
    model.opset_import.extend(kept)


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else ""
