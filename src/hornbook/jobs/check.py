"""Checking a design in a process of its own, up to its model built on the real input shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hornbook.design import ARCHITECTURE_FILE, DesignFolder, check_files
from hornbook.errors import DesignError, Problem
from hornbook.jobs.check_process import CheckProcesses
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
        memory: what the network takes while it trains, in bytes: `weights`, `gradients`,
            `optimizer`, `activations` and `inputs` of one batch, and the `batch_size`; absent
            where the check did not get as far.
        measures: whether the process goes on to measure the time of a step.
    """

    problems: tuple[Problem, ...]
    inputs: tuple[dict[str, Any], ...] = ()
    layers: tuple[dict[str, Any], ...] = ()
    parameters: int | None = None
    rows: dict[str, Any] | None = None
    memory: dict[str, int | None] | None = None
    measures: bool = False

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that stop a training."""
        return tuple(problem for problem in self.problems if problem.severity == "error")


def check_design(
    folder: Path,
    home: Path,
    settings: Sequence[str] = (),
    *,
    task: TaskRecord | None = None,
    processes: CheckProcesses | None = None,
) -> CheckReport:
    """Checks a design folder whole.

    Args:
        folder: the design folder.
        home: the workspace's folder, where tables are kept.
        settings: `key=value` texts that go before what the file says.
        task: of the folder, if it was trained before; its models can give their weights.
        processes: of a server; the one that checks then goes on to measure, for that task.

    Raises:
        NotFoundError: it is no design folder, or the device it asks for is not there.
        TrainingError: the user's code ended the checking process.
    """
    try:
        design = DesignFolder.read(folder, settings)
    except DesignError as error:
        return CheckReport((*error.problems, *check_files(folder, (ARCHITECTURE_FILE,))))
    is_measured = processes is not None and task is not None
    request = {
        "analysis_id": "" if task is None else task.analysis_id,
        "mltask_id": "" if task is None else task.mltask_id,
        "settings": list(settings),
        "measures": is_measured,
    }
    at_work = processes or CheckProcesses(home, keeps_ready=False)
    if processes is not None and task is not None:
        processes.forget(task.reference)
    process = at_work.start("check", design, request)
    measures = False
    try:
        found = process.answer()
        measures = is_measured and not _has_errors(found)
    finally:
        if measures and task is not None:
            at_work.keep_measuring(task.reference, process)
        else:
            at_work.finish(process)
    return CheckReport(
        tuple(Problem(**problem) for problem in found["problems"]),
        tuple(found["inputs"]),
        tuple(found["layers"]),
        found["parameters"],
        found.get("rows"),
        found.get("memory"),
        measures,
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


def preview_column(
    folder: Path,
    home: Path,
    column: str,
    n_rows: int = 5,
    *,
    processes: CheckProcesses | None = None,
) -> ColumnPreview:
    """Fits the handling of one column and preprocesses the first train rows of it.

    Args:
        folder: the design folder.
        home: the workspace's folder.
        column: that feeds the network.
        n_rows: how many.
        processes: of a server.

    Raises:
        NotFoundError: it is no design folder, or the device it asks for is not there.
        TrainingError: the user's code ended the process.
    """
    try:
        design = DesignFolder.read(folder)
    except DesignError as error:
        return ColumnPreview(error.problems)
    request = {"column": column, "rows": n_rows}
    at_work = processes or CheckProcesses(home, keeps_ready=False)
    process = at_work.start("preview", design, request)
    try:
        found = process.answer()
    finally:
        at_work.finish(process)
    found["problems"] = tuple(Problem(**problem) for problem in found["problems"])
    for name in ("shape", "columns", "before"):
        found[name] = tuple(found.get(name, ()))
    found["after"] = tuple(map(tuple, found.get("after", ())))
    return ColumnPreview(**found)


def _has_errors(answer: Mapping[str, Any]) -> bool:
    return any(problem["severity"] == "error" for problem in answer["problems"])
