"""`hornbook cache`: what is kept, cleared and limited."""

from __future__ import annotations

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from hornbook.cli import app
from hornbook.data import SetCache

DTYPE = np.dtype([("number", "f4")])


@pytest.fixture
def run(home):
    def run(*arguments, code=0):
        done = CliRunner().invoke(app, ["cache", *arguments, "--home", str(home)])
        assert done.exit_code == code, done.output
        return done.output

    return run


@pytest.fixture
def kept(home):
    cache = SetCache.of_workspace(home)
    for name, n_rows in (("train", 1000), ("test", 250)):
        new = cache.begin(name, f"{name} rows of wines.csv", DTYPE, n_rows)
        cache.keep(new)
    return cache


def test_an_empty_cache_says_so(run):
    assert "No preprocessed rows are kept." in run()
    assert json.loads(run("--json"))["sets"] == []


@pytest.mark.usefixtures("kept")
def test_sets_are_listed_with_their_sizes(run):
    shown = run()
    assert "train rows of wines.csv" in shown
    assert "4.0 KB" in shown
    assert "5.0 KB of at most" in shown
    sets = json.loads(run("--json"))["sets"]
    assert {(one["title"], one["rows"], one["size_bytes"]) for one in sets} == {
        ("train rows of wines.csv", 1000, 4000),
        ("test rows of wines.csv", 250, 1000),
    }


def test_clearing_removes_all(run, kept):
    assert "Removed 2 sets, 5.0 KB." in run("--clear")
    assert kept.sets() == []


@pytest.mark.parametrize(
    ("size", "size_bytes"), [("2GB", 2 * 10**9), ("1.5 mb", 1_500_000), ("4k", 4000), ("900", 900)]
)
def test_the_limit_holds_from_then_on(run, home, size, size_bytes):
    assert json.loads(run("--limit", size, "--json"))["limit_bytes"] == size_bytes
    assert SetCache.of_workspace(home).limit_bytes == size_bytes


def test_a_lower_limit_drops_sets(run, kept):
    run("--limit", "4500")
    assert len(kept.sets()) == 1


def test_what_is_no_size_is_wrong_use(run):
    assert "expected a size" in run("--limit", "much", code=2)
