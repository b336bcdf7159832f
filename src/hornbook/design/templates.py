"""The files of a new design but its network: `task.toml` and what goes with it."""

from __future__ import annotations

from textwrap import dedent, indent
from typing import Any

from hornbook.design.guess import Guess, GuessedTarget
from hornbook.design.toml_file import dotted, toml_value
from hornbook.features import FeatureType
from hornbook.metrics import PredictionType, default_metric, metric_names

__all__ = [
    "custom_score_template",
    "task_template",
    "text_template",
    "training_template",
]

_OF_CLASSES = (PredictionType.BINARY, PredictionType.MULTICLASS)

_FEATURE_COMMENTS = {
    FeatureType.NUMERICAL: """\
# numerical:   handling = "regular" | "flag" | "binarize" | "quantize" | "cyclical" | "custom",
#              rescaling = "standard" | "minmax" | "robust" | "log" | "none",
#              missing = "impute" | "drop_rows", impute_with = "mean" | "median" | "constant",
#              impute_value = 0.0""",
    FeatureType.CATEGORICAL: """\
# categorical: handling = "dummy" | "impact" | "frequency" | "ordinal" | "hash" | "glmm" |
#              "index" | "flag" | "custom"; dummy has
#              max_categories = 100, cumulative_share = 1.0, min_rows = 1, drop_one = false,
#              missing = "own_category" | "impute" | "drop_rows",
#              impute_with = "most_frequent" | "constant", impute_value = \"\"""",
    FeatureType.DATE: """\
# date:        handling = "cyclical" | "elapsed" | "parts" """,
    FeatureType.TEXT: """\
# text:        handling = "tfidf" | "count" | "hash" | "hash_svd" | "embedding" | "custom",
#              which runs the processor of a file in features/ and fills an input of its own""",
    FeatureType.VECTOR: """\
# vector:      handling = "unfold", rescaling = …, missing = …""",
    FeatureType.IMAGE: """\
# image:       handling = "resize" | "custom"; folder = …, where the paths start;
#              height = 96, width = 96; it fills an input of its own""",
}


def task_template(
    guess: Guess, *, data_path: str, test_path: str | None, mode: str = "standard"
) -> str:
    """The commented `task.toml` of a guessed design."""
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
    for target in guess.targets:
        lines += _target_lines(target, named=len(guess.targets) > 1)
    if test_path is None:
        lines += ["", "[split]", "test_share = 0.2          # of the rows, drawn by the seed"]
        lines.append("# validation_share = 0.2  # choose the epoch on rows of their own instead")
    else:
        lines += ["", "# [split]", "# validation_share = 0.2  # choose the epoch on train rows"]
    if any(target.prediction_type in _OF_CLASSES for target in guess.targets):
        lines += ["", "[weights]", "class_weights = true      # rare classes count as much"]
    lines += ["", "[metrics]"]
    if len(guess.targets) > 1:
        name = toml_value(guess.targets[0].output_name)
        lines.append(f"output = {name}          # the output whose metric chooses the epoch")
    kind = guess.prediction_type
    lines += [
        f'optimize = "{default_metric(kind).name}"    # chooses the epoch that is kept',
        f"# all of them are measured: {', '.join(metric_names(kind))}",
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
        '# One line a column. role: "input" or "reject"; a column not named is not used.',
        *(
            comment.rstrip()
            for kind, comment in _FEATURE_COMMENTS.items()
            if kind in guess.types.values()
        ),
        '# input = "main" names the network\'s input that a column goes to.',
    ]
    for column, feature in guess.features.items():
        entry = {"type": str(feature.type), **feature.options}
        keys = ", ".join(f"{key} = {toml_value(value)}" for key, value in entry.items())
        lines.append(f"{dotted([column])} = {{ {keys} }}")
    for column, reason in guess.rejected.items():
        lines.append(f'{dotted([column])} = {{ role = "reject" }}  # {_comment(reason)}')
    return "\n".join(lines) + "\n"


def _target_lines(target: GuessedTarget, *, named: bool) -> list[str]:
    """The section of one target."""
    kind = target.prediction_type
    section = f"[outputs.{target.output_name}]" if named else "[target]"
    lines = ["", section, f"column = {toml_value(target.column)}", f'type = "{kind}"']
    if target.classes is not None:
        what = "labels" if kind is PredictionType.MULTILABEL else "classes"
        lines.append(f"# {what}: {_shortened(target.classes)}")
    if kind is PredictionType.MULTILABEL:
        lines.append(f"separator = {toml_value(target.separator)}")
    if kind is PredictionType.BINARY and target.classes is not None:
        lines.append(f"positive_class = {toml_value(target.classes[1])}")
    return lines


def text_template(max_words: int) -> str:
    """The file of a text column: how its words become numbers."""
    return dedent(f'''\
        """How the texts of this column become numbers for the network."""

        from dataiku.doctor.deep_learning.preprocessing import TokenizerProcessor

        # Each word becomes its place among the most frequent ones; 0 fills shorter texts up.
        processor = TokenizerProcessor(num_words=10000, max_len={max_words})
        ''')


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


def _shortened(classes: tuple[Any, ...]) -> str:
    shown = _comment(", ".join(map(str, classes[:10])))
    more = f", … ({len(classes)} in all)" if len(classes) > 10 else ""
    return f"{shown}{more}"


def _comment(text: str) -> str:
    """A text as a TOML comment may hold it: on one line, without control characters."""
    return "".join(c if c.isprintable() else " " for c in text)
