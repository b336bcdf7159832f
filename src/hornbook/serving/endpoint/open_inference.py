"""The Open Inference Protocol, version 2: rows as tensors, one for each column."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from hornbook import __version__
from hornbook.features import FeatureType
from hornbook.serving.endpoint.catalog import ServedModel
from hornbook.serving.endpoint.json_body import list_of, optional_text
from hornbook.serving.endpoint.predictions import OutputColumns, Predictions
from hornbook.serving.endpoint.refusal import RefusedError
from hornbook.serving.endpoint.row_values import ColumnReader, shown
from hornbook.serving.endpoint.served_version import ServedVersion

__all__ = ["infer_answer", "model_metadata", "rows_of", "server_metadata", "wanted_outputs"]

_EXAMPLE = '{"inputs": [{"name": "COLUMN", "shape": [1], "datatype": "FP64", "data": [VALUE]}]}'
_INTEGERS = frozenset(f"{sign}INT{bits}" for sign in ("", "U") for bits in (8, 16, 32, 64))
_FLOATS = frozenset({"FP16", "FP32", "FP64"})
_DATATYPES = frozenset({"BYTES", "BOOL"}) | _INTEGERS | _FLOATS
_DATATYPE_OF = {
    FeatureType.NUMERICAL: "FP64",
    FeatureType.VECTOR: "FP64",
}


def server_metadata() -> dict[str, Any]:
    """What `/v2` answers."""
    return {"name": "hornbook", "version": __version__, "extensions": []}


def model_metadata(model: ServedModel, version: ServedVersion) -> dict[str, Any]:
    """What `/v2/models/<name>` answers: the tensors of the model."""
    readers = version.loaded.reader.columns
    outputs = tensors_of(version.loaded.outputs)
    first = version.loaded.predictor.artifact.outputs
    return {
        "name": model.name,
        "versions": list(model.versions),
        "platform": "hornbook_keras",
        "inputs": [
            {
                "name": reader.column,
                "datatype": _DATATYPE_OF.get(reader.feature_type, "BYTES"),
                "shape": [-1, -1] if reader.feature_type is FeatureType.VECTOR else [-1],
            }
            for reader in readers
        ],
        "outputs": [
            {
                "name": name,
                "datatype": _declared(name, first),
                "shape": [-1],
            }
            for name in outputs
        ],
    }


def rows_of(value: dict[str, Any], readers: Sequence[ColumnReader]) -> list[dict[str, Any]]:
    """The rows that the tensors of a request spell.

    Raises:
        RefusedError: 400, a tensor is not written as it must be, or they differ in their rows.
    """
    tensors = list_of(value, "inputs", _EXAMPLE)
    vectors = {reader.column for reader in readers if reader.feature_type is FeatureType.VECTOR}
    columns: dict[str, list[Any]] = {}
    for number, tensor in enumerate(tensors):
        name, values = _column(tensor, f"inputs[{number}]", vectors)
        if name in columns:
            raise _wrong(f"There are two inputs named '{name}'.")
        columns[name] = values
    sizes = {name: len(values) for name, values in columns.items()}
    if len(set(sizes.values())) > 1:
        raise _wrong(
            "The inputs differ in their rows: "
            + ", ".join(f"'{name}' has {size}" for name, size in list(sizes.items())[:20])
            + "."
        )
    names = list(columns)
    rows = [dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    if not rows:
        raise _wrong("The inputs have no rows.")
    return rows


def wanted_outputs(value: dict[str, Any], outputs: Sequence[OutputColumns]) -> list[str]:
    """The names of the output tensors that a request asks for; all where it names none.

    Raises:
        RefusedError: 400, one is not known.
    """
    known = list(tensors_of(outputs))
    if value.get("outputs") is None:
        return known
    wanted = []
    for number, tensor in enumerate(
        list_of(value, "outputs", '{"outputs": [{"name": "prediction"}]}')
    ):
        name = tensor.get("name") if type(tensor) is dict else None
        if name not in known:
            raise RefusedError(
                400,
                f"outputs[{number}] is {shown(tensor)}, expected an object with a known name.",
                fix=f"Known names: {', '.join(known)}.",
            )
        wanted.append(name)
    return wanted


def infer_answer(
    version: ServedVersion,
    value: dict[str, Any],
    wanted: Sequence[str],
    predictions: Predictions,
) -> dict[str, Any]:
    """What `infer` answers. A row that is left out has nulls, and its reason in `parameters`."""
    places = tensors_of(version.loaded.outputs)
    answer: dict[str, Any] = {
        "model_name": version.name,
        "model_version": version.version_id,
        "outputs": [
            {
                "name": name,
                "datatype": _datatype(predictions.columns[places[name]]),
                "shape": [len(predictions)],
                "data": predictions.columns[places[name]],
            }
            for name in wanted
        ],
    }
    identifier = optional_text(value, "id", "id")
    if identifier is not None:
        answer["id"] = identifier
    if predictions.reasons:
        answer["parameters"] = {
            "ignored_rows": {str(row): reason for row, reason in predictions.reasons.items()}
        }
    return answer


def tensors_of(outputs: Sequence[OutputColumns]) -> dict[str, int]:
    """The columns of predictions by the names of their tensors, as files of predictions have."""
    found: dict[str, int] = {}
    for output in outputs:
        end = f"_{output.name}" if output.name else ""
        found[f"prediction{end}"] = output.prediction
        if output.bounds is not None:
            found[f"prediction{end}_lower"], found[f"prediction{end}_upper"] = output.bounds
        for label, at in output.probabilities.items():
            found[f"proba{end}_{label}"] = at
    return found


def _column(tensor: Any, place: str, vectors: set[str]) -> tuple[str, list[Any]]:
    """The name of a tensor, and its value for each row."""
    if type(tensor) is not dict:
        raise _wrong(f"{place} is {shown(tensor)}, expected an object.")
    name, datatype = tensor.get("name"), tensor.get("datatype")
    if type(name) is not str:
        raise _wrong(f"{place} has the name {shown(name)}, expected the name of a column.")
    if type(datatype) is not str or datatype not in _DATATYPES:
        raise _wrong(
            f"The input '{name}' has the datatype {shown(datatype)}, expected one of "
            f"{', '.join(sorted(_DATATYPES))}."
        )
    shape = tensor.get("shape")
    if type(shape) is not list or not all(type(size) is int and size >= 0 for size in shape):
        raise _wrong(f"The input '{name}' has the shape {shown(shape)}, expected whole numbers.")
    if not shape or (name not in vectors and math.prod(shape[1:]) != 1):
        raise _wrong(f"The input '{name}' has the shape {shown(shape)}, expected [rows].")
    data = tensor.get("data")
    if type(data) is not list:
        raise _wrong(
            f"The input '{name}' has the data {shown(data)}, expected a list; binary data is not "
            "read."
        )
    flat = _flat(data)
    if len(flat) != math.prod(shape):
        raise _wrong(
            f"The input '{name}' has the shape {shape} and {len(flat)} values, expected "
            f"{math.prod(shape)}."
        )
    _check_values(name, datatype, flat)
    if name in vectors and len(shape) > 1:
        width = math.prod(shape[1:])
        return name, [flat[row * width : (row + 1) * width] for row in range(shape[0])]
    return name, flat


def _flat(data: list[Any]) -> list[Any]:
    while data and all(type(one) is list for one in data):
        data = [value for one in data for value in one]
    return data


def _check_values(name: str, datatype: str, values: Sequence[Any]) -> None:
    for value in values:
        kind = type(value)
        fits = (
            value is None
            or (datatype == "BYTES" and kind is str)
            or (datatype == "BOOL" and kind is bool)
            or (datatype in _INTEGERS and kind is int)
            or (datatype in _FLOATS and kind in (int, float))
        )
        if not fits:
            raise _wrong(
                f"The input '{name}' is {datatype} and holds {shown(value)}, which is none."
            )


def _datatype(values: Sequence[Any]) -> str:
    """The datatype of predicted values."""
    first = next((value for value in values if value is not None), None)
    if isinstance(first, bool):
        return "BOOL"
    if isinstance(first, int):
        return "INT64"
    return "FP64" if isinstance(first, float) else "BYTES"


def _declared(name: str, outputs: Mapping[str, Any]) -> str:
    """The datatype of an output tensor before anything is predicted."""
    for output, model_output in outputs.items():
        if name == (f"prediction_{output}" if output else "prediction"):
            classes = model_output.encoder.classes
            return "FP64" if classes is None else _datatype(_labels(model_output))
    return "FP64"


def _labels(model_output: Any) -> Sequence[Any]:
    """What the predictions of a class are; those of several labels are texts."""
    several = getattr(model_output.encoder, "labels", None) is not None
    return [""] if several else list(model_output.encoder.classes)


def _wrong(message: str) -> RefusedError:
    return RefusedError(400, message, fix=f"Send {_EXAMPLE}.")
