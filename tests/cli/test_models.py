"""`hornbook models` and `deploy`, with models put there by hand."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from hornbook.cli import app
from hornbook.registry import Registry

from ..kept_sessions import frozen, keep_model
from ..postgresql import drop_tables

TASK = '[dataset]\npath = "people.csv"\n\n[target]\ncolumn = "bought"\ntype = "binary"\n'


def run(home, *arguments, code=0):
    done = CliRunner().invoke(app, [*map(str, arguments), "--home", str(home)])
    assert done.exit_code == code, done.output
    return done.output


def run_json(home, *arguments, code=0):
    value = json.loads(run(home, *arguments, "--json", code=code))
    assert isinstance(value, dict)
    return value


@pytest.fixture
def sessions(home, tmp_path):
    """The names of three sessions with models, each better than the one before."""
    with Registry(home) as registry:
        task = registry.ensure_task(tmp_path / "task")
        made = [registry.create_session(task) for _ in range(3)]
        for number, session in enumerate(made):
            (session.folder / "design").mkdir()
            frozen(session).write_text(f"{TASK}\n[training]\nepochs = {number + 2}\n")
            code = f"def build_model():\n    return {number}\n"
            frozen(session, "architecture.py").write_text(code)
            keep_model(registry, session, value=0.7 + number / 10)
        return [session.reference for session in made]


@pytest.fixture
def deployed(home, sessions):
    for reference in sessions:
        run(home, "deploy", reference, "--name", "Buyers")
    return run_json(home, "models", "show", "Buyers")


def test_a_model_is_deployed_active_or_not(home, sessions):
    first = run_json(home, "deploy", sessions[1], "--name", "Buyers")
    assert (first["version_id"], first["active"], first["name"]) == ("v1", True, "Buyers")
    assert first["reason"] == "it is the first version"
    worse = run_json(home, "deploy", sessions[0], "--name", "Buyers", "--activate", "if-better")
    assert (worse["version_id"], worse["active"], worse["active_version"]) == ("v2", False, "v1")
    assert worse["comparison"]["compared_on"] == "same test rows"
    said = run(home, "deploy", sessions[2], "--name", "Buyers", "--activate", "if-better")
    assert "version v3 is active" in said
    assert "better than 0.8 of v1, on the same 40 test rows." in " ".join(said.split())
    assert (
        "expected one of always"
        in run_json(home, "deploy", sessions[0], "--name", "Buyers", "--activate", "yes", code=2)[
            "error"
        ]
    )


def test_saved_models_are_listed(home, deployed):
    assert run_json(home, "models")["saved_models"] == [deployed]
    assert run_json(home, "models", "list")["saved_models"] == [deployed]
    said = run(home, "models")
    assert "Buyers" in said
    assert deployed["saved_model_id"] in said


def test_an_empty_workspace_says_how_to_begin(home):
    assert "hornbook deploy MODEL --name NAME" in run(home, "models")
    assert run_json(home, "models", "list") == {"saved_models": []}


def test_one_is_shown_with_its_versions_and_a_version_with_all_it_knows(home, deployed):
    assert [one["metric_value"] for one in deployed["versions"]] == pytest.approx([0.7, 0.8, 0.9])
    said = run(home, "models", "show", "Buyers")
    assert "★ v3" in said
    assert "A rollback activates v2." in said
    version = run_json(home, "models", "show", "Buyers@v2")["version"]
    assert version["files"]["architecture.py"].endswith("return 1\n")
    assert version["provenance"]["environment"]["keras"] == "3.12.0"
    said = run(home, "models", "show", f"{deployed['saved_model_id']}@v2")
    assert "Buyers@v2  not active" in said
    assert "Train data: /data/people.csv, 200 rows, aaaa" in said


def test_versions_are_activated_and_rolled_back(home, deployed):
    assert run_json(home, "models", "activate", "Buyers", "v1")["active_version"] == "v1"
    assert "Buyers: version v3 is active." in run(home, "models", "rollback", "Buyers")
    assert (
        "has no version 'v8'"
        in run_json(home, "models", "activate", "Buyers", "v8", code=2)["error"]
    )


def test_a_saved_model_is_renamed(home, deployed):
    assert run_json(home, "models", "rename", "Buyers", "Customers")["name"] == "Customers"
    assert "does not exist" in run_json(home, "models", "show", "Buyers", code=2)["error"]
    assert (
        "it means the newest session"
        in run_json(home, "models", "rename", "Customers", "latest", code=1)["error"]
    )


def test_versions_and_saved_models_are_deleted(home, deployed):
    assert run_json(home, "models", "delete", "Buyers@v1")["deleted_versions"] == ["v1"]
    assert "is active" in run_json(home, "models", "delete", "Buyers@v3", code=1)["error"]
    refused = run_json(home, "models", "delete", "Buyers", code=2)
    assert refused["fix"] == "Say so with --yes."
    assert "'Buyers' and its 2 versions would be deleted" in refused["error"]
    assert run_json(home, "models", "delete", "Buyers", "--yes")["deleted_versions"] == [
        "v2",
        "v3",
    ]
    assert run_json(home, "models") == {"saved_models": []}


def test_models_are_compared(home, deployed, sessions):
    compared = run_json(home, "models", "compare", "Buyers")
    assert compared["models"] == ["v1", "v2", "v3"]
    assert compared["settings"] == [{"name": "training.epochs", "values": [2, 3, 4]}]
    said = run(home, "models", "compare", "Buyers@v3", sessions[0])
    assert "Measured on the same test rows." in said
    assert "-    return 2\n+    return 0" in said
    assert "training.epochs" in said
    alone = run_json(home, "models", "compare", "Buyers@v3", code=2)
    assert "needs two models" in alone["error"]


def test_json_before_the_verb_is_refused(home, deployed):
    done = CliRunner().invoke(app, ["models", "--json", "rollback", "Buyers", "--home", str(home)])
    assert done.exit_code == 2
    assert "write --json after rollback" in done.output


@pytest.fixture
def on_postgresql(postgresql_url, monkeypatch):
    monkeypatch.setenv("HORNBOOK_DATABASE", postgresql_url)
    yield
    drop_tables(postgresql_url)


def test_it_is_all_the_same_with_postgresql(on_postgresql, home, request):
    request.getfixturevalue("deployed")
    assert not (home / "hornbook.db").exists()
    test_versions_are_activated_and_rolled_back(home, None)
    test_models_are_compared(home, None, request.getfixturevalue("sessions"))
    test_a_saved_model_is_renamed(home, None)
    run(home, "models", "rename", "Customers", "Buyers")
    test_versions_and_saved_models_are_deleted(home, None)
