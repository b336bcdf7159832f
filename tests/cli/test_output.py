"""What every command shares: users' texts as they stand, files, errors and exit codes."""

from __future__ import annotations

import errno
import json

import pytest
import typer

from hornbook.cli.design import SettingsError
from hornbook.cli.output import console, reported_errors, require_file
from hornbook.errors import DataError, DesignError, NotFoundError, Problem, UsageError

MARKUP = "[/oops] [features.age] :smile:"
PROBLEM = Problem("found 0 epochs, expected 1 or more", "task.toml", 7)


def end_of(error: BaseException, *, as_json: bool = False) -> int:
    with pytest.raises(typer.Exit) as ended, reported_errors(as_json):
        raise error
    return ended.value.exit_code


def test_texts_are_printed_as_they_stand(capsys):
    console.print(MARKUP)
    assert capsys.readouterr().out == f"{MARKUP}\n"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (DataError(MARKUP), 1),
        (DesignError([PROBLEM]), 1),
        (SettingsError([PROBLEM]), 2),
        (UsageError(MARKUP), 2),
        (NotFoundError(MARKUP), 2),
        (OSError(errno.ENOSPC, "No space left on device"), 1),
        (PermissionError(errno.EACCES, "Permission denied", "/root/[/oops]"), 1),
        (OSError("a library's own words"), 1),
        (BrokenPipeError(), 1),
        (KeyboardInterrupt(), 130),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_error_has_its_exit_code(error, code):
    assert end_of(error) == code
    assert end_of(error, as_json=True) == code


def test_an_error_is_said_as_it_stands(capsys):
    end_of(DataError(MARKUP, fix="Rename [age]."))
    assert capsys.readouterr().err == f"Error: {MARKUP}\n  Fix: Rename [age].\n"


def test_what_the_system_refuses_is_one_json_object(capsys):
    end_of(NotADirectoryError(errno.ENOTDIR, "Not a directory", "f/x"), as_json=True)
    assert json.loads(capsys.readouterr().out) == {
        "error": "Not a directory: 'f/x'.",
        "fix": None,
    }


def test_mistakes_of_settings_keep_their_problems(capsys):
    end_of(SettingsError([PROBLEM]), as_json=True)
    [problem] = json.loads(capsys.readouterr().out)["problems"]
    assert problem["message"] == PROBLEM.message


def test_an_interrupt_is_one_line(capsys):
    end_of(KeyboardInterrupt())
    assert capsys.readouterr().err == "Interrupted.\n"


def test_a_file_is_required(tmp_path):
    (tmp_path / "a.csv").touch()
    require_file(tmp_path / "a.csv")
    with pytest.raises(NotFoundError, match="is a folder"):
        require_file(tmp_path)
    with pytest.raises(NotFoundError, match="There is no file"):
        require_file(tmp_path / "b.csv")
