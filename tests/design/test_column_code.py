"""Code for columns: there, Python, and with the name that is asked for."""

from __future__ import annotations

import pytest

from hornbook.design import DesignFolder, check_code

GOOD = "def build_model(input_shapes, n_classes=None): ...\ndef compile_model(model): ...\n"


@pytest.fixture
def problems(tmp_path):
    def check(features, **files):
        (tmp_path / "task.toml").write_text(
            '[dataset]\npath = "x.csv"\n[target]\ncolumn = "y"\ntype = "binary"\n[features]\n'
            + features
        )
        (tmp_path / "architecture.py").write_text(GOOD)
        (tmp_path / "features").mkdir(exist_ok=True)
        for name, text in files.items():
            (tmp_path / "features" / f"{name}.py").write_text(text)
        return check_code(DesignFolder.read(tmp_path))

    return check


REVIEW = 'review = { type = "text", handling = "custom" }\n'


def test_nothing_to_say(problems):
    assert problems(REVIEW, review="processor = 1\n") == []
    assert problems(REVIEW, review="from tools import processor\n") == []
    assert problems(REVIEW, review="from tools import *\n") == []


def test_a_missing_file(problems):
    (problem,) = problems(REVIEW)
    assert problem.file == "features/review.py"
    assert "the file is missing; it holds the code for the column 'review'" in problem.message
    assert "processor = MyProcessor()" in (problem.fix or "")


def test_odd_names_and_named_files(problems):
    (problem,) = problems('"C:/what?" = { type = "numerical", handling = "custom" }\n')
    assert problem.file == "features/C__what_.py"
    named = 'review = { type = "text", handling = "custom", code = "features/x.py" }\n'
    assert problems(named, x="processor = 1\n") == []


def test_no_python(problems):
    (problem,) = problems(REVIEW, review="x = 1\nprocessor = (\n")
    assert (problem.file, problem.line) == ("features/review.py", 2)


def test_no_processor(problems):
    (problem,) = problems(REVIEW, review="proccessor = 1\n")
    assert problem.message == "processor is missing"
    photo = 'photo = { type = "image", handling = "custom" }\n'
    (problem,) = problems(photo, photo="processor = 1\n")
    assert problem.message == "preprocess_image is missing"


def test_two_columns_of_one_file(problems):
    both = "".join(f'"a{end}" = {{ type = "numerical", handling = "custom" }}\n' for end in "?!")
    (problem,) = problems(both, a_="processor = 1\n")
    assert "'a?' and 'a!' would both have their code in features/a_.py" in problem.message
    assert problem.line == 8
