"""The network that a new design starts with: what its inputs hold decides how it begins."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from textwrap import dedent, indent

from hornbook.design.guess import Guess
from hornbook.features import FeatureType, handling_class
from hornbook.metrics import PredictionType

__all__ = ["architecture_template"]

_MAIN = "main"
_LONGEST_LINE = 92


@dataclass(frozen=True)
class _LastLayer:
    """How a network ends for a prediction type."""

    units: str
    activation: str | None
    loss: str
    comment: str

    def code(self, name: str, n_classes: str) -> str:
        units = self.units.format(n_classes=n_classes)
        activation = "" if self.activation is None else f', activation="{self.activation}"'
        return f"layers.Dense({units}{activation}, name={json.dumps(name)})(x)"


_LAST_LAYERS = {
    PredictionType.REGRESSION: _LastLayer(
        "1", None, "mean_squared_error", "One linear unit: the predicted value."
    ),
    PredictionType.BINARY: _LastLayer(
        "1",
        "sigmoid",
        "binary_crossentropy",
        "One sigmoid unit: the probability of the positive class.",
    ),
    PredictionType.MULTICLASS: _LastLayer(
        "{n_classes}",
        "softmax",
        "sparse_categorical_crossentropy",
        "One softmax unit for each class: its probability.",
    ),
    PredictionType.MULTILABEL: _LastLayer(
        "{n_classes}",
        "sigmoid",
        "binary_crossentropy",
        "One sigmoid unit for each label: its probability.",
    ),
}


@dataclass(frozen=True)
class _Branch:
    """What becomes of one input until all of them are joined."""

    name: str
    kind: FeatureType | None
    title: str

    @property
    def variable(self) -> str:
        """Of the input itself."""
        return f"input_{self.title}"

    @property
    def joined(self) -> str:
        """The variable that goes on."""
        return self.variable if self.kind is None else f"from_{self.title}"

    @property
    def code(self) -> str:
        """The lines that declare the input and lead to `joined`."""
        quoted = json.dumps(self.name, ensure_ascii=False)
        arguments = [f"shape=input_shapes[{quoted}]"]
        if self.kind is FeatureType.TEXT:
            arguments.append('dtype="int32"')
        arguments.append(f"name={quoted}")
        line = f"{self.variable} = keras.Input({', '.join(arguments)})"
        if len(line) > _LONGEST_LINE:
            inner = "".join(f"\n    {argument}," for argument in arguments)
            line = f"{self.variable} = keras.Input({inner}\n)"
        return "\n".join([line, *self._layers(quoted)])

    def _layers(self, quoted: str) -> list[str]:
        on = self.joined
        if self.kind is FeatureType.TEXT:
            return [
                "# Each word is a vector that is learnt; a text is the mean of its words.",
                f"{on} = layers.Embedding(vocabulary_sizes[{quoted}], 32)({self.variable})",
                f"{on} = layers.GlobalAveragePooling1D()({on})",
                f"{on} = layers.Dropout(0.3)({on})",
            ]
        if self.kind is FeatureType.IMAGE:
            lines = ["# Convolutions look at patches, pooling makes the picture smaller."]
            for filters, before in ((16, self.variable), (32, on), (64, on)):
                convolution = f'layers.Conv2D({filters}, 3, activation="relu")'
                lines += [
                    f"{on} = {convolution}({before})",
                    f"{on} = layers.MaxPooling2D()({on})",
                ]
            return [
                *lines,
                f"{on} = layers.Flatten()({on})",
                f"{on} = layers.Dropout(0.3)({on})",
            ]
        return []


def architecture_template(guess: Guess) -> str:
    """The default network of a guessed design.

    Columns go straight to two hidden layers; a text goes through an embedding and pooling
    before, an image through convolutions. Each target has the last layer that its prediction
    type needs.
    """
    branches = _branches(guess)
    words = any(branch.kind is FeatureType.TEXT for branch in branches)
    inputs = ", ".join(branch.variable for branch in branches)
    lines = [branch.code for branch in branches]
    joined = branches[0].joined
    if len(branches) > 1:
        lines.append(f"x = layers.Concatenate()([{', '.join(one.joined for one in branches)}])")
        joined = "x"
    lines += [
        f'x = layers.Dense(64, activation="relu")({joined})',
        'x = layers.Dense(64, activation="relu")(x)',
    ]
    loss = _add_outputs(guess, lines, inputs)
    parameters, more = "input_shapes, n_classes=None", ""
    if words:
        parameters += ", vocabulary_sizes=None"
        more = (
            "\n            vocabulary_sizes: of each input that holds the numbers of words, "
            "how many there are."
        )
    classes = "how many classes there are; None for regression."
    if len(guess.targets) > 1:
        classes = "how many classes each output has, by name; None for regression."
    head = dedent(f'''\
        """The network: build_model makes it, compile_model gives it a loss and an optimizer."""

        import keras
        from keras import layers


        def build_model({parameters}):
            """Returns the model.

            input_shapes: the shape of each input by name, without the batch dimension.
            n_classes: {classes}{more}
            """
        ''')
    tail = dedent(f'''


        def compile_model(model):
            """Returns the model, compiled."""
            optimizer = keras.optimizers.Adam(learning_rate=0.003)
            model.compile(optimizer=optimizer, loss={loss})
            return model
        ''')
    return head + indent("\n".join(lines), "    ") + tail


def _branches(guess: Guess) -> list[_Branch]:
    """The inputs of the network: `main` first, then one for each text and image."""
    branches: dict[str, _Branch] = {}
    for column, feature in guess.features.items():
        handling = handling_class(feature.type, feature.options.get("handling"))
        name = handling().default_input(column)
        if name in branches:
            continue
        title = re.sub(r"[^A-Za-z0-9]+", "_", column if handling.has_own_input else name)
        if title in {branch.title for branch in branches.values()}:
            title = f"{title}_{len(branches) + 1}"
        kind = feature.type if handling.has_own_input else None
        branches[name] = _Branch(name, kind, title)
    return sorted(branches.values(), key=lambda branch: branch.name != _MAIN)


def _add_outputs(guess: Guess, lines: list[str], inputs: str) -> str:
    """Adds the last layers and the return; returns the code of the loss."""
    if len(guess.targets) == 1:
        last = _LAST_LAYERS[guess.prediction_type]
        lines += [
            f"# {last.comment}",
            f"output = {last.code('prediction', 'n_classes')}",
            f"return keras.Model(inputs=[{inputs}], outputs=output)",
        ]
        return f'"{last.loss}"'
    losses = []
    variables = []
    for target in guess.targets:
        last, name = _LAST_LAYERS[target.prediction_type], target.output_name
        variables.append(f"output_{name}")
        lines += [
            f"# {name}: {last.comment[0].lower()}{last.comment[1:]}",
            f"output_{name} = {last.code(name, f'n_classes[{json.dumps(name)}]')}",
        ]
        losses.append(f'"{name}": "{last.loss}"')
    lines.append(f"return keras.Model(inputs=[{inputs}], outputs=[{', '.join(variables)}])")
    return f"{{{', '.join(losses)}}}"
