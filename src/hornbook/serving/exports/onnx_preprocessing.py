"""All features of a model as one ONNX graph, from raw columns to the inputs of the network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hornbook.errors import ExportError
from hornbook.features import STEPS_INPUT, Feature, FeaturePipeline
from hornbook.serving.exports import (
    onnx_categories,
    onnx_dates,
    onnx_numbers,
    onnx_terms,
    onnx_tokens,
    onnx_vectors,
)
from hornbook.serving.exports.onnx_calendar import moments_of_texts
from hornbook.serving.exports.onnx_conversion import NotInOnnxError, convert
from hornbook.serving.exports.onnx_graph import OnnxGraph, Tensor
from hornbook.serving.exports.onnx_inputs import RawInput, raw_inputs
from hornbook.serving.exports.onnx_steps import apply_step

__all__ = ["SCORED", "Preprocessing", "preprocessing", "require_expressible"]

SCORED = "pre/scored"
"""The output that says which rows have all values that they must have."""

# Each fills the table of conversions when it is imported.
_CONVERSIONS = (
    onnx_categories,
    onnx_dates,
    onnx_numbers,
    onnx_terms,
    onnx_tokens,
    onnx_vectors,
)


@dataclass(frozen=True)
class Preprocessing:
    """The graph of a pipeline.

    Attributes:
        model: an `onnx.ModelProto`; its inputs are `raw`, its outputs `inputs` and perhaps
            `SCORED`.
        raw: the inputs, by column.
        inputs: the output that fills each input of the network, by the input's name.
        drops_rows: whether it has the output `SCORED`.
    """

    model: Any
    raw: Mapping[str, RawInput]
    inputs: Mapping[str, str]
    drops_rows: bool


def require_expressible(pipeline: FeaturePipeline) -> None:
    """Refuses a pipeline that ONNX has no operators for.

    Raises:
        ExportError: lists every handling that cannot be expressed, by column, with the reason.
        MissingExtraError: the package `onnx` is not installed.
    """
    raw = raw_inputs(pipeline)
    problems = []
    for feature, fitted in zip(pipeline.features, pipeline.fitted, strict=True):
        graph = OnnxGraph("tried")
        one = raw[feature.column]
        column = graph.input(one.name, one.dtype, one.shape)
        try:
            convert(fitted, graph, column)
        except NotInOnnxError as error:
            handling = feature.handling
            problems.append(
                f"  '{feature.column}', {handling.feature_type} {handling.name}: {error}"
            )
    for step in pipeline.steps:
        try:
            apply_step(step, OnnxGraph("tried").input("main", "float32", ("N", "C")))
        except NotInOnnxError as error:
            problems.append(f"  {step.name} of the input '{STEPS_INPUT}': {error}")
    if problems:
        listed = "\n".join(problems)
        raise ExportError(
            f"ONNX cannot express {len(problems)} of the {len(pipeline.features)} "
            f"features of this model:\n{listed}",
            fix="Train with another handling of these columns, or export in a format that runs "
            "Python.",
        )


def preprocessing(pipeline: FeaturePipeline) -> Preprocessing:
    """The graph of a pipeline.

    Raises:
        ExportError: as `require_expressible`.
        MissingExtraError: the package `onnx` is not installed.
    """
    require_expressible(pipeline)
    graph = OnnxGraph("pre")
    raw = raw_inputs(pipeline)
    columns = {
        column: _column(one, graph.input(one.name, one.dtype, one.shape))
        for column, one in raw.items()
    }
    parts: dict[str, list[Tensor]] = {name: [] for name in pipeline.filled_inputs}
    for feature, fitted in zip(pipeline.features, pipeline.fitted, strict=True):
        parts[feature.input].append(convert(fitted, graph, columns[feature.column]))
    names = {}
    for index, (name, spec) in enumerate(pipeline.inputs.items()):
        values = graph.concat(parts[name], axis=1)
        if name == STEPS_INPUT:
            for step in pipeline.steps:
                values = apply_step(step, values)
        names[name] = f"pre/input {index}"
        graph.output(names[name], values, ("N", *spec.shape))
    scored = _scored(graph, pipeline, raw, columns)
    if scored is not None:
        graph.output(SCORED, scored, ("N",))
    return Preprocessing(graph.model(), raw, names, scored is not None)


def _column(raw: RawInput, tensor: Tensor) -> Tensor:
    return tensor if raw.kind == "vector" else tensor.reshape(-1)


def _scored(
    graph: OnnxGraph,
    pipeline: FeaturePipeline,
    raw: Mapping[str, RawInput],
    columns: Mapping[str, Tensor],
) -> Tensor | None:
    """Where no handling drops the row for want of a value; `None` if none ever does."""
    there = [
        _is_there(raw[feature.column], columns[feature.column]) for feature in _dropping(pipeline)
    ]
    if not there:
        return None
    scored, *others = there
    for other in others:
        scored = scored & other
    return scored


def _dropping(pipeline: FeaturePipeline) -> list[Feature]:
    return [one for one in pipeline.features if one.handling.drops_missing_rows]


def _is_there(raw: RawInput, column: Tensor) -> Tensor:
    if raw.kind == "number":
        return onnx_numbers.is_number(column)
    if raw.kind == "vector":
        return onnx_vectors.is_vector(column).reshape(-1)
    if raw.kind == "date":
        return moments_of_texts(column)[1]
    return ~column.equals("")
