"""The process that preprocesses a few rows, started by `module_command` with a request.

It may run the user's processor of the column. The request is a JSON file with `folder`,
`home`, `column`, `rows` and `answer`; what came out is written to the file that `answer` names.
"""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import keras
import numpy as np

from hornbook.backends import open_backend
from hornbook.data import TableStore
from hornbook.design import TASK_FILE, DesignFolder
from hornbook.design.task import GenerationSection, ReductionSection
from hornbook.errors import DesignError, Problem
from hornbook.training.answer import answering
from hornbook.training.context import enter_design
from hornbook.training.prepare import open_tables, prepare_data
from hornbook.training.resources import DesignResources
from hornbook.training.user_code import UserCode

__all__ = ["main"]

_MOST_NUMBERS = 64
_LONGEST_TEXT = 200


def main(request: Path) -> None:
    """Preprocesses the rows of a request and writes the answer."""
    asked = json.loads(request.read_text("utf-8"))
    answer: dict[str, Any] = {"problems": []}
    with answering(Path(asked["answer"]), answer):
        answer |= _preview(
            Path(asked["folder"]), Path(asked["home"]), asked["column"], asked["rows"]
        )


def _preview(folder: Path, home: Path, column: str, n_rows: int) -> dict[str, Any]:
    open_backend(keras.backend.backend())
    design = _only(DesignFolder.read(folder), column)
    enter_design(design, home)
    code = UserCode(design.path, design.libraries)
    resources = DesignResources.of_training(design, code, home)
    data = prepare_data(design, *open_tables(design, TableStore(home / "datasets")), resources)
    places = np.arange(min(n_rows, len(data.train)))
    before = data.train.table.take(data.train.rows[places].astype(np.int64), [column])[column]
    after = data.train.read(places)
    [spec] = data.pipeline.inputs.values()
    names = [one.name for one in islice(spec.columns, _MOST_NUMBERS)]
    return {
        "input": spec.name,
        "shape": list(spec.shape),
        "dtype": spec.dtype,
        "columns": names,
        "before": [None if value is None else str(value)[:_LONGEST_TEXT] for value in before],
        "after": [
            row.reshape(-1)[:_MOST_NUMBERS].astype(float).tolist()
            for row in after.inputs[spec.name]
        ],
    }


def _only(design: DesignFolder, column: str) -> DesignFolder:
    """The design with one feature, and nothing done to the filled input."""
    entry = design.task.features.get(column)
    if entry is None or entry.role != "input":
        raise DesignError([Problem(f"'{column}' does not feed the network", TASK_FILE)])
    changes = {
        "features": {column: entry},
        "generation": GenerationSection(),
        "reduction": ReductionSection(),
    }
    return replace(design, task=design.task.model_copy(update=changes))
