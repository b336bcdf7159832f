from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.resources import as_file, files
from pathlib import Path

import pytest

README = Path(__file__).resolve().parents[2] / "README.md"

pytestmark = pytest.mark.slow


def blocks(heading: str, language: str) -> list[str]:
    """The code blocks of a language below a heading of the README."""
    text = README.read_text("utf-8")
    section = re.search(rf"^## {heading}$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert section is not None, f"The README has no heading '{heading}'."
    found = re.findall(rf"^```{language}$\n(.*?)^```$", section[1], re.MULTILINE | re.DOTALL)
    assert found, f"Nothing in {language} below '{heading}'."
    return found


def run(command: list[str], folder: Path) -> str:
    """Runs a command in a folder, as a user with a workspace of their own does."""
    environment = {name: value for name, value in os.environ.items() if name != "KERAS_BACKEND"}
    environment["HORNBOOK_HOME"] = str(folder / "home")
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment.get('PATH', '')}"
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def toured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder in which the README's tour was run, and what it printed."""
    folder = tmp_path_factory.mktemp("tour")
    with as_file(files("hornbook") / "samples" / "wine_quality_white.csv") as sample:
        shutil.copyfile(sample, folder / "wine_quality_white.csv")
    (tour,) = blocks("Your own table", "sh")
    return folder, run(["bash", "-euo", "pipefail", "-c", tour], folder)


def test_the_tour_ends_with_predictions(toured: tuple[Path, str]) -> None:
    folder, printed = toured
    assert "R2 Score  ◂ chosen" in printed
    header, *lines = (folder / "predictions.csv").read_text("utf-8").splitlines()
    assert header.endswith('"quality","prediction"')
    assert len(lines) == 4898


def test_the_architecture_is_what_init_writes(toured: tuple[Path, str]) -> None:
    folder, _ = toured
    (shown,) = blocks("The architecture is yours", "python")
    written = (folder / "quality" / "architecture.py").read_text("utf-8")
    without_docstrings = re.sub(r'^ *"""(.*?)"""\n\n?', "", written, flags=re.MULTILINE | re.DOTALL)
    assert shown == without_docstrings


def test_the_python_example_runs(toured: tuple[Path, str]) -> None:
    folder, _ = toured
    (example,) = blocks("From Python", "python")
    printed = run([sys.executable, "-c", example], folder)
    assert "prediction" in printed
    assert "Total params" in printed
