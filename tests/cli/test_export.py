"""`hornbook export` and `import`: wrong use is told before anything is loaded."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from hornbook.cli import app
from hornbook.registry import Registry


def run(home, *arguments):
    return CliRunner().invoke(app, [*map(str, arguments), "--home", str(home), "--json"])


@pytest.fixture
def saved_model(home, tmp_path):
    """A saved model that is only a file."""
    folder = tmp_path / "network"
    (folder / "model").mkdir(parents=True)
    (folder / "model" / "model.keras").write_bytes(b"no network")
    with Registry(home) as registry:
        return registry.add_imported(folder, name="Net", origin="imported from net.keras")


def test_models_and_formats_that_there_are_not(home, saved_model, tmp_path):
    for arguments, message in (
        (("export", "Nett", "--format", "keras"), "'Nett' does not exist"),
        (("export", "Net", "--format", "kears"), "no export format 'kears'"),
        (("export", "Net", "--format", "keras", "--output", tmp_path), "something at"),
        (("export", "Net", "--format", "keras", "--output", tmp_path / "a" / "b"), "no folder"),
        (("import", tmp_path / "none.keras", "--name", "Net"), "There is no file"),
        (("import", tmp_path, "--name", "Net"), "is a folder, expected a file"),
    ):
        done = run(home, *arguments)
        assert done.exit_code == 2, done.output
        assert message in json.loads(done.stdout)["error"]


def test_a_file_that_is_no_model_is_not_imported(home, tmp_path):
    file = tmp_path / "net.keras"
    file.write_text("no network")
    done = run(home, "import", file, "--name", "Net")
    assert done.exit_code == 1
    assert "is no .keras file" in json.loads(done.stdout)["error"]


def test_an_imported_network_is_no_whole_model(home, saved_model, tmp_path):
    done = run(home, "export", "Net", "--format", "python", "--output", tmp_path / "out")
    assert done.exit_code == 2
    assert "a network alone" in json.loads(done.stdout)["error"]
    assert not (tmp_path / "out").exists()
