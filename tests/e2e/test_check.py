"""`hornbook check`: everything that is wrong, at once, with file, line and fix."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
def task(terminal, small_table):
    terminal.run("init", "task", "--data", small_table(), "--target", "answer")
    return terminal


def test_mistakes_in_settings_and_code_come_together(task):
    toml = task.folder / "task" / "task.toml"
    toml.write_text(toml.read_text().replace("epochs = 10", "epochs = 0\nbatchsize = 3"))
    task.write("task/architecture.py", "def build_model(:\n")
    report = task.json("check", "task", code=1)
    assert not report["valid"]
    places = {(problem["file"], problem["key"]) for problem in report["problems"]}
    assert places == {
        ("task.toml", "training.epochs"),
        ("task.toml", "training.batchsize"),
        ("architecture.py", None),
    }
    lines = {problem["key"]: problem["line"] for problem in report["problems"]}
    text = toml.read_text().splitlines()
    assert text[lines["training.batchsize"] - 1] == "batchsize = 3"
    fixes = {problem["key"]: problem["fix"] for problem in report["problems"]}
    assert "batch_size" in fixes["training.batchsize"]


def test_unknown_columns_and_missing_functions_come_together(task):
    toml = task.folder / "task" / "task.toml"
    toml.write_text(toml.read_text() + 'colour2 = { type = "categorical" }\n')
    task.write("task/architecture.py", "def build_modell(shapes):\n    pass\n")
    report = task.json("check", "task", code=1)
    messages = " ".join(problem["message"] for problem in report["problems"])
    for expected in ("build_model is missing", "compile_model is missing", "no column 'colour2'"):
        assert expected in messages
    shown = task.run("check", "task", code=1).stdout
    assert "Did you mean 'colour'?" in shown


def test_a_last_layer_that_does_not_suit_is_found_before_training(task):
    path = task.folder / "task" / "architecture.py"
    path.write_text(path.read_text().replace("Dense(1,", "Dense(3,"))
    report = task.json("check", "task", code=1)
    [problem] = report["problems"]
    assert "3 units" in problem["message"]
    assert path.read_text().splitlines()[problem["line"] - 1].strip().startswith("output =")


def test_user_code_that_fails_is_shown_at_its_line(task):
    path = task.folder / "task" / "architecture.py"
    path.write_text(path.read_text().replace("    input_main =", "    1 / 0\n    input_main ="))
    [problem] = task.json("check", "task", code=1)["problems"]
    assert problem["message"] == "ZeroDivisionError: division by zero"
    assert path.read_text().splitlines()[problem["line"] - 1].strip() == "1 / 0"


def test_a_valid_design_shows_its_inputs_and_layers(task):
    shown = task.run("check", "task").stdout
    assert "Valid." in shown
    assert "from x, z, colour" in shown
    assert "prediction (Dense)" in shown
