"""Checking a design in a process of its own, up to its model built on the real input shapes."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hornbook.backends import choose_backend
from hornbook.design import ARCHITECTURE_FILE, DesignFolder, SourceFile, check_files
from hornbook.errors import DesignError, Problem, TrainingError
from hornbook.jobs.environment import worker_environment
from hornbook.registry import TaskRecord

__all__ = ["CheckReport", "check_design"]


@dataclass(frozen=True)
class CheckReport:
    """What a check found.

    Attributes:
        problems: errors and warnings.
        inputs: each with `name`, `shape`, `dtype`, `columns` (of the table) and `line` (in
            `architecture.py`); empty if the check did not get as far.
        layers: each with `name`, `type`, `shape`, `parameters`, and `inputs`, the layers that
            feed it.
        parameters: of the whole model.
        rows: `train`, `test` and `dropped` rows.
    """

    problems: tuple[Problem, ...]
    inputs: tuple[dict[str, Any], ...] = ()
    layers: tuple[dict[str, Any], ...] = ()
    parameters: int | None = None
    rows: dict[str, Any] | None = None

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that stop a training."""
        return tuple(problem for problem in self.problems if problem.severity == "error")


def check_design(
    folder: Path, home: Path, settings: Sequence[str] = (), *, task: TaskRecord | None = None
) -> CheckReport:
    """Checks a design folder whole.

    Args:
        folder: the design folder.
        home: the workspace's folder, where tables are kept.
        settings: `key=value` texts that go before what the file says.
        task: of the folder, if it was trained before; its models can give their weights.

    Raises:
        NotFoundError: it is no design folder.
        TrainingError: the user's code ended the checking process.
    """
    try:
        design = DesignFolder.read(folder, settings)
    except DesignError as error:
        return CheckReport((*error.problems, *check_files(folder, (ARCHITECTURE_FILE,))))
    files = [design.path / name for name in design.code_files]
    sources = [SourceFile.read(file) for file in files if file.is_file()]
    backend = choose_backend(
        design.task.runtime.backend, sources, reads_images=design.task.reads_images
    )
    with tempfile.TemporaryDirectory() as scratch:
        request, answer = Path(scratch) / "request.json", Path(scratch) / "answer.json"
        request.write_text(
            json.dumps(
                {
                    "folder": str(folder),
                    "home": str(home),
                    "analysis_id": "" if task is None else task.analysis_id,
                    "mltask_id": "" if task is None else task.mltask_id,
                    "settings": list(settings),
                    "answer": str(answer),
                }
            ),
            "utf-8",
        )
        worker = subprocess.run(
            [sys.executable, "-P", "-m", "hornbook.training.check_worker", str(request)],
            env=worker_environment(backend.name, home),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if not answer.exists():
            raise TrainingError(
                f"The check ended with exit code {worker.returncode} and no answer:\n"
                f"{worker.stderr.strip()[-2000:]}"
            )
        found = json.loads(answer.read_text("utf-8"))
    return CheckReport(
        tuple(Problem(**problem) for problem in found["problems"]),
        tuple(found["inputs"]),
        tuple(found["layers"]),
        found["parameters"],
        found.get("rows"),
    )
