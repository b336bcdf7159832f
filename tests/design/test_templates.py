from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tomlkit

from hornbook.data import Table
from hornbook.design import (
    DesignFolder,
    Guess,
    GuessedFeature,
    GuessedTarget,
    SourceFile,
    TaskDesign,
    architecture_template,
    check_code,
    check_table,
    custom_score_template,
    guess_design,
    task_template,
    text_template,
    training_template,
)
from hornbook.features import FeatureType
from hornbook.features.code_file import code_file
from hornbook.metrics import PredictionType, default_metric, metric_names

REGRESSION, BINARY, MULTICLASS, MULTILABEL = PredictionType
LAST_LAYER = {
    REGRESSION: ("Dense(1, name=", "mean_squared_error"),
    BINARY: ('Dense(1, activation="sigmoid"', "binary_crossentropy"),
    MULTICLASS: ('Dense(n_classes, activation="softmax"', "sparse_categorical_crossentropy"),
    MULTILABEL: (
        'layers.Dense(n_classes, activation="sigmoid", name="prediction")(x)',
        "binary_crossentropy",
    ),
}


def guess_of(
    kind: PredictionType,
    classes: tuple[Any, ...] | None,
    types: Mapping[str, FeatureType],
    rejected: Mapping[str, str] | None = None,
    target: str = "y",
) -> Guess:
    features = {
        column: GuessedFeature(one, {"handling": "resize"} if one is FeatureType.IMAGE else {})
        for column, one in types.items()
    }
    return Guess((GuessedTarget(target, kind, classes),), features, rejected or {})


def as_task(text: str) -> TaskDesign:
    return TaskDesign.model_validate(tomlkit.parse(text).unwrap())


@pytest.mark.parametrize(
    ("name", "target", "test_path"),
    [
        ("wine_quality_white", "quality", None),
        ("adult_train", "income", "../data/adult_test.csv"),
        ("titanic", "survived", None),
        ("titanic", "deck", None),
        ("diamonds", "cut", None),
        ("clothing_reviews", "Recommended IND", None),
    ],
)
@pytest.mark.parametrize("mode", ["standard", "advanced"])
def test_the_first_design_of_a_real_table(
    *,
    real_table: Callable[[str], Table],
    tmp_path: Path,
    name: str,
    target: str,
    test_path: str | None,
    mode: str,
) -> None:
    table = real_table(name)
    guess = guess_design(table, target)
    text = task_template(guess, data_path=f"../data/{name}.csv", test_path=test_path, mode=mode)
    for file, code in {
        "task.toml": text,
        "architecture.py": architecture_template(guess),
        "training.py": training_template(),
        "custom_score.py": custom_score_template(guess.prediction_type),
    }.items():
        (tmp_path / file).write_text(code, "utf-8")
    (tmp_path / "features").mkdir()
    for column, feature in guess.features.items():
        if feature.max_words is not None:
            (tmp_path / code_file(column)).write_text(text_template(feature.max_words), "utf-8")
    design = DesignFolder.read(tmp_path)
    task = design.task
    assert check_code(design) == check_table(design, table) == []
    assert (task.dataset.path, task.dataset.test_path) == (f"../data/{name}.csv", test_path)
    assert (task.target.column, task.target.type) == (target, guess.prediction_type)
    assert {
        feature.column: feature.handling.feature_type for feature in task.input_features
    } == guess.types
    rejected = {column for column, entry in task.features.items() if entry.role == "reject"}
    assert rejected == set(guess.rejected)
    assert task.training.mode == mode
    assert task.metrics.optimize == default_metric(guess.prediction_type).name
    if guess.prediction_type is BINARY:
        assert guess.classes is not None
        assert task.target.positive_class == guess.classes[1]
    changed = {
        section
        for section, value in task.model_dump(exclude_defaults=True).items()
        if section not in {"dataset", "target", "features", "metrics"} and value
    }
    assert changed == ({"training"} if mode == "advanced" else set())


STRANGE = {
    'say "hi"': FeatureType.NUMERICAL,
    "日本 😀": FeatureType.CATEGORICAL,
    "two\nlines\n": FeatureType.NUMERICAL,
    "a.b": FeatureType.CATEGORICAL,
    "": FeatureType.NUMERICAL,
    "back\\slash": FeatureType.NUMERICAL,
    "# x": FeatureType.CATEGORICAL,
    "delete\x7f": FeatureType.CATEGORICAL,
}


@pytest.mark.parametrize("target", STRANGE)
def test_strange_names_survive(target: str) -> None:
    types = {name: kind for name, kind in STRANGE.items() if name != target}
    reason = f"gives '{target}' away\r\x00: each of its values goes with one class"
    guess = guess_of(BINARY, ("a\nb", 'c"\x7f'), types, {"other\tone": reason}, target)
    path = 'data/a "b"\\c\n.csv'
    text = task_template(guess, data_path=path, test_path=path)
    task = as_task(text)
    assert task.target.column == target
    assert task.target.positive_class == 'c"\x7f'
    assert task.dataset.path == task.dataset.test_path == path
    assert {one.column: one.handling.feature_type for one in task.input_features} == types
    assert task.features["other\tone"].role == "reject"


@pytest.mark.parametrize("classes", [(0, 1), (0.5, 1.5), (False, True), ("0", "1"), ("no", "yes")])
def test_the_positive_class_keeps_its_type(classes: Any) -> None:
    guess = guess_of(BINARY, classes, {"a": FeatureType.NUMERICAL})
    task = as_task(task_template(guess, data_path="d.csv", test_path=None))
    assert task.target.positive_class == classes[1]
    assert type(task.target.positive_class) is type(classes[1])


def test_many_classes_are_counted_in_the_comment() -> None:
    guess = guess_of(MULTICLASS, tuple(range(5000)), {"a": FeatureType.NUMERICAL})
    text = task_template(guess, data_path="d.csv", test_path=None)
    assert "# classes: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, … (5000 in all)\n" in text
    assert "positive_class =" not in text


@pytest.mark.parametrize("kind", PredictionType)
def test_the_comments_name_every_metric_and_option(kind: PredictionType) -> None:
    classes = {REGRESSION: None, BINARY: (0, 1), MULTICLASS: (0, 1, 2), MULTILABEL: (0, 1)}[kind]
    both = {"a": FeatureType.NUMERICAL, "b": FeatureType.CATEGORICAL}
    text = task_template(guess_of(kind, classes, both), data_path="d.csv", test_path=None)
    assert ", ".join(metric_names(kind)) in text
    for option in ("rescaling", "impute_with", "max_categories", "cumulative_share", "drop_one"):
        assert option in text
    assert text.endswith("\n")


NUMBER, WORDS, IMAGE = FeatureType.NUMERICAL, FeatureType.TEXT, FeatureType.IMAGE


@pytest.mark.parametrize("kind", PredictionType)
@pytest.mark.parametrize(
    ("types", "inputs"),
    [
        ({"a": NUMBER, "b": NUMBER}, ["main"]),
        ({"a": NUMBER, 'my "photo" ²': IMAGE}, ["main", 'my "photo" ²_preprocessed']),
        ({"b/c": IMAGE}, ["b_c_preprocessed"]),
    ],
)
def test_the_architecture_is_python(
    kind: PredictionType, types: dict[str, FeatureType], inputs: list[str]
) -> None:
    text = architecture_template(guess_of(kind, None, types))
    compile(text, "architecture.py", "exec")
    source = SourceFile("architecture.py", text)
    assert source.syntax_problem is None
    assert {"build_model", "compile_model"} <= source.names
    assert all(source.line_of_input(name) for name in inputs)
    assert ("Concatenate" in source.called_names) == (len(inputs) > 1)
    assert ("Conv2D" in source.called_names) == (IMAGE in types.values())
    layer, loss = LAST_LAYER[kind]
    assert layer in text
    assert f'loss="{loss}"' in text
    assert layer in text.splitlines()[(source.line_of_output() or 0) - 1]
    assert text.count("layers.Dense(64") == 2


def test_each_input_has_a_variable_of_its_own() -> None:
    guess = guess_of(BINARY, (0, 1), {"a": NUMBER, "b c": IMAGE, "b_c": IMAGE})
    function = ast.parse(architecture_template(guess)).body[-2]
    assigned = [
        node.id
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]
    inputs = {name for name in assigned if name.startswith("input_")}
    assert len(inputs) == 3
    assert {"input_main", "output"} < set(assigned)


def test_several_targets_are_outputs_with_names_of_their_own() -> None:
    targets = (
        GuessedTarget("Rating", REGRESSION),
        GuessedTarget("Recommended IND", BINARY, (0, 1)),
        GuessedTarget("tags", MULTILABEL, ("x", "y"), ";"),
    )
    guess = Guess(targets, {"a": GuessedFeature(NUMBER)})
    task = as_task(task_template(guess, data_path="d.csv", test_path=None))
    assert list(task.targets) == ["rating", "recommended_ind", "tags"]
    assert task.outputs["recommended_ind"].positive_class == 1
    assert task.outputs["tags"].separator == ";"
    assert (task.deciding_output, task.metric) == ("rating", "rating R2 Score")
    text = architecture_template(guess)
    compile(text, "architecture.py", "exec")
    for name in task.targets:
        assert f'name="{name}"' in text
    assert 'n_classes["tags"]' in text
    assert '"recommended_ind": "binary_crossentropy"' in text


def test_the_training_functions_do_what_standard_mode_does() -> None:
    functions: dict[str, Any] = {}
    exec(training_template(), functions)
    train, validation = functions["build_sequences"](lambda n: ("t", n), lambda n: ("v", n))
    assert (train, validation) == (("t", 32), ("v", 32))
    calls = []

    class Model:
        def fit(self, *arguments: Any, **options: Any) -> None:
            calls.append((arguments, options))

    functions["fit_model"](Model(), "train", "validation", ["base"])
    assert calls == [(("train",), {"epochs": 10, "callbacks": ["base"], "verbose": 0})]


def custom_score(kind: PredictionType) -> Callable[..., float]:
    functions: dict[str, Any] = {}
    text = custom_score_template(kind)
    exec(text, functions)
    assert f'"{metric_names(kind)[-1]}"' in text
    score: Callable[..., float] = functions["custom_score"]
    return score


@pytest.mark.parametrize("kind", [BINARY, MULTICLASS])
@pytest.mark.parametrize(
    "labels",
    [["a", "b"], ["été", "longer label"], [0, 1], [0.5, 1.5], [False, True]],
)
def test_the_custom_score_of_classes(kind: PredictionType, labels: list[Any]) -> None:
    truth = np.array([labels[0], labels[0], labels[0], labels[1]])
    predicted = np.array([labels[0], labels[0], labels[1], labels[1]])
    value = custom_score(kind)(truth, predicted)
    assert type(value) is float
    assert value == pytest.approx((2 / 3 + 1) / 2)
    assert custom_score(kind)(truth.astype(object), predicted.astype(object)) == value


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_the_custom_score_of_values(dtype: Any) -> None:
    truth, predicted = np.array([10, 100, -20, 0], dtype), np.array([11, 150, -19, 0], dtype)
    value = custom_score(REGRESSION)(truth, predicted)
    assert type(value) is float
    assert value == 0.75
