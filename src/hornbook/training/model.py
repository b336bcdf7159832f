"""The user's model: built, compiled, and held against what the design asks of it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras

from hornbook.design import ARCHITECTURE_FILE, SourceFile
from hornbook.errors import DesignError, NotFoundError, Problem, UserCodeError, did_you_mean
from hornbook.features import ONLY_OUTPUT, InputSpec, TargetLayout
from hornbook.training.model_outputs import OutputSpec, inspect_outputs
from hornbook.training.user_code import UserCode

__all__ = ["OutputSpec", "UserModel", "build_model"]


@dataclass(frozen=True)
class UserModel:
    """A compiled model that suits the design.

    Attributes:
        keras_model: the model.
        layout: of its outputs, and of the targets that its losses want.
        warnings: what will work, and is probably not meant.
    """

    keras_model: Any
    layout: TargetLayout
    warnings: tuple[Problem, ...] = ()


def build_model(
    code: UserCode,
    source: SourceFile,
    inputs: Mapping[str, InputSpec],
    outputs: Mapping[str, OutputSpec],
) -> UserModel:
    """Calls `build_model` and `compile_model`, and checks what they return.

    Args:
        code: the user's code.
        source: the text of `architecture.py`, to name lines in.
        inputs: what the features fill, by input name.
        outputs: what the design predicts, by output name.

    Raises:
        UserCodeError: one of the functions failed or returned no model.
        DesignError: all that does not suit the design, each with its line and fix.
    """
    shapes = _ByInput(
        {name: spec.shape for name, spec in inputs.items()},
        "No feature fills an input '{name}'.",
        "Take the input out of build_model, or send a feature to it in [features].",
    )
    build = code.function(ARCHITECTURE_FILE, "build_model")
    offered = {
        "n_classes": outputs[ONLY_OUTPUT].n_classes
        if ONLY_OUTPUT in outputs
        else {name: spec.n_classes for name, spec in outputs.items()},
        "vocabulary_sizes": _ByInput(
            {
                name: spec.vocabulary_size
                for name, spec in inputs.items()
                if spec.vocabulary_size is not None
            },
            "The input '{name}' holds no whole numbers with a vocabulary, or no feature fills it.",
            'Use a text with a TokenizerProcessor, or a category with handling = "index".',
        ),
    }
    keywords = {name: value for name, value in offered.items() if _accepts(build, name)}
    model = _expect_model(build(shapes, **keywords), "build_model", source)
    compiled = code.function(ARCHITECTURE_FILE, "compile_model")(model)
    model = _expect_model(compiled, "compile_model", source)
    return _inspect(model, source, inputs, outputs)


class _ByInput(dict[str, Any]):
    """What user code looks up by the name of an input; a wrong name says which ones there are."""

    def __init__(self, values: Mapping[str, Any], message: str, fix: str) -> None:
        super().__init__(values)
        self._message = message
        self._fix = fix

    def __missing__(self, name: str) -> Any:
        known = f" {did_you_mean(str(name), self)}" if self else ""
        raise NotFoundError(f"{self._message.format(name=name)}{known}", fix=self._fix)


def _accepts(function: Any, keyword: str) -> bool:
    parameters = inspect.signature(function).parameters.values()
    return any(p.name == keyword or p.kind is p.VAR_KEYWORD for p in parameters)


def _expect_model(returned: Any, function: str, source: SourceFile) -> Any:
    if isinstance(returned, keras.Model):
        return returned
    raise UserCodeError(
        f"{function} returned {type(returned).__name__}, expected a Keras model",
        file=source.name,
        line=source.line_of_function(function),
        fix=f"End {function} with: return model",
    )


def _inspect(
    model: Any,
    source: SourceFile,
    inputs: Mapping[str, InputSpec],
    outputs: Mapping[str, OutputSpec],
) -> UserModel:
    problems = _input_problems(model, source, inputs)
    layout, output_problems = inspect_outputs(model, source, {} if problems else inputs, outputs)
    problems += output_problems
    if layout is None or any(problem.severity == "error" for problem in problems):
        raise DesignError(problems)
    return UserModel(model, layout, tuple(problems))


def _input_problems(
    model: Any, source: SourceFile, inputs: Mapping[str, InputSpec]
) -> list[Problem]:
    """Inputs that only one side knows, or whose shapes differ."""
    tensors = getattr(model, "inputs", None)
    if not tensors:
        return []
    declared = {_input_name(tensor): tuple(tensor.shape[1:]) for tensor in tensors}
    fed = ", ".join(f"'{name}' {spec.shape}" for name, spec in inputs.items())
    problems = []
    for name, shape in declared.items():
        line = source.line_of_input(name) or source.line_of_function("build_model")
        if name not in inputs:
            unused = [other for other in inputs if other not in declared]
            fix = (
                f'Name it after what the features fill: Input(…, name="{unused[0]}").'
                if unused and not isinstance(model, keras.Sequential)
                else f'Start with: keras.Input(shape=input_shapes["{unused[0]}"], '
                f'name="{unused[0]}").'
                if unused
                else f'Send features to it: [features] … = {{ …, input = "{name}" }}.'
            )
            problems.append(
                Problem(
                    f"the model has an input '{name}' that no feature fills; the features "
                    f"fill {fed}",
                    source.name,
                    line,
                    fix=fix,
                )
            )
        elif not _shapes_agree(shape, inputs[name].shape):
            problems.append(
                Problem(
                    f"the input '{name}' is declared with shape {shape}, the features fill it "
                    f"with shape {inputs[name].shape}",
                    source.name,
                    line,
                    fix=f'Write: Input(shape=input_shapes["{name}"], name="{name}").',
                )
            )
    known_to_model = set(declared)
    for name, spec in inputs.items():
        if name not in known_to_model and known_to_model <= set(inputs):
            problems.append(
                Problem(
                    f"the features fill an input '{name}' of shape {spec.shape} that the model "
                    "does not have",
                    source.name,
                    source.line_of_function("build_model"),
                    fix=f'Use it: Input(shape=input_shapes["{name}"], name="{name}"); or send '
                    "its features to another input, or reject them.",
                )
            )
    return problems


def _input_name(tensor: Any) -> str:
    # TensorFlow once added the number of the output, as in `main:0`.
    return re.sub(r":\d+$", "", str(getattr(tensor, "name", "")))


def _shapes_agree(declared: tuple[int | None, ...], given: tuple[int, ...]) -> bool:
    return len(declared) == len(given) and all(
        one is None or one == other for one, other in zip(declared, given, strict=True)
    )
