"""What may be wrong with a training is said, kept, and can be switched off."""

from __future__ import annotations

import json

import pytest

from hornbook.diagnostics import DIAGNOSTICS_FILE

pytestmark = pytest.mark.slow

SETTINGS = ("--set", "training.epochs=6", "--set", "training.batch_size=16")


@pytest.fixture
def titanic(terminal, data_folder):
    """A design that uses `alive`, which says in words what is to be predicted."""
    terminal.run("init", "task", "--data", data_folder / "titanic.csv", "--target", "survived")
    text = (terminal.folder / "task/task.toml").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("alive = ")]
    terminal.write("task/task.toml", "\n".join([*lines, 'alive = { type = "categorical" }', ""]))
    return terminal


def test_a_leak_is_found_said_and_kept_with_the_model(titanic):
    said = titanic.run("train", "task", *SETTINGS).stdout
    assert "Warning too-good: ROC AUC is " in said
    assert "Warning dominant-feature: 'alive' makes " in said
    assert "Warning small-train-set: The train set has 713 rows" in said
    shown = titanic.run("show").stdout
    assert "Warning dominant-feature: 'alive' makes " in shown
    found = titanic.json("show")
    assert found["unchecked"] == []
    by_id = {one["id"]: one for one in found["diagnostics"]}
    assert by_id["dominant-feature"]["numbers"]["column"] == "alive"
    assert by_id["dominant-feature"]["output"] is None
    assert "no-better-than-baseline" not in by_id
    titanic.run("deploy", "latest", "--name", "survival")
    (version,) = titanic.home.glob(f"saved_models/*/*/{DIAGNOSTICS_FILE}")
    assert json.loads(version.read_text("utf-8"))["diagnostics"] == found["diagnostics"]


def test_what_is_switched_off_is_not_said(titanic):
    off = titanic.json("train", "task", *SETTINGS, "--set", 'diagnostics.off=["too-good"]')
    assert "too-good" not in {one["id"] for one in off["diagnostics"]}
    assert "dominant-feature" in {one["id"] for one in off["diagnostics"]}
    none = titanic.json("train", "task", *SETTINGS, "--set", "diagnostics.enabled=false")
    assert none["diagnostics"] == []
