"""What a model made of some rows, and the file in which those of the test set are kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hornbook.training.job import PREDICTIONS_FILE

__all__ = [
    "EvaluatedRows",
    "read_test_predictions",
    "read_test_rows",
    "write_test_predictions",
]

_ROW = "row"


@dataclass(frozen=True)
class EvaluatedRows:
    """What a model made of some rows.

    Attributes:
        predictions: the network's raw outputs by name, float64 of shape `(n_rows, units)`.
        targets: by output name, values or class codes of shape `(n_rows,)`, labels of shape
            `(n_rows, n_labels)`.
        weight: row weights, or `None`.
        loss: the mean loss over the rows, as Keras' `evaluate` computes it.
        rows: their numbers in their table, from 0, int64 of shape `(n_rows,)`, where known.
    """

    predictions: dict[str, NDArray[np.float64]]
    targets: dict[str, NDArray[Any]]
    weight: NDArray[Any] | None
    loss: float
    rows: NDArray[np.int64] | None = None


def write_test_predictions(evaluated: EvaluatedRows, folder: Path) -> None:
    """Writes `truth`, `weight` if there is one, and `output_0`, `output_1`, … as Parquet.

    `row` is the number of each row in the test table, or in the train table where there is none,
    from 0. Of a named output the columns are called `truth:NAME` and `output_0:NAME`; labels stand
    in `truth_0`, `truth_1`, ….
    """
    columns: dict[str, NDArray[Any]] = {}
    for name, prediction in evaluated.predictions.items():
        ending = f":{name}" if name else ""
        truth = evaluated.targets[name]
        if truth.ndim == 1:
            columns[f"truth{ending}"] = truth
        else:
            columns |= {f"truth_{at}{ending}": column for at, column in enumerate(truth.T)}
        for unit, column in enumerate(prediction.T):
            columns[f"output_{unit}{ending}"] = column.astype(np.float32)
    if evaluated.weight is not None:
        columns["weight"] = evaluated.weight
    if evaluated.rows is not None:
        columns[_ROW] = evaluated.rows
    pl.DataFrame(columns).write_parquet(folder / PREDICTIONS_FILE)


def read_test_predictions(
    folder: Path, output: str = ""
) -> tuple[NDArray[Any], NDArray[np.float32], NDArray[np.float64] | None]:
    """Truth, raw outputs of shape `(n_rows, units)`, and row weights of one output."""
    frame = pl.read_parquet(folder / PREDICTIONS_FILE)
    ending = f":{output}" if output else ""

    def columns(kind: str) -> list[str]:
        numbered = (f"{kind}_{at}{ending}" for at in range(len(frame.columns)))
        return [name for name in numbered if name in frame.columns]

    if f"truth{ending}" in frame.columns:
        truth = frame[f"truth{ending}"].to_numpy()
    else:
        truth = np.column_stack([frame[name].to_numpy() for name in columns("truth")])
    outputs = np.column_stack([frame[name].to_numpy() for name in columns("output")])
    weight = frame["weight"].to_numpy() if "weight" in frame.columns else None
    return truth, outputs, weight


def read_test_rows(folder: Path) -> NDArray[np.int64]:
    """The number of each test row in its table; its position in the file where that is unknown."""
    path = folder / PREDICTIONS_FILE
    if _ROW not in pl.read_parquet_schema(path):
        n_rows = pl.scan_parquet(path).select(pl.len()).collect().item()
        return np.arange(n_rows, dtype=np.int64)
    rows: NDArray[np.int64] = pl.read_parquet(path, columns=[_ROW])[_ROW].to_numpy()
    return rows
