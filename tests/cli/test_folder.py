"""`hornbook folder`: create, list, remove, and what they say of mistakes."""

from __future__ import annotations

import json

from typer.testing import CliRunner

from hornbook.cli import app


def run(home, *arguments, as_json=True):
    options = ["--home", str(home), *(["--json"] if as_json else [])]
    done = CliRunner().invoke(app, ["folder", *map(str, arguments), *options])
    return done.exit_code, json.loads(done.stdout) if as_json else done.stdout


def test_a_folder_is_created_listed_and_removed(home, tmp_path):
    entry = {"name": "[/x]", "path": str(tmp_path), "exists": True}
    assert run(home, "create", "[/x]", tmp_path)[0] == 2
    entry["name"] = "pets"
    assert run(home, "create", "pets", tmp_path) == (0, entry)
    assert run(home, "list") == (0, {"folders": [entry]})
    assert "pets" in run(home, "list", as_json=False)[1]
    assert run(home, "remove", "pets") == (0, entry)
    assert run(home, "list") == (0, {"folders": []})


def test_mistakes_end_with_2_and_say_what_to_do(home, tmp_path):
    code, said = run(home, "create", "pets", tmp_path / "none")
    assert code == 2
    assert "does not exist" in said["error"]
    code, said = run(home, "remove", "pets")
    assert code == 2
    assert said["fix"] == "hornbook folder create 'pets' PATH"


def test_a_folder_that_is_gone_is_marked(home, tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    run(home, "create", "gone", gone)
    gone.rmdir()
    assert run(home, "list")[1]["folders"][0]["exists"] is False
    assert "(not there)" in run(home, "list", as_json=False)[1].replace("\n", " ")
