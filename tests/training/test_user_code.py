"""User code that fails: the user's own line, message and fix."""

from __future__ import annotations

import pytest

from hornbook.errors import TrainingError, UserCodeError
from hornbook.training.user_code import UserCode


@pytest.fixture
def code(tmp_path):
    def make(text, name="architecture.py"):
        (tmp_path / name).write_text(text, "utf-8")
        return UserCode(tmp_path)

    return make


def test_the_deepest_line_of_the_users_own_is_shown(code):
    loaded = code("import json\n\ndef build_model(shapes):\n    return json.loads('nonsense')\n")
    with pytest.raises(UserCodeError) as caught:
        loaded.function("architecture.py", "build_model")({})
    assert (caught.value.file, caught.value.line) == ("architecture.py", 4)
    first, second = str(caught.value).splitlines()[:2]
    assert first.startswith("architecture.py:4: JSONDecodeError: Expecting value")
    assert second == "    return json.loads('nonsense')"


def test_an_error_while_the_file_is_loaded_has_its_line(code):
    with pytest.raises(UserCodeError, match=r"architecture.py:1: ModuleNotFoundError: No module"):
        code("import no_such_module_anywhere\n").function("architecture.py", "build_model")


def test_a_syntax_error_has_its_line(code):
    with pytest.raises(UserCodeError, match=r"architecture.py:2: not valid Python"):
        code("x = 1\ndef f(:\n").function("architecture.py", "f")


def test_exit_is_an_error_like_others(code):
    loaded = code("import sys\n\ndef build_model():\n    sys.exit(7)\n")
    with pytest.raises(UserCodeError, match=r"architecture.py:4: called sys.exit\(7\)"):
        loaded.function("architecture.py", "build_model")()


def test_errors_of_ours_keep_their_fix_and_gain_a_line(code):
    loaded = code(
        "from hornbook.training.context import get_variable\n"
        "def build_model():\n    return get_variable('DKU')\n"
    )
    with pytest.raises(UserCodeError, match=r"architecture.py:3: There is no variable 'DKU'"):
        loaded.function("architecture.py", "build_model")()


def test_an_exception_outside_user_code_is_left_alone(code):
    loaded = code("def f():\n    pass\n")

    def fail():
        raise TrainingError("ours")

    with pytest.raises(TrainingError, match="ours"), loaded.running():
        fail()


def test_files_may_import_each_other(code, tmp_path):
    (tmp_path / "my_layers.py").write_text("UNITS = 3\n")
    loaded = code("from my_layers import UNITS\n\ndef build_model():\n    return UNITS\n")
    assert loaded.function("architecture.py", "build_model")() == 3


def test_either_of_two_names_will_do(code):
    loaded = code("def build_sequence():\n    return 1\n", "training.py")
    assert loaded.function("training.py", "build_sequences", "build_sequence")() == 1


def test_a_missing_function_is_named(code):
    with pytest.raises(UserCodeError, match="the function fit_model is missing"):
        code("x = 1\n", "training.py").function("training.py", "fit_model")


def test_a_mistake_in_a_library_is_shown_where_it_is(code, tmp_path):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "tool.py").write_text("def half(x):\n    return x / 0\n")
    loaded = code("import tool\n\ndef build_model():\n    return tool.half(1)\n")
    with pytest.raises(UserCodeError, match=r"lib/tool.py:2: ZeroDivisionError"):
        loaded.function("architecture.py", "build_model")()
    (tmp_path / "lib" / "broken.py").write_text("x = 1\ndef f(:\n")
    with pytest.raises(UserCodeError, match=r"lib/broken.py:2: not valid Python"):
        code("import broken\n").module("architecture.py")


def test_a_missing_file_is_named(code):
    with pytest.raises(UserCodeError, match=r"features/x.py: the file is missing"):
        code("").module("features/x.py")


def test_definitions_include_those_of_imported_files(code, tmp_path):
    (tmp_path / "my_layers.py").write_text("class Scale: ...\n")
    loaded = code("import my_layers\nfrom json import loads\ndef build_model(): ...\n")
    assert sorted(loaded.definitions("architecture.py")) == ["Scale", "build_model"]
