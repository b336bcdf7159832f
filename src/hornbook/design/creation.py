"""Writing the files of a new design."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from hornbook.data import Table
from hornbook.design.architecture_template import architecture_template
from hornbook.design.folder import ARCHITECTURE_FILE, CUSTOM_SCORE_FILE, TASK_FILE, TRAINING_FILE
from hornbook.design.guess import Guess, guess_design
from hornbook.design.templates import (
    custom_score_template,
    task_template,
    text_template,
    training_template,
)
from hornbook.errors import UsageError
from hornbook.features.code_file import code_file
from hornbook.metrics import PredictionType

__all__ = ["create_design"]

_MOST_STEPS_UP = 4


def create_design(
    folder: Path,
    table: Table,
    data: Path,
    target: str | Sequence[str],
    *,
    test: Path | None = None,
    prediction_type: PredictionType | None = None,
    advanced: bool = False,
    with_training_code: bool = False,
) -> Guess:
    """Writes the files of a new design.

    Args:
        folder: the design folder, made if it is new.
        table: of the file with the rows to learn from.
        data: that file.
        target: the column to predict, or several for as many outputs.
        test: a file with the rows to measure on.
        prediction_type: guessed from the target when absent.
        advanced: whether `training.py` is written and used.
        with_training_code: whether it is written in any case, for whoever switches later.

    Raises:
        UsageError: the folder holds a design already, or is a file.
        DataError: the target cannot be predicted.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(
            f"'{folder}' is a file, expected a folder to make.", fix="Choose another name."
        )
    if (folder / TASK_FILE).exists():
        raise UsageError(
            f"'{folder}' holds a design already.",
            fix=f"Choose another folder, or delete {folder / TASK_FILE} first.",
        )
    guess = guess_design(table, target, prediction_type, base=folder)
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        TASK_FILE: task_template(
            guess,
            data_path=_path_from(folder, data),
            test_path=None if test is None else _path_from(folder, test),
            mode="advanced" if advanced else "standard",
        ),
        ARCHITECTURE_FILE: architecture_template(guess),
        CUSTOM_SCORE_FILE: custom_score_template(guess.prediction_type),
    }
    if advanced or with_training_code:
        files[TRAINING_FILE] = training_template()
    for column, feature in guess.features.items():
        if feature.max_words is not None:
            files[code_file(column)] = text_template(feature.max_words)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if not (folder / name).exists():
            (folder / name).write_text(text, "utf-8")
    return guess


def _path_from(folder: Path, data: Path) -> str:
    """The data's path as the design says it: relative while that is short."""
    relative = Path(os.path.relpath(data.resolve(), folder.resolve()))
    steps_up = sum(part == ".." for part in relative.parts)
    return relative.as_posix() if steps_up <= _MOST_STEPS_UP else data.resolve().as_posix()
