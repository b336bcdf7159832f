from __future__ import annotations

from collections.abc import Callable

import pytest

from hornbook.data import Table
from hornbook.design import (
    DesignFolder,
    Guess,
    GuessedFeature,
    GuessedTarget,
    architecture_template,
    check_code,
    check_files,
    check_table,
    check_test_table,
    custom_score_template,
    design_targets,
    training_template,
)
from hornbook.errors import DataError, Problem
from hornbook.features import FeatureType
from hornbook.metrics import PredictionType

Make = Callable[..., DesignFolder]
Read = Callable[[str], Table]

TASK = """\
[dataset]
path = "rows.csv"
test_path = "test.csv"

[target]
column = "y"
type = "binary"

[weights]
sample_weight = "w"

[features]
age = { type = "numerical" }
"fixed acidity" = { type = "numerical" }
city = { type = "categorical" }
"""
ROWS = "age,fixed acidity,city,day,w,y\n" + "\n".join(
    f"{20 + i % 5},{i % 7}.5,{['Rome', 'Oslo'][i % 3 == 0]},2020-01-{i % 9 + 1:02},1,{'ab'[i % 2]}"
    for i in range(40)
)
GOOD = architecture_template(
    Guess(
        (GuessedTarget("y", PredictionType.BINARY),),
        {"a": GuessedFeature(FeatureType.NUMERICAL)},
    )
)


def test_a_good_design_has_no_problem(make_design: Make, make_table: Read) -> None:
    design = make_design(TASK, architecture=GOOD)
    table = make_table(ROWS)
    assert check_code(design) == []
    assert check_table(design, table) == []
    assert check_test_table(design, table, make_table(ROWS)) == []


def test_files_that_are_missing_or_lack_functions(make_design: Make) -> None:
    task = TASK + '\n[training]\nmode = "advanced"\n'
    design = make_design(
        task, architecture="import keras\n\ndef buildmodel(): pass\n", custom_score="x = (\n"
    )
    assert check_code(design) == [
        Problem(
            "the function build_model is missing",
            "architecture.py",
            fix="Define: def build_model(input_shapes, n_classes=None)",
        ),
        Problem(
            "the function compile_model is missing",
            "architecture.py",
            fix="Define: def compile_model(model)",
        ),
        Problem(
            "the file is missing",
            "training.py",
            fix="Write training.py with build_sequences and fit_model. "
            'Or set [training] mode = "standard".',
        ),
        Problem("not valid Python: '(' was never closed: x = (", "custom_score.py", 1),
    ]
    (design.path / "architecture.py").unlink()
    (missing,) = check_files(design.path, ["architecture.py"])
    assert missing.fix == "Write architecture.py with build_model and compile_model."


@pytest.mark.parametrize("name", ["build_sequences", "build_sequence"])
def test_both_names_of_build_sequences(make_design: Make, name: str) -> None:
    task = TASK + '\n[training]\nmode = "advanced"\n'
    code = training_template().replace("build_sequences", name)
    assert check_code(make_design(task, architecture=GOOD, training=code)) == []


def test_functions_may_come_from_elsewhere(make_design: Make) -> None:
    assert check_code(make_design(TASK, architecture="from shared_code import *\n")) == []
    guarded = "try:\n    from mine import build_model\nexcept ImportError:\n    raise\n"
    design = make_design(TASK, architecture=guarded + "compile_model = print\n")
    assert check_code(design) == []


def test_code_that_is_not_utf8(make_design: Make) -> None:
    design = make_design(TASK)
    (design.path / "architecture.py").write_bytes("# été\n".encode("latin-1"))
    (problem,) = check_code(design)
    assert problem.file == "architecture.py"
    assert problem.message.startswith("not UTF-8 text")


def test_a_custom_score_to_optimise_must_be_there(make_design: Make) -> None:
    task = TASK + '\n[metrics]\noptimize = "Custom score"\n'
    (problem,) = check_code(make_design(task, architecture=GOOD))
    assert problem == Problem(
        "the custom score is to be optimised, but there is no custom_score.py",
        "task.toml",
        18,
        "metrics.optimize",
        "Write it with: def custom_score(y_valid, y_pred)",
    )
    score = custom_score_template(PredictionType.BINARY)
    assert check_code(make_design(task, architecture=GOOD, custom_score=score)) == []


def test_every_custom_score_that_is_named_must_be_there(make_design: Make) -> None:
    task = TASK + "\n[metrics.custom_scores]\nprofit = {}\nloss = { greater_is_better = false }\n"
    (problem,) = check_code(make_design(task, architecture=GOOD))
    assert problem.message == "custom scores are named, but there is no custom_score.py"
    assert problem.key == "metrics.custom_scores"
    assert problem.fix == "Write it with: def profit(y_valid, y_pred)"
    one = "def profit(y_valid, y_pred): return 1.0\n"
    (problem,) = check_code(make_design(task, architecture=GOOD, custom_score=one))
    assert problem == Problem(
        "the function loss is missing",
        "custom_score.py",
        fix="Define: def loss(y_valid, y_pred)",
    )
    # `custom_score` itself may be left out, unless it is what decides.
    both = one + "loss = profit\n"
    assert check_code(make_design(task, architecture=GOOD, custom_score=both)) == []
    chosen = task + '\n[metrics]\noptimize = "Custom score"\n'
    (problem,) = check_code(make_design(chosen, architecture=GOOD, custom_score=both))
    assert problem.message == (
        "the custom score is to be optimised, but custom_score.py has no function custom_score"
    )
    named = task + '\n[metrics]\noptimize = "profit"\n'
    assert check_code(make_design(named, architecture=GOOD, custom_score=both)) == []


def test_unknown_columns_are_named_all_at_once(make_design: Make, make_table: Read) -> None:
    task = (
        TASK.replace("age =", "agee =")
        .replace('"fixed acidity"', '"fixed.acidity"')
        .replace('"w"', '"weight"')
        .replace('"y"', '"Y"')
    )
    assert check_table(make_design(task), make_table(ROWS)) == [
        Problem(
            "the table has no column 'agee'",
            "task.toml",
            13,
            "features.agee",
            "Did you mean 'age'?",
        ),
        Problem(
            "the table has no column 'fixed.acidity'",
            "task.toml",
            14,
            'features."fixed.acidity"',
            "Did you mean 'fixed acidity'?",
        ),
        Problem(
            "the table has no column 'weight'",
            "task.toml",
            10,
            "weights.sample_weight",
            "Known: age, fixed acidity, city, day, w, y.",
        ),
        Problem(
            "the table has no column 'Y'", "task.toml", 6, "target.column", "Did you mean 'y'?"
        ),
    ]


def test_types_that_do_not_fit(make_design: Make, make_table: Read) -> None:
    task = (
        TASK.replace('city = { type = "categorical" }', 'city = { type = "numerical" }')
        .replace('"fixed acidity" = { type = "numerical" }', 'day = { type = "categorical" }')
        .replace('"w"', '"city"')
        .replace('type = "binary"', 'type = "regression"')
    )
    found = check_table(make_design(task), make_table(ROWS))
    assert [(problem.line, problem.key, problem.message) for problem in found] == [
        (
            14,
            "features.day.type",
            "the handling 'dummy' of categorical features reads boolean or float or integer or "
            "string values, column 'day' holds date values",
        ),
        (
            15,
            "features.city.type",
            "the handling 'regular' of numerical features reads boolean or float or integer "
            "values, column 'city' holds string values",
        ),
        (10, "weights.sample_weight", "weights are numbers, column 'city' holds string values"),
        (5, "target", "regression needs numbers, the target 'y' holds string values"),
    ]
    assert all(problem.fix for problem in found)


def test_a_design_without_features(make_design: Make, make_table: Read) -> None:
    task = TASK.partition("[features]")[0] + "[features]\nage = { role = 'reject' }\n"
    (problem,) = check_table(make_design(task), make_table(ROWS))
    assert (problem.line, problem.key) == (12, "features")
    assert problem.message == "no feature feeds the network"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('column = "y"', 'column = "day"', "holds Date values"),
        ('column = "y"', 'column = "w"', "holds only the class 1"),
        (
            'column = "y"\ntype = "binary"',
            'column = "age"\ntype = "binary"',
            "binary classification needs two classes, the target 'age' has 5",
        ),
        (
            'type = "binary"',
            'type = "binary"\npositive_class = "c"',
            "The positive class 'c' is not among the classes of 'y': 'a', 'b'",
        ),
    ],
)
def test_a_target_that_does_not_fit(
    *, make_design: Make, make_table: Read, old: str, new: str, message: str
) -> None:
    task = TASK.replace(old, new).replace('age = { type = "numerical" }\n', "")
    (problem,) = check_table(make_design(task), make_table(ROWS))
    assert message in problem.message
    assert (problem.line, problem.key) == (5, "target")
    assert problem.fix


def test_the_target_encoder(make_design: Make, make_table: Read) -> None:
    table = make_table(ROWS)
    assert design_targets(make_design(TASK), table).encoders[""].classes == ("a", "b")
    positive = make_design(TASK, "target.positive_class=a")
    assert design_targets(positive, table).encoders[""].classes == ("b", "a")
    regression = make_design(TASK, "target.type=regression", "target.column=w")
    assert design_targets(regression, table).encoders[""].classes is None
    with pytest.raises(DataError, match="needs numbers"):
        design_targets(make_design(TASK, "target.type=regression"), table)


def test_a_test_file_that_does_not_fit(make_design: Make, make_table: Read) -> None:
    design, table = make_design(TASK), make_table(ROWS)
    (problem,) = check_test_table(design, table, make_table("age,city,y\n1,Rome,a\n2,Oslo,b"))
    assert problem == Problem(
        "the test file has no column 'fixed acidity', 'w'",
        "task.toml",
        3,
        "dataset.test_path",
        "Bring a test file with the columns of the train file.",
    )
    words = make_table(ROWS.replace("20,", "twenty,").replace("21,", "more,"))
    (problem,) = check_test_table(design, table, words)
    assert (
        problem.message
        == "column 'age' of the test file holds string values, the train file has numbers"
    )
    assert problem.fix
    classes = make_table(ROWS.replace(",a", ",c"))
    (problem,) = check_test_table(design, table, classes)
    assert problem.message == (
        "the target of the test file holds classes that no train row has: 'c'"
    )
    assert problem.key == "dataset.test_path"


def test_a_date_of_the_train_file_is_a_date_in_the_test_file(
    make_design: Make, make_table: Read
) -> None:
    design, table = make_design(f'{TASK}day = {{ type = "date" }}\n'), make_table(ROWS)
    assert check_table(design, table) == []
    assert check_test_table(design, table, make_table(ROWS)) == []
    words = make_table(ROWS.replace("2020-01", "in January"))
    (problem,) = check_test_table(design, table, words)
    assert problem.message == (
        "column 'day' of the test file holds string values, the train file has date values"
    )


def test_a_test_file_with_unseen_categories_and_fewer_classes_is_fine(
    make_design: Make, make_table: Read
) -> None:
    test = make_table("age,fixed acidity,city,w,y\n1,2,Lima,1,a\n,,,1,\n3,4,Rome,2,a")
    assert check_test_table(make_design(TASK), make_table(ROWS), test) == []


def test_steps_need_features_on_main(make_design: Make, make_table: Read) -> None:
    task = TASK.replace("numerical", 'numerical", input = "numbers').replace(
        "categorical", 'categorical", input = "words'
    )
    table = make_table(ROWS)
    reduced = task + '\n[reduction]\nmethod = "pca"\n'
    (problem,) = check_table(make_design(reduced, architecture=GOOD), table)
    assert (problem.key, problem.line) == (
        "reduction",
        reduced.splitlines().index("[reduction]") + 1,
    )
    assert "works on the input 'main', and no feature goes there" in problem.message
    generated = task + "\n[generation]\npairwise_linear = true\n"
    (problem,) = check_table(make_design(generated, architecture=GOOD), table)
    assert problem.key == "generation"
    off = task + "\n[generation]\nmax_columns = 5\n"
    assert check_table(make_design(off, architecture=GOOD), table) == []
