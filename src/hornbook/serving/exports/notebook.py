"""`notebook`: a Jupyter notebook that trains the model again, step by step."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from pprint import pformat
from typing import Any

from hornbook.atomic import write_json_atomically
from hornbook.errors import ExportError
from hornbook.serving.exports.notebook_cells import (
    BUILD,
    DATA,
    DESIGN,
    EVALUATE,
    EVALUATION,
    FEATURES,
    MODEL,
    PREDICT,
    PREDICTIONS,
    PREPARE,
    READ,
    ROWS,
    SETTINGS,
    SPLIT,
    TITLE,
    TRAIN,
    TRAINING,
)
from hornbook.serving.exports.report import ExportReport
from hornbook.serving.exports.source import ExportSource
from hornbook.training.result import TrainingResult

__all__ = ["export_notebook"]

_CODE_ENDINGS = (".py", ".toml", ".json", ".txt", ".yaml", ".yml")


def export_notebook(source: ExportSource, target: Path) -> ExportReport:
    """Writes the notebook; running it needs Hornbook and the data, not the workspace.

    Raises:
        ExportError: the session that trained the model is no longer there.
    """
    result = TrainingResult.read(source.folder)
    if source.job is None or result is None:
        raise ExportError(
            f"The model {source.reference} cannot be trained again: the session that trained it "
            "is no longer there, so where its data are is not known.",
            fix="Export the model of a session.",
        )
    cells = list(_cells(source, result))
    write_json_atomically(target, _notebook(cells))
    notes = ["Running it needs Hornbook, its data and a Jupyter kernel of this environment."]
    if not source.design.data_path.is_file():
        notes.append(f"The data are not where they were, in {source.design.data_path}.")
    if source.design.task.split.folds is not None:
        notes.append("It trains the first fold; the metrics of the model are means over all.")
    return ExportReport("notebook", target, tuple(notes))


def _cells(source: ExportSource, result: TrainingResult) -> Iterator[tuple[str, str]]:
    """The cells in order: their kind and their text."""
    task = source.design.task
    files = _design_files(source.design_path)
    yield (
        "markdown",
        TITLE.format(model=source.reference, target=result.target, kind=result.prediction_type),
    )
    yield (
        "code",
        SETTINGS.format(
            backend=source.artifact.backend,
            base=str(source.base),
            home=str(source.home),
            ids=source.ids,
            folders=sorted({str(path.relative_to(source.design_path).parent) for path in files}),
        ),
    )
    yield "markdown", DESIGN
    for path in files:
        name = json.dumps(f"rebuilt/design/{path.relative_to(source.design_path)}")
        yield "code", f"%%writefile {name}\n{path.read_text('utf-8')}"
    yield "markdown", DATA
    yield "code", READ
    yield (
        "markdown",
        ROWS.format(
            seed=task.seed,
            method=task.split.method,
            share=f"{task.split.test_share:.0%}",
            folds=""
            if task.split.folds is None
            else f" Of {task.split.folds} folds, this notebook trains the first one.",
        ),
    )
    yield "code", SPLIT
    yield "markdown", FEATURES
    yield "code", PREPARE
    yield "markdown", MODEL
    yield "code", BUILD
    yield (
        "markdown",
        TRAINING[task.training.mode].format(
            epochs=task.training.epochs, metric=task.metric, measured=result.measured_on
        ),
    )
    yield "code", TRAIN
    yield "markdown", EVALUATION
    yield "code", EVALUATE.format(metrics=pformat(result.metrics, sort_dicts=False))
    yield "markdown", PREDICTIONS
    yield "code", PREDICT


def _design_files(folder: Path) -> list[Path]:
    """The files of a design, `task.toml` first."""
    files = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in _CODE_ENDINGS and "__pycache__" not in path.parts
    ]
    return sorted(files, key=lambda path: path.name != "task.toml")


def _notebook(cells: list[tuple[str, str]]) -> dict[str, Any]:
    """Cells in the form of `nbformat` 4.5."""
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "cells": [
            {
                "id": f"cell-{number}",
                "cell_type": kind,
                "metadata": {},
                "source": text.strip("\n").splitlines(keepends=True),
                **({"execution_count": None, "outputs": []} if kind == "code" else {}),
            }
            for number, (kind, text) in enumerate(cells, start=1)
        ],
    }
