"""The files of a new design: `task.toml`, `architecture.py` and what goes with them."""

from __future__ import annotations

import json
from textwrap import dedent, indent

from hornbook.design.guess import Guess
from hornbook.design.toml_file import dotted, toml_value
from hornbook.metrics import PredictionType, default_metric, metric_names

__all__ = [
    "architecture_template",
    "custom_score_template",
    "task_template",
    "training_template",
]

_OUTPUTS = {
    PredictionType.REGRESSION: (
        'layers.Dense(1, name="prediction")(x)',
        "mean_squared_error",
        "One linear unit: the predicted value.",
    ),
    PredictionType.BINARY: (
        'layers.Dense(1, activation="sigmoid", name="prediction")(x)',
        "binary_crossentropy",
        "One sigmoid unit: the probability of the positive class.",
    ),
    PredictionType.MULTICLASS: (
        'layers.Dense(n_classes, activation="softmax", name="prediction")(x)',
        "sparse_categorical_crossentropy",
        "One softmax unit for each class: its probability.",
    ),
    PredictionType.MULTILABEL: (
        'layers.Dense(n_classes, activation="sigmoid", name="prediction")(x)',
        "binary_crossentropy",
        "One sigmoid unit for each label: its probability.",
    ),
}

_FEATURE_COMMENT = """\
# One line a column. role: "input" or "reject"; a column that is not named is not used.
# numerical:   handling = "regular" | "flag" | "binarize" | "quantize" | "cyclical",
#              rescaling = "standard" | "minmax" | "robust" | "log" | "none",
#              missing = "impute" | "drop_rows", impute_with = "mean" | "median" | "constant",
#              impute_value = 0.0
# date:        handling = "cyclical" | "elapsed" | "parts"
# categorical: handling = "dummy" | "index" | "impact" | "glmm" | "frequency" | "ordinal" | "hash"
#              | "flag", max_categories = 100, cumulative_share = 1.0, min_rows = 1,
#              drop_one = false, missing = "own_category" | "impute" | "drop_rows",
#              impute_with = "most_frequent" | "constant", impute_value = ""
# input = "main" names the network's input that the column goes to."""


def task_template(
    guess: Guess, *, target: str, data_path: str, test_path: str | None, mode: str = "standard"
) -> str:
    """The commented `task.toml` of a guessed design."""
    kind = guess.prediction_type
    names = ", ".join(metric_names(kind))
    lines = [
        "# What this model is trained on and how. Every setting that is not written here has",
        "# its default; docs/reference/task.md lists them all.",
        "",
        "seed = 1337               # split, shuffle, initial weights: the same seed, the same run",
        "",
        "[dataset]",
        f"path = {toml_value(data_path)}",
    ]
    if test_path is not None:
        lines.append(f"test_path = {toml_value(test_path)}      # measured on, never trained on")
    lines += ["", "[target]", f"column = {toml_value(target)}", f'type = "{kind}"']
    if guess.classes is not None:
        lines.append(f"# {_classes_comment(guess)}")
    if kind is PredictionType.BINARY and guess.classes is not None:
        lines.append(f"positive_class = {toml_value(guess.classes[1])}")
    if test_path is None:
        lines += ["", "[split]", "test_share = 0.2          # of the rows, drawn by the seed"]
        lines.append("# validation_share = 0.2  # choose the epoch on rows of their own instead")
    else:
        lines += ["", "# [split]", "# validation_share = 0.2  # choose the epoch on train rows"]
    if guess.classes is not None:
        lines += ["", "[weights]", "class_weights = true      # rare classes count as much"]
    lines += [
        "",
        "[metrics]",
        f'optimize = "{default_metric(kind).name}"    # chooses the epoch that is kept',
        f"# all of them are measured: {names}",
        "",
        "[training]",
        f'mode = "{mode}"         # "advanced" runs build_sequences and fit_model of training.py',
        "epochs = 10",
        "batch_size = 32",
        "shuffle = true",
        "",
        "[runtime]",
        'backend = "auto"          # or "jax", "tensorflow", "torch"',
        "",
        "[features]",
        _FEATURE_COMMENT,
    ]
    for column, feature_type in guess.types.items():
        lines.append(f"{dotted([column])} = {{ type = {toml_value(str(feature_type))} }}")
    for column, reason in guess.rejected.items():
        lines.append(f'{dotted([column])} = {{ role = "reject" }}  # {_comment(reason)}')
    return "\n".join(lines) + "\n"


def architecture_template(prediction_type: PredictionType, inputs: tuple[str, ...]) -> str:
    """The default network: two hidden layers, and the last layer the prediction type needs."""
    output, loss, comment = _OUTPUTS[prediction_type]
    declared = "\n".join(
        f"{_variable(name)} = keras.Input(shape=input_shapes[{quoted}], name={quoted})"
        for name, quoted in zip(inputs, map(json.dumps, inputs), strict=True)
    )
    variables = [_variable(name) for name in inputs]
    joined = variables[0]
    if len(variables) > 1:
        joined = "x"
        declared += f"\nx = layers.Concatenate()([{', '.join(variables)}])"
    body = (
        f"{declared}\n"
        f'x = layers.Dense(64, activation="relu")({joined})\n'
        'x = layers.Dense(64, activation="relu")(x)\n'
        f"# {comment}\n"
        f"output = {output}\n"
        f"return keras.Model(inputs=[{', '.join(variables)}], outputs=output)"
    )
    head = dedent('''\
        """The network: build_model makes it, compile_model gives it a loss and an optimizer."""

        import keras
        from keras import layers


        def build_model(input_shapes, n_classes=None):
            """Returns the model.

            input_shapes: the shape of each input by name, without the batch dimension.
            n_classes: how many classes there are; None for regression.
            """
        ''')
    return (
        head
        + indent(body, "    ")
        + dedent(f'''


        def compile_model(model):
            """Returns the model, compiled."""
            optimizer = keras.optimizers.Adam(learning_rate=0.003)
            model.compile(optimizer=optimizer, loss="{loss}")
            return model
        ''')
    )


def training_template() -> str:
    """The two functions of the advanced mode, doing what the standard mode does."""
    return dedent('''\
        """Advanced mode: the sequences the model is fed with, and the call of fit."""


        def build_sequences(
            build_train_sequence_with_batch_size, build_validation_sequence_with_batch_size
        ):
            """Returns the train and the validation sequence; wrap or replace them at will."""
            batch_size = 32
            train_sequence = build_train_sequence_with_batch_size(batch_size)
            validation_sequence = build_validation_sequence_with_batch_size(batch_size)
            return train_sequence, validation_sequence


        def fit_model(model, train_sequence, validation_sequence, base_callbacks):
            """Trains the model. Put callbacks of your own after base_callbacks."""
            epochs = 10
            model.fit(train_sequence, epochs=epochs, callbacks=base_callbacks, verbose=0)
        ''')


def custom_score_template(prediction_type: PredictionType) -> str:
    """A custom score that works, as an example: what each type of prediction may want."""
    if prediction_type is PredictionType.REGRESSION:
        what, code = (
            "the share of the rows predicted within a tenth of the truth",
            "close = np.abs(y_pred - y_valid) <= 0.1 * np.abs(y_valid)\nreturn float(close.mean())",
        )
    elif prediction_type is PredictionType.MULTILABEL:
        what, code = (
            "the share of the labels, over all rows, that are right",
            "return float(np.mean(y_valid == y_pred))",
        )
    else:
        what, code = (
            "balanced accuracy, the mean over the classes of the share found",
            "found = [np.mean(y_pred[y_valid == label] == label) for label in np.unique(y_valid)]\n"
            "return float(np.mean(found))",
        )
    name = metric_names(prediction_type)[-1]
    return (
        dedent(f'''\
        """Your own metric, called "{name}" in reports. Delete this file if you need none."""

        import numpy as np


        def custom_score(y_valid, y_pred):
            """Returns {what}.

            y_valid, y_pred: arrays of the true and the predicted values, one a row.
            """
        ''')
        + indent(code, "    ")
        + "\n"
    )


def _variable(input_name: str) -> str:
    cleaned = "".join(c if c.isascii() and c.isalnum() else "_" for c in input_name)
    return f"input_{cleaned}"


def _classes_comment(guess: Guess) -> str:
    classes = guess.classes or ()
    shown = _comment(", ".join(map(str, classes[:10])))
    more = f", … ({len(classes)} in all)" if len(classes) > 10 else ""
    return f"classes: {shown}{more}"


def _comment(text: str) -> str:
    """A text as a TOML comment may hold it: on one line, without control characters."""
    return "".join(c if c.isprintable() else " " for c in text)
