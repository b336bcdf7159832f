"""Sets of an earlier training through the command: used again, said so, made anew when torn."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def test_a_second_training_uses_the_sets_of_the_first(terminal, small_table):
    terminal.run("init", "task", "--data", small_table(), "--target", "answer")
    first = terminal.run("train", "task")
    assert "Re-using" not in first.stdout + first.stderr
    sets = terminal.json("cache")["sets"]
    assert {(one["title"], one["rows"]) for one in sets} == {
        ("train rows of small.csv", 320),
        ("test rows of small.csv", 80),
    }
    second = terminal.run("train", "task")
    assert "Re-using train and test sets computed on" in second.stdout + second.stderr
    one, two = terminal.json("sessions")["sessions"]
    assert one["metric_value"] == two["metric_value"]
    for found in sets:
        os.truncate(Path(found["folder"], "records.bin"), 40)
    third = terminal.json("train", "task")
    assert third["metrics"][third["metric"]] == one["metric_value"]
    assert len(terminal.json("cache")["sets"]) == 2
    assert "Seconds an epoch" in terminal.run("show").stdout
