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


def loss_problems(model: Any, loss: str | None, source: SourceFile) -> list[Problem]:
    """A loss that is missing or that Keras does not know."""
    line = source.line_of_function("compile_model")
    if loss is None:
        fix = 'Call model.compile(optimizer="adam", loss="…") and return model.'
        return [Problem("compile_model gave the model no loss", source.name, line, fix=fix)]
    if isinstance(model.loss, str):
        try:
            keras.losses.get(model.loss)
        except ValueError:
            fix = did_you_mean(model.loss, _LOSSES)
            message = f"Keras has no loss '{model.loss}'"
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
    }[prediction_type]
    return Problem(
        f"the last layer has {units} units, {prediction_type} needs {expected}",
        source.name,
        source.line_of_output(),
        fix=f"End with: {fix}",
    )


def last_layer_problems(
    model: Any, units: int, loss: str, prediction_type: PredictionType, source: SourceFile
) -> list[Problem]:
    """Activation and loss, against the prediction type and each other."""
    activation = _last_activation(model)
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
    wanted = "sigmoid" if units == 1 else "softmax"
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
    elif units > 1 and activation in ("sigmoid", "hard_sigmoid"):
        problems.append(
            Problem(
                f"{activation} over {units} units gives probabilities that do not add up to 1",
                source.name,
                line,
                fix=f'End with: Dense({units}, activation="softmax")',
            )
        )
    if units == 1 and "categorical" in loss:
        problems.append(
            Problem(
                f"the loss {loss} needs a unit for each class, the last layer has 1",
                source.name,
                compile_line,
                fix='Use loss="binary_crossentropy", or end with Dense(2, activation="softmax").',
            )
        )
    if getattr(model.loss, "from_logits", False):
        problems.append(
            Problem(
                "the loss takes logits, the last layer gives probabilities",
                source.name,
                compile_line,
                fix="Take from_logits=True away.",
            )
        )
    return problems


def _last_activation(model: Any) -> str | None:
    """The name of the last activation; `None` where it cannot be told."""
    outputs = getattr(model, "outputs", None)
    history = getattr(outputs[0], "_keras_history", None) if outputs else None
    if history is None:
        return None
    layer = history.operation
    if isinstance(layer, keras.layers.Softmax):
        return "softmax"
    if isinstance(layer, keras.Model):
        return _last_activation(layer)
    activation = getattr(layer, "activation", None)
    return getattr(activation, "__name__", None)


def loss_name(model: Any) -> str | None:
    """The loss in snake case, e.g. `"binary_crossentropy"`; `None` where there is none."""
    loss = getattr(model, "loss", None)
    if isinstance(loss, list | tuple) and len(loss) == 1:
        loss = loss[0]
    elif isinstance(loss, dict) and len(loss) == 1:
        loss = next(iter(loss.values()))
    if not loss:
        return None
    name = loss if isinstance(loss, str) else getattr(loss, "__name__", type(loss).__name__)
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
