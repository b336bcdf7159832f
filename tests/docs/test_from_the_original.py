from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

PAGE = Path(__file__).resolve().parents[2] / "docs" / "from-the-original.md"
EXAMPLES = re.findall(
    r"^```python\n# (architecture|training|features/photo)\.py\n(.*?)^```$",
    PAGE.read_text("utf-8"),
    re.MULTILINE | re.DOTALL,
)
FIRST, *ARCHITECTURES = [code for file, code in EXAMPLES if file == "architecture"]
(PREPROCESSING,) = [code for file, code in EXAMPLES if file == "features/photo"]
TRAININGS = [
    code for file, code in EXAMPLES if file == "training" and "photo_preprocessed" not in code
]
(WITH_PHOTOS,) = [
    code for file, code in EXAMPLES if file == "training" and "photo_preprocessed" in code
]
SAVED_MODEL_ID = "Ab3dE6gH"

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
        self.run("init", "design", "--data", "wines.csv", "--target", "good")
        self.train(FIRST)
        self.saved_model_id = self.run("deploy", "latest", "--name", "First")["saved_model_id"]

    def train(self, architecture: str, training: str | None = None) -> dict[str, Any]:
        """Trains with these files; in standard mode for one epoch without a `training.py`."""
        (self.folder / "design" / "architecture.py").write_text(architecture, "utf-8")
        if training is None:
            return self.run("train", "design", "--set", "training.epochs=1")
        (self.folder / "design" / "training.py").write_text(training, "utf-8")
        return self.run("train", "design", "--set", "training.mode=advanced")

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


@pytest.mark.parametrize(
    ("architecture", "training"),
    list(zip_longest(ARCHITECTURES, TRAININGS, fillvalue=FIRST)),
    ids=[str(number) for number in range(1, len(TRAININGS) + 1)],
)
def test_examples_train(workspace: Workspace, architecture: str, training: str) -> None:
    architecture = architecture.replace(SAVED_MODEL_ID, workspace.saved_model_id)
    trained = workspace.train(architecture, training)
    assert trained["status"] == "finished"
    assert "Test ROC AUC" in trained["history"]


def test_the_example_with_photos_trains(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    random = np.random.default_rng(0)
    (tmp_path / "design" / "photos").mkdir()
    for number in range(40):
        pixels = random.integers(0, 100, (20, 30, 3)) + 100 * (number % 2)
        image = Image.fromarray(pixels.astype(np.uint8))
        image.save(tmp_path / "design" / "photos" / f"{number}.jpg")
    answers = "".join(f"{number}.jpg,{'yes' if number % 2 else 'no'}\n" for number in range(40))
    (tmp_path / "photos.csv").write_text("photo,good\n" + answers)
    section = re.search(r"```toml\n(\[features\].*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert section is not None
    data = '[dataset]\npath = "../photos.csv"\n[target]\ncolumn = "good"\ntype = "binary"\n'
    (tmp_path / "design" / "task.toml").write_text(data + section[1])
    (tmp_path / "design" / "features").mkdir()
    (tmp_path / "design" / "features" / "photo.py").write_text(PREPROCESSING)
    architecture = FIRST.replace('"main"', '"photo_preprocessed"').replace(
        "(input_main)", "(Flatten()(input_main))"
    )
    imports = "from tensorflow.keras.layers import Flatten\n"
    trained = workspace.train(imports + architecture, WITH_PHOTOS)
    assert trained["status"] == "finished"


def test_all_four_functions_are_shown() -> None:
    shown = "".join(ARCHITECTURES)
    for name in ("model", "model_location"):
        for source in ("trained", "saved"):
            assert f"get_keras_{name}_from_{source}_model(" in shown
    assert len(TRAININGS) >= len(ARCHITECTURES)
