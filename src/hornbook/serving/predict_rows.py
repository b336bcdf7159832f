"""Predictions for a table or a frame as a whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from hornbook.atomic import partial_path
from hornbook.data import Table
from hornbook.errors import DataError
from hornbook.serving.frame_rows import frame_rows
from hornbook.serving.row_predictor import RowPredictor
from hornbook.serving.row_writers import file_writer, refuse_clashes, require_folder_of

__all__ = ["predict_file", "predict_frame"]

_MOST_BLOCK_ROWS = 65_536
_READ_BYTES = 64 * 2**20


def predict_file(
    predictor: RowPredictor,
    table: Table,
    output: Path,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Predicts a table block by block and writes it with the predictions beside its columns.

    Args:
        predictor: the model.
        table: the rows.
        output: a `.csv` or `.parquet` file, complete or not there at all.
        progress: called with the rows done and the rows in all.

    Returns:
        The number of rows that could not be scored.

    Raises:
        DataError: the ending is neither, or an input column has the name of an output.
    """
    if output.suffix.lower() not in (".csv", ".parquet"):
        raise DataError(
            f"Cannot write '{output.name}': the ending says neither CSV nor Parquet.",
            fix="Name the output something.csv or something.parquet.",
        )
    require_folder_of(output)
    refuse_clashes(table.column_names, predictor.output_columns)
    partial = partial_path(output.resolve())
    unscored = done = 0
    writer = file_writer(output, partial)
    try:
        n_rows = min(_MOST_BLOCK_ROWS, table.rows_within(_READ_BYTES, table.column_names))
        for frame in table.slices(table.column_names, n_rows):
            outputs = predictor.predict(frame)
            unscored += outputs.to_series(0).null_count()
            writer.write(frame.hstack(outputs.get_columns()).to_arrow())
            done += len(frame)
            if progress is not None:
                progress(done, table.n_rows)
        writer.finish()
        partial.replace(output)
    finally:
        writer.abandon()
        partial.unlink(missing_ok=True)
    return unscored


def predict_frame(predictor: RowPredictor, frame: pd.DataFrame) -> pd.DataFrame:
    """`RowPredictor.predict` for a pandas frame; the index is kept."""
    rows = frame_rows(frame, predictor.table_columns)
    predicted = predictor.predict(rows).to_pandas()
    predicted.index = frame.index
    return predicted
