"""`savedmodel`: a TensorFlow SavedModel of the network, made by a process on TensorFlow."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from hornbook.atomic import write_json_atomically
from hornbook.backends.choose import installed_backends
from hornbook.errors import ExportError, MissingExtraError
from hornbook.jobs.environment import worker_environment
from hornbook.processes import module_command
from hornbook.serving.exports.parity import TOLERANCE
from hornbook.serving.exports.parity_rows import parity_rows
from hornbook.serving.exports.report import ExportReport
from hornbook.serving.exports.source import ExportSource
from hornbook.serving.predict import Predictor
from hornbook.training.prediction import predict_inputs

__all__ = ["export_saved_model"]

_WORKER = "hornbook.serving.exports.saved_model_worker"
_MOST_ROWS = 256
EXTRA_FOLDER = "assets.extra"
"""Where TensorFlow leaves files of the user's own."""


def export_saved_model(source: ExportSource, target: Path) -> ExportReport:
    """Writes the network with inputs by name, and holds it against Keras on prepared rows.

    Raises:
        MissingExtraError: TensorFlow is not installed.
        ExportError: TensorFlow cannot write the network, or its numbers differ.
    """
    if "tensorflow" not in installed_backends():
        raise MissingExtraError(
            "The format savedmodel is written by TensorFlow, which is not installed.",
            fix="pip install tensorflow",
        )
    pipeline = source.artifact.pipeline
    known = parity_rows(source, _MOST_ROWS)
    inputs = pipeline.transform(known.frame) if len(known.frame) else {}
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        request = {
            "folder": str(source.folder),
            "home": str(source.home),
            "target": str(target),
            "answer": str(place / "answer.json"),
            "rows": str(place / "rows.npz") if inputs else None,
            "found": str(place / "found.npz"),
            "inputs": [
                {"name": name, "shape": list(spec.shape), "dtype": spec.dtype}
                for name, spec in pipeline.inputs.items()
            ],
        }
        if inputs:
            np.savez(place / "rows.npz", **_numbered(inputs))
        asked = place / "request.json"
        asked.write_text(json.dumps(request), "utf-8")
        _run(source, asked)
        answer: dict[str, Any] = json.loads((place / "answer.json").read_text("utf-8"))
        if inputs:
            with np.load(place / "found.npz", allow_pickle=False) as found:
                answer |= _compared(source, inputs, [found[name] for name in sorted(found)])
    certificate = {"compared": known.origin, "rows": len(known.frame), **answer}
    (target / EXTRA_FOLDER).mkdir(exist_ok=True)
    write_json_atomically(target / EXTRA_FOLDER / "hornbook.json", _about(source, certificate))
    return ExportReport("savedmodel", target, _notes(source, certificate), certificate)


def _numbered(inputs: dict[str, Any]) -> dict[str, Any]:
    """The arrays by their position, since a name of an input may be no name of a file."""
    return {f"{index:04d}": array for index, array in enumerate(inputs.values())}


def _run(source: ExportSource, asked: Path) -> None:
    done = subprocess.run(
        module_command(_WORKER, asked),
        env=worker_environment("tensorflow", source.home),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ExportError(
            f"TensorFlow could not write the network:\n{done.stderr.strip()[-2000:]}",
            fix="A network with layers that run on one backend only cannot become a SavedModel.",
        )


def _compared(source: ExportSource, inputs: dict[str, Any], found: list[Any]) -> dict[str, Any]:
    """The largest difference between the outputs of the SavedModel and those of Keras.

    Raises:
        ExportError: it is above the tolerance.
    """
    network = Predictor(source.artifact, source.trusted).keras_model
    n_rows = len(next(iter(inputs.values())))
    outputs = source.artifact.layout.by_name(predict_inputs(network, inputs, n_rows))
    largest = 0.0
    for mine, other in zip(outputs.values(), found, strict=True):
        numbers = mine.astype(np.float64)
        difference = np.abs(numbers - other) / np.maximum(1.0, np.abs(numbers))
        largest = max(largest, float(difference.max(initial=0.0)))
    if largest > TOLERANCE:
        raise ExportError(
            f"On {n_rows:,} prepared rows the SavedModel differs from Keras by {largest:.3g}.",
            fix="Please report this with the design.",
        )
    return {"largest_difference": largest}


def _about(source: ExportSource, certificate: dict[str, Any]) -> dict[str, Any]:
    return {
        "model": source.reference,
        "certificate": certificate,
        "inputs": {
            name: {
                "shape": list(spec.shape),
                "dtype": spec.dtype,
                "columns": [column.name for column in spec.columns],
                "made_from": list(spec.sources),
            }
            for name, spec in source.artifact.pipeline.inputs.items()
        },
        "outputs": source.description["outputs"],
    }


def _notes(source: ExportSource, certificate: dict[str, Any]) -> tuple[str, ...]:
    names = ", ".join(repr(name) for name in source.artifact.pipeline.inputs)
    notes = [
        f"Its inputs, {names}, are prepared rows: preprocessing is outside, and so are threshold, "
        f"calibration and names of classes. {EXTRA_FOLDER}/hornbook.json says what each column is.",
        "To predict raw rows without Hornbook, export with --format python or mlflow.",
    ]
    if certificate["rows"]:
        notes.append(
            f"On {certificate['compared']} its outputs differ from those of Keras by at most "
            f"{certificate['largest_difference']:.2g}."
        )
    return tuple(notes)
