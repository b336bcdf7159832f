from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "from-the-original.md"
FIRST, *FILES = re.findall(
    r"^```python\n# (architecture|training)\.py\n(.*?)^```$",
    PAGE.read_text("utf-8"),
    re.MULTILINE | re.DOTALL,
)
PLACEHOLDER = "Ab3dE6gH"

pytestmark = pytest.mark.slow


class Workspace:
    """A design of 8 x 8 pixels whose first session `s1` is deployed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        random = np.random.default_rng(0)
        bright = random.integers(0, 2, 240)
        pixels = random.normal(size=(240, 64)) + bright[:, None] * 0.3
        frame = pd.DataFrame(pixels, columns=[f"pixel_{n}" for n in range(64)])
        frame.assign(good=np.where(bright, "yes", "no")).to_csv(folder / "wines.csv", index=False)
        self.run("init", "design", "--data", "wines.csv", "--target", "good", "--advanced")
        self.train("architecture", FIRST[1])
        deployed = self.run("deploy", "latest", "--name", "First")
        self.saved_model_id = str(deployed["saved_model_id"])

    def train(self, file: str, code: str) -> dict[str, Any]:
        """Trains the design with one of its files replaced."""
        files = {"architecture": FIRST[1], file: code}
        for name, text in files.items():
            (self.folder / "design" / f"{name}.py").write_text(text, "utf-8")
        mode = "advanced" if file == "training" else "standard"
        settings = ["--set", f"training.mode={mode}", "--set", "training.epochs=1"]
        return self.run("train", "design", *settings)

    def run(self, *arguments: str) -> dict[str, Any]:
        environment = {name: value for name, value in os.environ.items() if name != "KERAS_BACKEND"}
        done = subprocess.run(
            [sys.executable, "-m", "hornbook", *arguments, "--json"],
            cwd=self.folder,
            env={**environment, "HORNBOOK_HOME": str(self.folder / "home")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        value = json.loads(done.stdout)
        assert isinstance(value, dict)
        return value


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace(tmp_path_factory.mktemp("original"))


@pytest.mark.parametrize(("file", "code"), FILES, ids=range(1, len(FILES) + 1))
def test_an_example_trains(workspace: Workspace, file: str, code: str) -> None:
    code = code.replace(PLACEHOLDER, workspace.saved_model_id)
    trained = workspace.train(file, code)
    assert trained["status"] == "finished"
    assert "Test ROC AUC" in trained["history"]


def test_all_four_functions_and_both_modes_are_shown() -> None:
    shown = "".join(code for _, code in FILES)
    for name in ("model", "model_location"):
        for source in ("trained", "saved"):
            assert f"get_keras_{name}_from_{source}_model(" in shown
    assert {file for file, _ in FILES} == {"architecture", "training"}
