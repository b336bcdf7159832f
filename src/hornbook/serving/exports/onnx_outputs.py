"""From the network's raw outputs to predictions in the user's terms, as an ONNX graph."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hornbook.features import LabelsEncoder
from hornbook.metrics import LABEL_THRESHOLD, Calibration, PredictionType
from hornbook.metrics.calibration import (
    CLOSEST,
    CalibrationCurve,
    IsotonicCurve,
    SigmoidCurve,
)
from hornbook.serving.exports.onnx_graph import OnnxGraph, Tensor
from hornbook.training.artifact import ModelOutput

__all__ = ["Postprocessing", "output_name", "postprocessing"]

_UNITS = "units"


@dataclass(frozen=True)
class Postprocessing:
    """The graph behind the network.

    Attributes:
        model: an `onnx.ModelProto`.
        raw: the input that takes each raw output of the network, by the output's name.
        scored: the input that takes which rows have all values they need, if there is one.
        description: of the outputs, as JSON values.
    """

    model: Any
    raw: Mapping[str, str]
    scored: str | None
    description: list[dict[str, Any]]


def output_name(part: str, output: str) -> str:
    """What a part of an output is called in the model.

    Args:
        part: `prediction`, `probabilities` or `interval`.
        output: the network's output; `""` for the only one.
    """
    return f"{part}_{output}" if output else part


def postprocessing(outputs: Mapping[str, ModelOutput], *, drops_rows: bool) -> Postprocessing:
    """The graph from raw outputs to predictions.

    Args:
        outputs: what the network predicts, by name.
        drops_rows: whether some rows cannot be scored; the model then says which.
    """
    graph = OnnxGraph("post")
    scored = graph.input("post/scored", "bool", ("N",)) if drops_rows else None
    raw: dict[str, str] = {}
    description: list[dict[str, Any]] = []
    for index, (name, output) in enumerate(outputs.items()):
        raw[name] = f"post/raw {index}"
        tensor = graph.input(raw[name], "float32", ("N", _UNITS))
        parts = _Parts(graph, name, output, scored, description)
        if output.prediction_type is PredictionType.REGRESSION:
            parts.values(tensor)
        else:
            parts.classes(tensor)
    if scored is not None:
        graph.output("scored", scored, ("N",))
        description.append(
            {
                "name": "scored",
                "type": "bool",
                "shape": ["N"],
                "values": "false where a value is missing that a prediction needs; its numbers are "
                "NaN then, its texts empty",
            }
        )
    return Postprocessing(graph.model(), raw, None if scored is None else scored.name, description)


@dataclass(frozen=True)
class _Parts:
    """Writes the parts of one output."""

    graph: OnnxGraph
    name: str
    output: ModelOutput
    scored: Tensor | None
    description: list[dict[str, Any]]

    def values(self, raw: Tensor) -> None:
        values = raw.column(0).cast("float64")
        self._give("prediction", values, "the predicted value")
        interval = self.output.interval
        if interval is not None:
            ends = [(values + sign * interval.half_width).as_column() for sign in (-1, 1)]
            self._give(
                "interval",
                self.graph.concat(ends, axis=1),
                f"the lower and the upper end of what holds {interval.coverage:g} of new rows",
                width=2,
            )

    def classes(self, raw: Tensor) -> None:
        output = self.output
        corrected = raw
        if output.calibration is not None:
            corrected = _calibrated(output.calibration, raw)
        probabilities = corrected.cast("float64")
        classes = list(output.encoder.classes or ())
        if output.prediction_type is PredictionType.BINARY:
            positive = probabilities.column(-1).as_column()
            probabilities = self.graph.concat([positive * -1.0 + 1.0, positive], axis=1)
        self._give("prediction", self._predicted(corrected), f"one of {self._shown(classes)}")
        self._give(
            "probabilities",
            probabilities,
            "in the order of classes",
            width=len(classes),
            classes=classes,
        )

    def _predicted(self, corrected: Tensor) -> Tensor:
        output, graph = self.output, self.graph
        if isinstance(output.encoder, LabelsEncoder):
            flags = corrected >= np.array(LABEL_THRESHOLD, corrected.dtype)
            return _joined_labels(graph, flags, output.encoder)
        classes = output.encoder.classes or ()
        if output.prediction_type is PredictionType.BINARY:
            threshold = 0.5 if output.threshold is None else output.threshold
            codes = (corrected.column(-1) >= threshold).cast("int64")
        else:
            codes = graph.op("ArgMax", corrected, dtype="int64", axis=1, keepdims=0)
        return graph.constant(classes, _dtype_of(classes)).gather(codes)

    def _shown(self, classes: list[Any]) -> str:
        if isinstance(self.output.encoder, LabelsEncoder):
            return "the labels, any number of them in one text"
        return "the classes"

    def _give(
        self, part: str, tensor: Tensor, values: str, width: int | None = None, **more: Any
    ) -> None:
        shape: tuple[int | str, ...] = ("N",) if width is None else ("N", width)
        if self.scored is not None and tensor.dtype in ("float64", "string"):
            scored = self.scored if width is None else self.scored.as_column()
            tensor = tensor.where(scored, "" if tensor.dtype == "string" else math.nan)
        name = output_name(part, self.name)
        self.graph.output(name, tensor, shape)
        kind = {"float64": "double"}.get(tensor.dtype, tensor.dtype)
        described = {"name": name, "type": kind, "shape": list(shape), "values": values, **more}
        self.description.append(described)


def _dtype_of(classes: tuple[Any, ...]) -> str:
    kinds = {type(one) for one in classes}
    if kinds == {bool}:
        return "bool"
    if kinds == {int}:
        return "int64"
    return "float64" if kinds <= {int, float} else "string"


def _joined_labels(graph: OnnxGraph, flags: Tensor, encoder: LabelsEncoder) -> Tensor:
    """The labels whose flag is set, with the separator between them."""
    between = encoder.separator or "|"
    text = graph.op("Expand", graph.constant("", "string"), flags.length())
    for index, label in enumerate(encoder.labels):
        first = graph.constant(label, "string")
        further = graph.constant(f"{between}{label}", "string")
        added = graph.where(text.equals(""), first, further)
        longer = graph.op("StringConcat", text, added)
        text = graph.where(flags.column(index), longer, text)
    return text


def _calibrated(calibration: Calibration, raw: Tensor) -> Tensor:
    """`Calibration.apply`: float64 of the same shape."""
    graph = raw.graph
    given = raw.cast("float64")
    curves = calibration.curves
    if len(curves) == 1:
        return _corrected(curves[0], given.column(-1).as_column())
    columns = [
        _corrected(curve, given.column(index).as_column()) for index, curve in enumerate(curves)
    ]
    corrected = graph.concat(columns, axis=1)
    if not calibration.exclusive:
        return corrected
    total = corrected.sum(axis=1).as_column()
    return (corrected / total).where(total > 0.0, 1 / len(curves))


def _corrected(curve: CalibrationCurve | None, probability: Tensor) -> Tensor:
    if curve is None:
        return probability
    if isinstance(curve, SigmoidCurve):
        kept = probability.clip(CLOSEST, 1 - CLOSEST)
        odds = (kept / (kept * -1.0 + 1.0)).apply("Log")
        return ((odds * curve.slope + curve.intercept) * 0.5).apply("Tanh") * 0.5 + 0.5
    if isinstance(curve, IsotonicCurve):
        return _interpolated(curve, probability)
    raise TypeError(f"There is no conversion of {type(curve).__name__}.")


def _interpolated(curve: IsotonicCurve, probability: Tensor) -> Tensor:
    """A line through the knots, level beyond the outer ones; shape `(n_rows, 1)`."""
    knots, corrected = curve.probabilities, curve.corrected
    given = probability.clip(float(knots[0]), float(knots[-1]))
    # Each knot begins a piece; the last one's is the end of the line.
    slopes = np.append(np.diff(corrected) / np.diff(knots), 0.0)
    piece = (given >= knots[np.newaxis]).cast("int64").sum(axis=1).as_column() - 1
    graph = probability.graph
    starts, values, rises = (
        graph.constant(one, "float64").gather(piece) for one in (knots, corrected, slopes)
    )
    return values + (given - starts) * rises
