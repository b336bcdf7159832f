from __future__ import annotations

from collections.abc import Callable

import pytest

from hornbook.design import DesignFolder
from hornbook.errors import DesignError, Problem

Make = Callable[..., DesignFolder]

TASK = """\
seed = 7

[dataset]
path = "rows.csv"

[target]
column = "y"
type = "binary"

[metrics]
optimize = "ROC AUC"
cost_matrix = { true_positive = 2.0 }

[training]
epochs = 10

[training.early_stopping]
patience = 3

[features]
age = { type = "numerical" }
"fixed acidity" = { type = "numerical", rescaling = "minmax" }
city = { type = "categorical", drop_one = true }

[features.job]
type = "categorical"
max_categories = 5
"""


def problems(make: Make, *changes: tuple[str, str]) -> list[Problem]:
    text = TASK
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    with pytest.raises(DesignError) as caught:
        make(text)
    return list(caught.value.problems)


def test_the_task_without_mistakes_is_valid(make_design: Make) -> None:
    assert make_design(TASK).task.seed == 7


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "message", "fix"),
    [
        # Unknown keys.
        (
            "epochs = 10",
            "epoch = 10",
            15,
            "training.epoch",
            "there is no setting 'epoch' here",
            "Did you mean 'epochs'?",
        ),
        (
            "[training]",
            "[trainings]",
            14,
            "trainings",
            "there is no setting 'trainings' here",
            "Did you mean 'training'?",
        ),
        (
            "patience = 3",
            "patients = 3",
            18,
            "training.early_stopping.patients",
            "there is no setting 'patients' here",
            "Did you mean 'patience'?",
        ),
        (
            "{ true_positive = 2.0 }",
            "{ true_positiv = 2.0 }",
            12,
            "metrics.cost_matrix.true_positiv",
            "there is no setting 'true_positiv' here",
            "Did you mean 'true_positive'?",
        ),
        (
            "seed = 7",
            "sed = 7",
            1,
            "sed",
            "there is no setting 'sed' here",
            "Did you mean 'seed'?",
        ),
        # Options of features.
        (
            'rescaling = "minmax"',
            'rescalling = "minmax"',
            22,
            'features."fixed acidity".rescalling',
            "there is no setting 'rescalling' here",
            "Did you mean 'rescaling'?",
        ),
        (
            "max_categories = 5",
            "max_category = 5",
            27,
            "features.job.max_category",
            "there is no setting 'max_category' here",
            "Did you mean 'max_categories'?",
        ),
        (
            "drop_one = true",
            "rescaling = 3",
            23,
            "features.city.rescaling",
            "there is no setting 'rescaling' here",
            "Known: role, type, handling, input, missing, impute_with, impute_value, "
            "max_categories, cumulative_share, min_rows, drop_one.",
        ),
        (
            'rescaling = "minmax"',
            'rescaling = "min-max"',
            22,
            'features."fixed acidity".rescaling',
            "received 'min-max', expected 'standard', 'minmax', 'robust', 'log' or 'none'",
            "Did you mean 'minmax'?",
        ),
        (
            "max_categories = 5",
            "max_categories = 0",
            27,
            "features.job.max_categories",
            "received 0: input should be greater than or equal to 1",
            None,
        ),
        (
            "drop_one = true",
            'handling = "dumy"',
            23,
            "features.city",
            "'dumy' is no handling of categorical features.",
            "Did you mean 'dummy'?",
        ),
        (
            'age = { type = "numerical" }',
            'age = { type = "number" }',
            21,
            "features.age.type",
            "received 'number', expected 'numerical', 'categorical', 'text', 'date', 'vector' or "
            "'image'",
            "Did you mean 'numerical'?",
        ),
        (
            'age = { type = "numerical" }',
            "age = {}",
            21,
            "features.age",
            "a feature that feeds the network needs a type",
            'Add type = "numerical", "categorical", "text", "date", "vector" or "image".',
        ),
        (
            'age = { type = "numerical" }',
            'age = { role = "ignore" }',
            21,
            "features.age.role",
            "received 'ignore', expected 'input' or 'reject'",
            "Known: input, reject.",
        ),
        (
            'age = { type = "numerical" }',
            'age = "numerical"',
            21,
            "features.age",
            "received 'numerical': input should be a valid dictionary or instance of FeatureEntry",
            None,
        ),
        (
            'age = { type = "numerical" }',
            'y = { type = "numerical" }',
            21,
            "features.y",
            "the target 'y' cannot be a feature as well",
            'Use role = "reject", or leave the line out.',
        ),
        # Values.
        (
            "epochs = 10",
            "epochs = 0",
            15,
            "training.epochs",
            "received 0: input should be greater than or equal to 1",
            None,
        ),
        (
            "epochs = 10",
            'epochs = "many"',
            15,
            "training.epochs",
            "received 'many': input should be a valid integer, unable to parse string as an "
            "integer",
            None,
        ),
        (
            "epochs = 10",
            'mode = "advanc"',
            15,
            "training.mode",
            "received 'advanc', expected 'standard' or 'advanced'",
            "Did you mean 'advanced'?",
        ),
        (
            'type = "binary"',
            'type = "binray"',
            8,
            "target.type",
            "received 'binray', expected 'regression', 'binary', 'multiclass' or 'multilabel'",
            "Did you mean 'binary'?",
        ),
        (
            'type = "binary"',
            'type = "binary"\npositive_class = ["a"]',
            9,
            "target.positive_class",
            "received ['a']: input should be a valid string",
            None,
        ),
        (
            "ROC AUC",
            "roc-auc",
            11,
            "metrics.optimize",
            "There is no metric 'roc-auc' for binary tasks.",
            "Did you mean 'ROC AUC'?",
        ),
        (
            'path = "rows.csv"',
            'path = "rows.csv"\nseparator = ";;"',
            3,
            "dataset",
            "The separator is ';;'.",
            'Give one character, such as "," or ";" or "\\t".',
        ),
        # What is missing.
        (
            'column = "y"\n',
            "",
            6,
            "target",
            "a target needs its column",
            "Add column = …, the column of the table to predict.",
        ),
        (
            '[target]\ncolumn = "y"\ntype = "binary"\n',
            "",
            None,
            "target",
            "'target' is missing",
            "Add [target].",
        ),
    ],
)
def test_one_mistake(
    make_design: Make,
    *,
    old: str,
    new: str,
    line: int | None,
    key: str,
    message: str,
    fix: str | None,
) -> None:
    assert problems(make_design, (old, new)) == [Problem(message, "task.toml", line, key, fix)]


def test_all_mistakes_at_once_in_the_order_of_the_lines(make_design: Make) -> None:
    found = problems(
        make_design,
        ("seed = 7", "seed = -1"),
        ("ROC AUC", "AUC ROC"),
        ("epochs = 10", "epochs = 0\nbatchsize = 3"),
        ("patience = 3", "patience = -1"),
        ('age = { type = "numerical" }', 'y = { type = "numerical" }'),
        ('rescaling = "minmax"', 'rescaling = "cubic", mising = "impute"'),
        ("drop_one = true", 'handling = "hashed"'),
        ("max_categories = 5", 'max_categories = "five"'),
    )
    assert [(problem.line, problem.key) for problem in found] == [
        (1, "seed"),
        (11, "metrics.optimize"),
        (15, "training.epochs"),
        (16, "training.batchsize"),
        (19, "training.early_stopping.patience"),
        (22, "features.y"),
        (23, 'features."fixed acidity".rescaling'),
        (23, 'features."fixed acidity".mising'),
        (24, "features.city"),
        (28, "features.job.max_categories"),
    ]
    assert all(problem.file == "task.toml" for problem in found)
    assert all(problem.severity == "error" for problem in found)


def test_a_metric_of_another_type_lists_the_known_ones(make_design: Make) -> None:
    (found,) = problems(make_design, ("ROC AUC", "RMSE"))
    assert found.message == "There is no metric 'RMSE' for binary tasks."
    assert found.fix


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("epochs = 10", "epochs = = 10", 15),
        ("[training]\n", "[training\n", 14),
        ('column = "y"', 'column = "y', 7),
        ("[training]\n", "[dataset]\n", 14),
        ("epochs = 10", "epochs = 10\nepochs = 11", 16),
    ],
)
def test_what_is_no_toml(make_design: Make, old: str, new: str, line: int) -> None:
    (found,) = problems(make_design, (old, new))
    assert found.file == "task.toml"
    assert found.line == line
    assert found.message.startswith("not valid TOML: ")
    assert " at line " not in found.message


def test_a_mistake_in_a_setting_has_the_line_of_its_section(make_design: Make) -> None:
    with pytest.raises(DesignError) as caught:
        make_design(TASK, "training.epoch=3", "split.test_share=2", "features.age.rescaling=cubic")
    found = {problem.key: problem.line for problem in caught.value.problems}
    assert found == {"training.epoch": 14, "split.test_share": None, "features.age.rescaling": 21}


def test_a_positive_class_is_for_two_classes(make_design: Make) -> None:
    (found,) = problems(make_design, ('type = "binary"', 'type = "multiclass"\npositive_class = 1'))
    assert found.key == "target"
    assert "positive_class is for two classes, the type is multiclass" in found.message
    assert found.fix == "Leave the line out."


def test_an_unknown_calibration_lists_all_methods(make_design: Make) -> None:
    calibration = '[calibration]\nmethod = "sigmod"\n\n[training]\nepochs'
    (found,) = problems(make_design, ("[training]\nepochs", calibration))
    assert "'none', 'sigmoid' or 'isotonic'" in found.message
    assert found.fix == "Did you mean 'sigmoid'?"
