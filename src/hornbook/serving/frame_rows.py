"""The rows of a frame as a model reads them, wherever it runs; without Keras."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa

from hornbook.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["columns_of", "frame_rows"]


def frame_rows(frame: pd.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """The columns of a pandas frame that a model learnt from; others are left out.

    Args:
        frame: rows of any number.
        columns: what the model learnt from.

    Raises:
        DataError: a column is missing, or the frame is no table.
    """
    known = [name for name in columns if name in frame.columns]
    _require(columns, known)
    try:
        return pl.from_pandas(frame[known])
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise DataError(
            f"The frame cannot be read as a table: {error}",
            fix="Give every column one name of its own and values of one type.",
        ) from error


def columns_of(frame: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Some columns of a frame.

    Raises:
        DataError: one is missing.
    """
    _require(columns, frame.columns)
    # Column by column: `select` reads names such as `^a$` as patterns.
    return pl.DataFrame([frame[column] for column in columns])


def _require(wanted: Sequence[str], found: Sequence[str]) -> None:
    missing = [column for column in wanted if column not in found]
    if missing:
        raise DataError(
            f"The rows lack the columns {', '.join(map(repr, missing))}; they have "
            f"{', '.join(map(repr, found[:20]))}.",
            fix="Bring all columns the model was trained on.",
        )
