"""The command itself: what it imports, and what it says without being asked to do anything."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.testing import CliRunner

import hornbook
from hornbook.cli import app
from hornbook.cli.draw import curve


def test_importing_the_command_loads_no_backend():
    code = (
        "import sys, hornbook.cli; "
        "print([name for name in ('keras', 'jax', 'tensorflow', 'torch') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_help_names_every_command():
    shown = CliRunner().invoke(app, ["--help"])
    assert shown.exit_code == 0
    for name in ["demo", "init", "check", "train", "sessions", "show", "predict", "logs", "deploy"]:
        assert name in shown.output


def test_the_version_is_the_packages():
    assert CliRunner().invoke(app, ["--version"]).output.strip() == hornbook.__version__


@pytest.mark.parametrize("arguments", [["train"], ["predict", "latest"], ["nonsense"]])
def test_wrong_use_ends_with_2(arguments):
    assert CliRunner().invoke(app, arguments).exit_code == 2


def test_curves_are_drawn_with_a_legend_and_the_kept_epoch():
    drawn = curve({"loss": [3.0, 2.0, None, 1.0]}, title="Loss", width=60, best_epoch=4)
    assert "Loss" in drawn
    assert "epoch" in drawn
    assert len(drawn.splitlines()) >= 10
    assert max(map(len, drawn.splitlines())) <= 60
