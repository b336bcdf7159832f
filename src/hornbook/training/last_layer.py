"""The last layer and the loss of a model, against the prediction type and each other."""

from __future__ import annotations

import re
from typing import Any

import keras

from hornbook.design import SourceFile
from hornbook.errors import Problem, did_you_mean
from hornbook.metrics import PredictionType

__all__ = ["last_layer_problems", "loss_name", "loss_problems", "units_problem"]

_OTHER_ACTIVATIONS = (
    *("linear", "relu", "relu6", "leaky_relu", "elu", "selu", "gelu", "silu", "mish", "tanh"),
    *("softplus", "softsign", "exponential", "log_softmax"),
)
_CLASS_LOSSES = ("crossentropy", "hinge", "focal")
_LOSSES = (
    "mean_squared_error",
    "mean_absolute_error",
    "huber",
    "log_cosh",
    "poisson",
    "binary_crossentropy",
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
)


def loss_problems(
    model: Any, loss: str | None, source: SourceFile, output: str | None = None
) -> list[Problem]:
    """A loss that is missing or that Keras does not know."""
    line = source.line_of_function("compile_model")
    if loss is None:
        fix = 'Call model.compile(optimizer="adam", loss="…") and return model.'
        message = "compile_model gave the model no loss"
        if output is not None:
            message = f"compile_model gave the output '{output}' no loss"
            fix = 'Call model.compile(optimizer="adam", loss={…}) with a loss for each output.'
        return [Problem(message, source.name, line, fix=fix)]
    given = _loss_of(model, output)
    if isinstance(given, str):
        try:
            keras.losses.get(given)
        except ValueError:
            fix = did_you_mean(given, _LOSSES)
            message = f"Keras has no loss '{given}'"
            return [Problem(message, source.name, line, fix=fix)]
    return []


def units_problem(
    units: int, prediction_type: PredictionType, n_classes: int | None, source: SourceFile
) -> Problem:
    """What is said of a last layer of the wrong width."""
    expected, fix = {
        PredictionType.REGRESSION: ("1 unit", "Dense(1)"),
        PredictionType.BINARY: (
            "1 sigmoid unit or 2 softmax units",
            'Dense(1, activation="sigmoid")',
        ),
        PredictionType.MULTICLASS: (
            f"{n_classes} softmax units, one for each class",
            'Dense(n_classes, activation="softmax")',
        ),
        PredictionType.MULTILABEL: (
            f"{n_classes} sigmoid units, one for each label",
            'Dense(n_classes, activation="sigmoid")',
        ),
    }[prediction_type]
    return Problem(
        f"the last layer has {units} units, {prediction_type} needs {expected}",
        source.name,
        source.line_of_output(),
        fix=f"End with: {fix}",
    )


def last_layer_problems(
    model: Any,
    tensor: Any,
    prediction_type: PredictionType,
    source: SourceFile,
    *,
    output: str | None = None,
) -> list[Problem]:
    """Activation and loss, against the prediction type and each other.

    Args:
        model: compiled, with a loss.
        tensor: the symbolic output, of shape `(batch_size, units)`.
        prediction_type: of its target.
        source: to name lines in.
        output: its name, where the model has several.
    """
    units, loss = int(tensor.shape[1]), loss_name(model, output) or ""
    activation = _last_activation(tensor)
    line = source.line_of_output()
    compile_line = source.line_of_function("compile_model")
    problems = []
    if prediction_type is PredictionType.REGRESSION:
        if any(word in loss for word in _CLASS_LOSSES):
            problems.append(
                Problem(
                    f"the loss {loss} is for classes, the design predicts numbers",
                    source.name,
                    compile_line,
                    fix='Use loss="mean_squared_error", or another loss for numbers.',
                )
            )
        if activation == "softmax":
            problems.append(
                Problem(
                    "softmax over one unit always gives 1",
                    source.name,
                    line,
                    fix="End with: Dense(1)",
                )
            )
        elif activation in ("sigmoid", "tanh", "hard_sigmoid"):
            problems.append(
                Problem(
                    f"{activation} keeps predictions within a fixed range",
                    source.name,
                    line,
                    fix="End with Dense(1), unless the target lies in that range.",
                    severity="warning",
                )
            )
        return problems
    is_multilabel = prediction_type is PredictionType.MULTILABEL
    wanted = "sigmoid" if units == 1 or is_multilabel else "softmax"
    if units == 1 and activation == "softmax":
        problems.append(
            Problem(
                "softmax over one unit always gives 1",
                source.name,
                line,
                fix='End with: Dense(1, activation="sigmoid")',
            )
        )
    elif activation in _OTHER_ACTIVATIONS:
        problems.append(
            Problem(
                f"the last layer ends in {activation}, which gives no probabilities",
                source.name,
                line,
                fix=f'End with: Dense({units}, activation="{wanted}"), and a loss without '
                "from_logits=True.",
            )
        )
    elif is_multilabel and activation == "softmax":
        problems.append(
            Problem(
                "softmax lets a row have one label only: its probabilities add up to 1",
                source.name,
                line,
                fix=f'End with: Dense({units}, activation="sigmoid")',
            )
        )
    elif units > 1 and not is_multilabel and activation in ("sigmoid", "hard_sigmoid"):
        problems.append(
            Problem(
                f"{activation} over {units} units gives probabilities that do not add up to 1",
                source.name,
                line,
                fix=f'End with: Dense({units}, activation="softmax")',
            )
        )
    if is_multilabel and "categorical" in loss:
        problems.append(
            Problem(
                f"the loss {loss} is for rows of one class each, the design predicts labels",
                source.name,
                compile_line,
                fix='Use loss="binary_crossentropy".',
            )
        )
    elif units == 1 and "categorical" in loss:
        problems.append(
            Problem(
                f"the loss {loss} needs a unit for each class, the last layer has 1",
                source.name,
                compile_line,
                fix='Use loss="binary_crossentropy", or end with Dense(2, activation="softmax").',
            )
        )
    if getattr(_loss_of(model, output), "from_logits", False):
        problems.append(
            Problem(
                "the loss takes logits, the last layer gives probabilities",
                source.name,
                compile_line,
                fix="Take from_logits=True away.",
            )
        )
    return problems


def _last_activation(tensor: Any) -> str | None:
    """The name of the last activation; `None` where it cannot be told."""
    history = getattr(tensor, "_keras_history", None)
    if history is None:
        return None
    layer = history.operation
    if isinstance(layer, keras.layers.Softmax):
        return "softmax"
    if isinstance(layer, keras.Model):
        if not getattr(layer, "outputs", None):
            return None
        return _last_activation(layer.outputs[history.tensor_index])
    activation = getattr(layer, "activation", None)
    return getattr(activation, "__name__", None)


def loss_name(model: Any, output: str | None = None) -> str | None:
    """The loss in snake case, e.g. `"binary_crossentropy"`; `None` where there is none.

    Args:
        model: compiled.
        output: the name of one of its outputs, where it has several.
    """
    loss = _loss_of(model, output)
    if not loss:
        return None
    name = loss if isinstance(loss, str) else getattr(loss, "__name__", type(loss).__name__)
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _loss_of(model: Any, output: str | None) -> Any:
    """What `compile` was given as the loss of an output."""
    loss = getattr(model, "loss", None)
    if isinstance(loss, dict):
        return loss.get(output) if output is not None else next(iter(loss.values()), None)
    if isinstance(loss, list | tuple):
        if output is None or output not in model.output_names:
            return loss[0] if len(loss) == 1 else None
        position = model.output_names.index(output)
        return loss[position] if position < len(loss) else None
    return loss
