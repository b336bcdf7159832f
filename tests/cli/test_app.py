"""The command itself: what it imports, and what it says without being asked to do anything."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

import hornbook
from hornbook.cli import app, main
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
    for name in [
        "demo",
        "init",
        "check",
        "train",
        "sessions",
        "show",
        "predict",
        "logs",
        "deploy",
        "export",
        "import",
        "folder",
    ]:
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


def run_json(home, *arguments):
    done = CliRunner().invoke(app, [*map(str, arguments), "--json", "--home", str(home)])
    return done.exit_code, json.loads(done.stdout)


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("[/age],answer\n" + "".join(f"{i % 37},{i % 2}\n" for i in range(200)))
    return path


@pytest.fixture
def design(home, tmp_path, table):
    folder = tmp_path / "design"
    code, _ = run_json(home, "init", folder, "--data", table, "--target", "answer")
    assert code == 0
    return folder


def test_init_names_columns_as_they_stand(home, tmp_path, table):
    arguments = ["init", str(tmp_path / "design"), "--data", str(table), "--target", "[/age]"]
    done = CliRunner().invoke(app, [*arguments, "--home", str(home)])
    assert done.exit_code == 0, done.output
    assert "Predicting [/age]: " in done.output


def test_init_where_a_file_stands_is_wrong_use(home, table):
    code, said = run_json(home, "init", table, "--data", table, "--target", "answer")
    assert code == 2
    assert "is a file" in said["error"]


def test_init_below_a_file_is_a_failure_that_is_said(home, table):
    code, said = run_json(home, "init", table / "design", "--data", table, "--target", "answer")
    assert code == 1
    assert said["error"].startswith("Not a directory")


def test_training_on_a_folder_is_wrong_use(home, design):
    code, said = run_json(home, "train", design, "--data", design)
    assert code == 2
    assert "is a folder" in said["error"]


@pytest.mark.parametrize("command", ["train", "check"])
@pytest.mark.parametrize("setting", ["training.epoch=3", "training.epochs=0"])
def test_a_mistake_in_a_setting_is_wrong_use(home, design, command, setting):
    code, said = run_json(home, command, design, "--set", setting)
    assert code == 2
    assert said["problems"]


def test_a_mistake_in_the_file_is_no_wrong_use(home, design):
    with (design / "task.toml").open("a") as file:
        file.write("\n[nonsense]\n")
    code, said = run_json(home, "train", design, "--set", "training.epochs=3")
    assert code == 1
    assert "nonsense" in said["error"]


def test_an_output_of_another_format_is_refused_before_anything_is_loaded(home, table):
    code, said = run_json(home, "predict", "latest", table, "out.xlsx")
    assert code == 2
    assert "out.xlsx" in said["error"]


def test_an_interrupt_while_the_command_is_imported_is_one_line():
    code = (
        "import sys\n"
        "class Interrupts:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'hornbook.cli.app':\n"
        "            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupts())\n"
        "import hornbook.cli\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "Interrupted.\n")


def test_an_interrupt_while_the_command_line_is_read_is_one_line(monkeypatch, capsys):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setitem(main.__globals__, "app", interrupted)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130
    assert capsys.readouterr().err == "Interrupted.\n"
