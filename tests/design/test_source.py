from __future__ import annotations

from pathlib import Path

import pytest

from hornbook.design import SourceFile

CODE = '''\
"""A network."""
import keras
from tensorflow.keras import layers as L, applications
import numpy as np

EPOCHS: int = 3
a, (b, *c) = 1, (2, 3)


def build_model(input_shapes, n_classes=None):
    inner = keras.Input(
        shape=input_shapes["main"],
        name="main",
    )
    other = keras.Input(input_shapes["second input"])
    x = L.Dense(64)(inner)
    return keras.Model(inner, L.Activation("relu")(L.Dense(1)(x)))


def compile_model(model):
    model.compile(loss="mse")
    return model
'''


def source(text: str) -> SourceFile:
    return SourceFile("architecture.py", text)


def test_names_at_the_top_level() -> None:
    assert source(CODE).names == {
        "keras",
        "L",
        "applications",
        "np",
        "EPOCHS",
        "a",
        "b",
        "c",
        "build_model",
        "compile_model",
    }


@pytest.mark.parametrize(
    "text",
    [
        "def build_model(): pass",
        "async def build_model(): pass",
        "class build_model: pass",
        "build_model = lambda: None",
        "from mine import build_model",
        "from mine import other as build_model",
        "try:\n    from mine import build_model\nexcept ImportError:\n    pass",
        "try:\n    import mine\nexcept ImportError:\n    def build_model(): pass",
        "if True:\n    def build_model(): pass",
        "with open('x') as build_model: pass",
        "for build_model in []: pass",
    ],
)
def test_every_way_to_define_a_name(text: str) -> None:
    assert "build_model" in source(text).names


@pytest.mark.parametrize(
    "text",
    ["def outer():\n    def build_model(): pass", "class A:\n    build_model = 1", "build_model"],
)
def test_names_inside_are_not_of_the_module(text: str) -> None:
    assert "build_model" not in source(text).names


def test_a_star_import_is_named() -> None:
    assert source("from mine import *").names == {"*"}


def test_lines() -> None:
    code = source(CODE)
    assert code.syntax_problem is None
    assert code.line_of_function("build_model") == 10
    assert code.line_of_function("compile_model") == 20
    assert code.line_of_function("fit_model") is None
    assert code.line_of_input("main") == 11
    assert code.line_of_input("second input") == 15
    assert code.line_of_input("third") is None
    assert code.line_of_output() == 17
    assert source("def build_model():\n    pass").line_of_output() == 1
    assert source("x = 1").line_of_output() is None


def test_imports_and_calls() -> None:
    code = source(CODE)
    assert code.imports == {
        "keras",
        "numpy",
        "tensorflow.keras.layers",
        "tensorflow.keras.applications",
    }
    assert {"Input", "Dense", "Model", "Activation", "compile"} <= code.called_names
    assert code.attributes_of_module("keras") == {"Input", "Model"}
    assert code.attributes_of_module("tensorflow") == set()


def test_a_syntax_error_has_its_line_and_text() -> None:
    code = source("import keras\n\ndef build_model(:\n    pass\n")
    problem = code.syntax_problem
    assert problem is not None
    assert (problem.file, problem.line) == ("architecture.py", 3)
    assert problem.message == "not valid Python: invalid syntax: def build_model(:"
    assert code.names == code.imports == code.called_names == frozenset()
    assert code.line_of_function("build_model") is None
    assert code.line_of_output() is None


@pytest.mark.parametrize(
    "text", ["a\x00b", "x = (1,\n", "  x = 1\n", "return = 1", "\ufeff\ufeffx = 1"]
)
def test_what_is_no_python(text: str) -> None:
    problem = source(text).syntax_problem
    assert problem is not None
    assert problem.message.startswith("not valid Python: ")


def test_reading_a_file(tmp_path: Path) -> None:
    path = tmp_path / "architecture.py"
    path.write_text("x = 'été'\n", "utf-8")
    assert SourceFile.read(path) == SourceFile("architecture.py", "x = 'été'\n")
    path.write_bytes("x = 'été'\n".encode("latin-1"))
    problem = SourceFile.read(path).syntax_problem
    assert problem is not None
    assert problem.message.startswith("not UTF-8 text: ")
    assert problem.fix == "Save the file as UTF-8."


def test_an_empty_file_is_python() -> None:
    assert source("").syntax_problem is None
    assert source("").names == frozenset()
