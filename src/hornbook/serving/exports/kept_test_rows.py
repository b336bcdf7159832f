"""The test rows of a trained model, read again from their file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from hornbook.data import TableStore
from hornbook.design import DesignFolder
from hornbook.errors import DataError, NotFoundError
from hornbook.training.artifact import ModelArtifact
from hornbook.training.evaluated_rows import read_test_rows
from hornbook.training.job import DESIGN_FOLDER, PREDICTIONS_FILE, TrainingJob

__all__ = ["kept_test_rows"]

_BLOCK_ROWS = 8192


def kept_test_rows(artifact: ModelArtifact, home: Path) -> Iterator[pl.DataFrame]:
    """The rows that a model was measured on, a block at a time, with all columns.

    Args:
        artifact: of a session's model.
        home: the workspace's folder.

    Raises:
        NotFoundError: the training kept no test rows.
        DataError: the file is gone or cannot be read, or has fewer rows than it had.
    """
    session = artifact.folder.parent
    if not (session / PREDICTIONS_FILE).is_file():
        raise NotFoundError(f"The model in {session} has no test rows.")
    rows = read_test_rows(session)
    base = Path(TrainingJob.read(session).base)
    design = DesignFolder.read(session / DESIGN_FOLDER, base=base)
    store = TableStore(home / "datasets")
    if design.test_path is None:
        table = store.read(design.data_path, design.read_options)
    else:
        table = store.read(design.test_path, artifact.reading)
    if len(rows) and int(rows.max()) >= table.n_rows:
        raise DataError(
            f"'{table.source}' has {table.n_rows:,} rows, and row {int(rows.max()) + 1:,} was a "
            "test row of this model: it is another file than at the training.",
            fix="Bring the file back, or name a file with rows to compare on.",
        )
    for start in range(0, len(rows), _BLOCK_ROWS):
        yield table.take(rows[start : start + _BLOCK_ROWS], table.column_names)
