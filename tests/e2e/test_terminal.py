"""What lies in the folder that a command is called in."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec

import pytest

pytestmark = pytest.mark.slow


def run_installed(terminal, *arguments):
    """Runs the command as installed: without the current folder among Python's own."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "hornbook", *map(str, arguments), "--json"],
        cwd=terminal.folder,
        env=terminal.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return json.loads(done.stdout)


def test_python_files_beside_the_design_are_not_imported(terminal, small_table):
    run_installed(terminal, "init", "task", "--data", small_table(), "--target", "answer")
    for name in ("polars", "keras", "pyarrow"):
        assert find_spec(name) is not None
        terminal.write(f"{name}.py", f"raise RuntimeError('the wrong {name}')\n")
    assert run_installed(terminal, "check", "task")["valid"]
    trained = run_installed(terminal, "train", "task", "--set", "training.epochs=1")
    assert trained["status"] == "finished"
