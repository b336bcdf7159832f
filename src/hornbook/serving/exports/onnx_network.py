"""The network of a trained model as ONNX, written by a process of its own."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hornbook.errors import ExportError
from hornbook.jobs.environment import worker_environment
from hornbook.processes import module_command
from hornbook.serving.exports.onnx_graph import import_onnx
from hornbook.training.artifact import ModelArtifact

__all__ = ["OnnxNetwork", "network_as_onnx"]

_WORKER = "hornbook.serving.exports.onnx_network_worker"
_PREFIX = "network/"


@dataclass(frozen=True)
class OnnxNetwork:
    """A network in ONNX.

    Attributes:
        model: an `onnx.ModelProto`.
        inputs: what each input is called in it, by its name in Keras.
        outputs: what each output is called, by its name in the design.
        versions: of the packages that wrote it.
    """

    model: Any
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    versions: Mapping[str, str]


def network_as_onnx(artifact: ModelArtifact, home: Path) -> OnnxNetwork:
    """Converts the network of a model.

    Args:
        artifact: the model on disk.
        home: the workspace's folder, which lists the models whose code may be run.

    Raises:
        ExportError: it holds what ONNX does not have.
        MissingExtraError: `onnx` or `tf2onnx` is not installed.
    """
    onnx = import_onnx()
    specs = artifact.pipeline.inputs
    inputs = [
        {"name": name, "shape": list(spec.shape), "dtype": spec.dtype}
        for name, spec in specs.items()
    ]
    outputs = list(artifact.layout.formats)
    with tempfile.TemporaryDirectory() as scratch:
        model, asked, answer = (
            Path(scratch) / name for name in ("network.onnx", "request.json", "answer.json")
        )
        request = {
            "folder": str(artifact.folder.parent.resolve()),
            "home": str(home.resolve()),
            "inputs": inputs,
            "outputs": {"names": outputs, "structure": artifact.layout.structure},
            "model": str(model),
            "answer": str(answer),
        }
        asked.write_text(json.dumps(request), "utf-8")
        worker = subprocess.run(
            module_command(_WORKER, asked),
            # The conversion computes nothing that a GPU would be faster at.
            env={**worker_environment("tensorflow", home), "CUDA_VISIBLE_DEVICES": "-1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if not answer.exists():
            raise ExportError(
                f"The conversion of the network ended with exit code {worker.returncode} and no "
                f"answer:\n{worker.stderr.strip()[-2000:]}"
            )
        found: dict[str, Any] = json.loads(answer.read_text("utf-8"))
        if "error" in found:
            raise ExportError(found["error"], fix=found["fix"])
        written = onnx.load(model)
    return OnnxNetwork(
        onnx.compose.add_prefix(written, _PREFIX),
        {name: f"{_PREFIX}{one}" for name, one in zip(specs, found["inputs"], strict=True)},
        {name: f"{_PREFIX}{one}" for name, one in zip(outputs, found["outputs"], strict=True)},
        found["versions"],
    )
