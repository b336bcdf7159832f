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

__all__ = ["CheckReport", "ColumnPreview", "check_design", "preview_column"]


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
    request = {
        "analysis_id": "" if task is None else task.analysis_id,
        "mltask_id": "" if task is None else task.mltask_id,
        "settings": list(settings),
    }
    found = _answer_of("hornbook.training.check_worker", design, home, request)
    return CheckReport(
        tuple(Problem(**problem) for problem in found["problems"]),
        tuple(found["inputs"]),
        tuple(found["layers"]),
        found["parameters"],
        found.get("rows"),
    )


@dataclass(frozen=True)
class ColumnPreview:
    """What becomes of the first train rows of one column.

    Attributes:
        problems: why there is nothing to show.
        input: the network's input that the column goes to.
        shape, dtype: of that input, as this column alone fills it.
        columns: names of the numbers, the first 64; none for e.g. images.
        before: the values in the table.
        after: of each row, the first 64 numbers.
    """

    problems: tuple[Problem, ...] = ()
    input: str = ""
    shape: tuple[int, ...] = ()
    dtype: str = ""
    columns: tuple[str, ...] = ()
    before: tuple[str | None, ...] = ()
    after: tuple[tuple[float | None, ...], ...] = ()


def preview_column(folder: Path, home: Path, column: str, n_rows: int = 5) -> ColumnPreview:
    """Fits the handling of one column and preprocesses the first train rows of it.

    Args:
        folder: the design folder.
        home: the workspace's folder.
        column: that feeds the network.
        n_rows: how many.

    Raises:
        NotFoundError: it is no design folder.
        TrainingError: the user's code ended the process.
    """
    try:
        design = DesignFolder.read(folder)
    except DesignError as error:
        return ColumnPreview(error.problems)
    request = {"column": column, "rows": n_rows}
    found = _answer_of("hornbook.training.preview_worker", design, home, request)
    found["problems"] = tuple(Problem(**problem) for problem in found["problems"])
    return ColumnPreview(**found)


def _answer_of(
    module: str, design: DesignFolder, home: Path, request: dict[str, Any]
) -> dict[str, Any]:
    """What a process says to a request about a design.

    Raises:
        TrainingError: it ended without an answer.
    """
    files = [design.path / name for name in design.code_files]
    sources = [SourceFile.read(file) for file in files if file.is_file()]
    backend = choose_backend(
        design.task.runtime.backend, sources, reads_images=design.task.reads_images
    )
    with tempfile.TemporaryDirectory() as scratch:
        asked, answer = Path(scratch) / "request.json", Path(scratch) / "answer.json"
        places = {"folder": str(design.path), "home": str(home), "answer": str(answer)}
        asked.write_text(json.dumps({**request, **places}), "utf-8")
        worker = subprocess.run(
            [sys.executable, "-P", "-m", module, str(asked)],
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
        found: dict[str, Any] = json.loads(answer.read_text("utf-8"))
        return found
