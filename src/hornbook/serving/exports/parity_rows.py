"""The rows on which an export is held against Hornbook: the design's test rows, where they are."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hornbook.data import Table, TableStore
from hornbook.errors import HornbookError
from hornbook.serving.exports.source import ExportSource
from hornbook.training.prepare import Preparation, open_tables
from hornbook.training.resources import DesignResources
from hornbook.training.user_code import UserCode

__all__ = ["MOST_ROWS", "ParityRows", "parity_rows"]

MOST_ROWS = 5000
"""How many rows are compared at most."""


@dataclass(frozen=True)
class ParityRows:
    """Raw rows to compare predictions on.

    Attributes:
        frame: the columns that the features read.
        origin: which rows they are, in a sentence.
    """

    frame: pl.DataFrame
    origin: str


def parity_rows(source: ExportSource, most: int = MOST_ROWS) -> ParityRows:
    """The test rows of a model; rows of its data file where the split cannot be made again.

    Args:
        source: the model.
        most: where there are more, so many that stand evenly among them.

    Returns:
        No rows where the data can no longer be read; the origin then says why.
    """
    columns = list(dict.fromkeys(source.artifact.pipeline.columns))
    try:
        if source.base is None:
            return _nothing(columns, "the folder of the design is no longer known")
        design = source.design
        table, test = open_tables(design, TableStore(source.home / "datasets"))
    except (HornbookError, OSError) as error:
        return _nothing(columns, str(error).splitlines()[0])
    try:
        # Of the training, to find its images, but its code is run only if the model is trusted.
        resources = replace(
            DesignResources.of_training(design, UserCode(design.path), source.home),
            trained=(source.folder, source.trusted),
        )
        sets = Preparation(design, table, test, resources).sets
        rows, tested = sets[0].test, table if test is None else test
        origin = "test rows of the design"
    except HornbookError:
        rows, tested = np.arange(table.n_rows), table
        origin = "rows of the data file, since its split could not be made again"
    return _chosen(tested, rows, columns, most, origin)


def _chosen(
    table: Table, rows: NDArray[np.int64], columns: list[str], most: int, origin: str
) -> ParityRows:
    if len(rows) > most:
        chosen = rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]
        return ParityRows(table.take(chosen, columns), f"{most:,} of the {len(rows):,} {origin}")
    return ParityRows(table.take(rows, columns), f"all {len(rows):,} {origin}")


def _nothing(columns: list[str], reason: str) -> ParityRows:
    return ParityRows(
        pl.DataFrame({name: [] for name in columns}),
        f"none, since the data cannot be read: {reason}",
    )
