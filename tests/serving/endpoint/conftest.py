"""A workspace with a saved model of two versions, trained once, and endpoints that serve it."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from processes import EndpointProcess, hornbook

ROW: dict[str, Any] = {
    "n": 1.5,
    "m": 2,
    "colour": "red",
    "review": "so good a film",
    "day": "2024-03-01",
    "vector": [0.5, -1, 2],
}


PROCESSOR = """
class Shrunk:
    def transform(self, series):
        return (series.fillna(0).clip(-1e6, 1e6) / 100).to_numpy()[:, None]


processor = Shrunk()
"""


@dataclass(frozen=True)
class Trained:
    """A workspace.

    Attributes:
        home: its folder; the model `mixed` has the versions v1 and v2, of which v2 is active.
        sessions: that the versions were deployed from.
        key: opens endpoints of all models.
    """

    home: Path
    sessions: tuple[str, str]
    key: str


@pytest.fixture(scope="session")
def trained_once(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    folder = tmp_path_factory.mktemp("trained")
    home = folder / "home"
    write_table(folder / "mixed.csv")
    hornbook(home, "init", "mixed", "--data", "mixed.csv", "--target", "answer")
    task = folder / "mixed" / "task.toml"
    text, replaced = re.subn(
        r'^n = \{ type = "numerical"',
        'n = { type = "numerical", missing = "drop_rows"',
        task.read_text("utf-8"),
        flags=re.MULTILINE,
    )
    assert replaced == 1
    text = text.replace('m = { type = "numerical"', 'm = { type = "numerical", handling = "custom"')
    task.write_text(text, "utf-8")
    (folder / "mixed" / "features").mkdir(exist_ok=True)
    (folder / "mixed" / "features" / "m.py").write_text(PROCESSOR)
    sessions = []
    for epochs in (1, 2):
        made = hornbook(home, "train", "mixed", "--set", f"training.epochs={epochs}", "--json")
        sessions.append(json.loads(made)["model"])
        hornbook(home, "deploy", sessions[-1], "--name", "mixed")
    key = json.loads(hornbook(home, "endpoint", "key", "add", "all", "--json"))["key"]
    return Trained(home, (sessions[0], sessions[1]), key)


@pytest.fixture(scope="module")
def trained(trained_once: Trained, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """A copy of the workspace for one module."""
    home = tmp_path_factory.mktemp("copy") / "home"
    shutil.copytree(trained_once.home, home)
    return Trained(home, trained_once.sessions, trained_once.key)


@pytest.fixture(scope="module")
def start(trained: Trained) -> Iterator[Callable[..., EndpointProcess]]:
    """Starts endpoints of the model `mixed`; they end with the module."""
    started: list[EndpointProcess] = []

    def start_one(*arguments: object) -> EndpointProcess:
        process = EndpointProcess(trained.home, "mixed", *arguments, key=trained.key)
        started.append(process)
        return process

    yield start_one
    for process in started:
        process.end()


@pytest.fixture(scope="module")
def endpoint(start: Callable[..., EndpointProcess]) -> EndpointProcess:
    """An endpoint with the settings that it has by itself."""
    return start()


def write_table(path: Path, rows: int = 300) -> None:
    """A table with a column of each kind."""
    random = np.random.default_rng(0)
    n, m = random.normal(size=(2, rows))
    colour = random.choice(["red", "green", "blue"], rows)
    words = ["good", "bad", "so", "very", "film", "plot", "a", "the"]
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(random.integers(0, 1500, rows), "D")
    frame = {
        "n": n.round(3),
        "m": random.integers(0, 500, rows) + m.round(),
        "colour": colour,
        "review": [" ".join(random.choice(words, 6)) + f" {row}" for row in range(rows)],
        "day": days.strftime("%Y-%m-%d"),
        "vector": [str(random.normal(size=3).round(3).tolist()) for _ in range(rows)],
        "answer": np.where(n + (colour == "red") > 0.3, "yes", "no"),
    }
    pd.DataFrame(frame).to_csv(path, index=False)
