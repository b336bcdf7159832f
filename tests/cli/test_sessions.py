"""`hornbook sessions` and `show`: users' texts as they stand, names that can be copied."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from hornbook.cli import app
from hornbook.cli.output import console
from hornbook.registry import Registry, SessionRecord

NAME = "[/name] [features.name]"
MARKUP = "[/oops] [features.age]"
REASON = f"column {MARKUP}: " + "it has no values at all, so nothing can be learnt from it; " * 3


@pytest.fixture
def failed(home, tmp_path) -> SessionRecord:
    with Registry(home) as registry:
        task = registry.ensure_task(tmp_path / "design")
        session = registry.create_session(task, name=NAME, description=MARKUP)
        return registry.update_session(
            session,
            status="failed",
            reason=f"{REASON}\nand a second line",
            target=MARKUP,
            metric="Average Precision",
            metric_value=0.123456,
            best_epoch=100,
            epochs=1000,
        )


@pytest.fixture
def run(home, monkeypatch):
    def run(*arguments, columns=80):
        monkeypatch.setattr(console, "width", columns)
        done = CliRunner().invoke(app, [*arguments, "--home", str(home)])
        assert done.exit_code == 0, done.output
        return done.output

    return run


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_a_reference_stands_on_one_line(run, failed, columns):
    table, *_ = run("sessions", columns=columns).partition(f"{failed.reference}: ")
    assert failed.reference in table
    assert max(map(len, table.splitlines())) <= columns


def test_a_name_with_brackets_is_listed_as_it_stands(run, failed):
    assert f" {NAME} " in run("sessions", columns=200)


def test_the_first_line_of_a_reason_is_printed_in_full(run, failed):
    lines = run("sessions").splitlines()
    assert f"{failed.reference}: {REASON}" in lines
    assert "and a second line" not in lines


def test_a_session_with_brackets_is_shown_as_it_stands(run, failed):
    shown = run("show", failed.reference, columns=200)
    assert f"{failed.reference}  {NAME}: failed" in shown
    assert MARKUP in shown.splitlines()
    assert REASON in shown
