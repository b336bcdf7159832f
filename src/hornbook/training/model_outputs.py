"""The outputs of the user's model: found, named, and held against what the design predicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras

from hornbook.design import SourceFile
from hornbook.errors import Problem
from hornbook.features import ONLY_OUTPUT, InputSpec, TargetFormat, TargetLayout
from hornbook.metrics import PredictionType
from hornbook.training.last_layer import (
    last_layer_problems,
    loss_name,
    loss_problems,
    units_problem,
)

__all__ = ["OutputSpec", "inspect_outputs"]


@dataclass(frozen=True)
class OutputSpec:
    """What the design wants of one output.

    Attributes:
        prediction_type: of its target.
        n_classes: number of classes or labels; `None` for regression.
    """

    prediction_type: PredictionType
    n_classes: int | None

    @property
    def units(self) -> tuple[int | None, ...]:
        """The widths that the last layer may have."""
        if self.prediction_type is PredictionType.REGRESSION:
            return (1,)
        return (1, 2) if self.prediction_type is PredictionType.BINARY else (self.n_classes,)


def inspect_outputs(
    model: Any,
    source: SourceFile,
    inputs: Mapping[str, InputSpec],
    outputs: Mapping[str, OutputSpec],
) -> tuple[TargetLayout | None, list[Problem]]:
    """The layout of a model's outputs, and all that does not suit the design.

    Args:
        model: compiled.
        source: the text of `architecture.py`, to name lines in.
        inputs: what the features fill; none where they do not suit the model.
        outputs: what the design wants, by output name.

    Returns:
        The layout, `None` where there is an error; and problems, warnings included.
    """
    found, structure, problems = _find(model, source, inputs, outputs)
    loss_problems_found: list[Problem] = []
    formats: dict[str, TargetFormat] = {}
    for name, tensor in found.items():
        key = None if structure == "tensor" else name
        loss = loss_name(model, key)
        loss_problems_found += loss_problems(model, loss, source, key)
        units, shape_problem = _units(tensor, name, source)
        if units is None:
            problems += shape_problem
            continue
        spec = outputs[name]
        if units not in spec.units:
            problems.append(units_problem(units, spec.prediction_type, spec.n_classes, source))
        elif loss is not None:
            problems += last_layer_problems(model, tensor, spec.prediction_type, source, output=key)
        formats[name] = _target_format(units, loss or "", spec)
    if not found and getattr(model, "loss", None) is None:
        loss_problems_found = loss_problems(model, None, source)
    problems = [*dict.fromkeys(loss_problems_found), *problems]
    if any(problem.severity == "error" for problem in problems) or set(formats) != set(outputs):
        return None, problems
    return TargetLayout(formats, structure), problems


def _find(
    model: Any,
    source: SourceFile,
    inputs: Mapping[str, InputSpec],
    outputs: Mapping[str, OutputSpec],
) -> tuple[dict[str, Any], Any, list[Problem]]:
    """The symbolic outputs by the design's names, and the structure they come in."""
    given = getattr(model, "output", None) if getattr(model, "outputs", None) else None
    if given is None:
        if not inputs:
            return {}, "tensor", []
        given, problem = _call_symbolically(model, source, inputs)
        if problem is not None:
            return {}, "tensor", [problem]
    tensors = keras.tree.flatten(given)
    if len(tensors) == 1 and not isinstance(given, dict):
        if len(outputs) > 1:
            return {}, "tensor", [_one_for_several(outputs, source)]
        # An output alone needs no name.
        return {next(iter(outputs)): tensors[0]}, "tensor", []
    if isinstance(given, dict):
        named = dict(given)
    else:
        names = getattr(model, "output_names", None) or [None] * len(tensors)
        named = dict(zip(names, tensors, strict=True))
    if set(named) != set(outputs):
        return {}, "tensor", [_other_names(given, named, outputs, source)]
    return named, "dict" if isinstance(given, dict) else "list", []


def _other_names(
    given: Any, named: Mapping[Any, Any], outputs: Mapping[str, OutputSpec], source: SourceFile
) -> Problem:
    line = source.line_of_output()
    if set(outputs) == {ONLY_OUTPUT}:
        what = (
            "gives a dict of outputs"
            if isinstance(given, dict)
            else f"has {len(keras.tree.flatten(given))} outputs"
        )
        return Problem(
            f"the model {what}, one is expected",
            source.name,
            line,
            fix="Return keras.Model(inputs, output) with the tensor itself; or say in task.toml "
            "what each output predicts, in sections such as [outputs.price].",
        )
    return Problem(
        f"the model's outputs are called {_listed(named)}, the design predicts {_listed(outputs)}",
        source.name,
        line,
        fix=f'Name the last layers: Dense(…, name="{next(iter(outputs))}"); or return '
        f"keras.Model(inputs, {{{', '.join(f'{name!r}: …' for name in outputs)}}}).",
    )


def _one_for_several(outputs: Mapping[str, OutputSpec], source: SourceFile) -> Problem:
    return Problem(
        f"the model has one output, the design predicts {_listed(outputs)}",
        source.name,
        source.line_of_output(),
        fix="Return keras.Model(inputs, [output_1, output_2]) with last layers of these names.",
    )


def _call_symbolically(
    model: Any, source: SourceFile, inputs: Mapping[str, InputSpec]
) -> tuple[Any, Problem | None]:
    """What a subclassed model gives."""
    tensors = {
        name: keras.KerasTensor((None, *spec.shape), spec.dtype) for name, spec in inputs.items()
    }
    try:
        return model(tensors), None
    except Exception as error:  # noqa: BLE001 - whatever the user's own layers raise
        message = f"the model cannot take the inputs of the features: {error}"
        return None, Problem(message, source.name, source.line_of_function("build_model"))


def _units(tensor: Any, name: str, source: SourceFile) -> tuple[int | None, list[Problem]]:
    """The width of an output."""
    shape = tuple(tensor.shape)
    if len(shape) == 2 and shape[1] is not None:
        return int(shape[1]), []
    which = f"of the output '{name}' " if name else ""
    problem = Problem(
        f"the last layer {which}gives shape {shape}, expected (None, units): one row of numbers "
        "for each row of the table",
        source.name,
        source.line_of_output(),
        fix="End with a pooling or Flatten layer and a Dense layer.",
    )
    return None, [problem]


def _target_format(units: int, loss: str, spec: OutputSpec) -> TargetFormat:
    if spec.prediction_type is PredictionType.MULTILABEL:
        return TargetFormat.LABELS
    if units == 1:
        return TargetFormat.VALUES
    return TargetFormat.CODES if "sparse" in loss else TargetFormat.ONE_HOT


def _listed(names: Mapping[Any, Any]) -> str:
    return ", ".join(f"'{name}'" for name in names)
