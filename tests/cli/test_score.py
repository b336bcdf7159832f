"""`hornbook score`, `evaluate` and `evaluations`: what they refuse before any model is loaded."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from hornbook.cli import app


def run(home, *arguments):
    done = CliRunner().invoke(app, [*map(str, arguments), "--home", str(home), "--json"])
    return done.exit_code, json.loads(done.stdout)


@pytest.mark.parametrize(
    "arguments",
    [
        ("score", "nobody", "in.csv", "out.csv"),
        ("evaluate", "nobody", "in.csv"),
        ("evaluations", "nobody"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_model_that_is_not_there(home, arguments):
    code, said = run(home, *arguments)
    assert code == 2
    assert "'nobody' does not exist" in said["error"]


def test_help_names_the_options():
    done = CliRunner().invoke(app, ["score", "--help"])
    assert done.exit_code == 0
    for option in ("--threshold", "--columns", "--batch-size", "--without-probabilities"):
        assert option in done.stdout
