"""Rows of a table as arrays: the one place where a batch's content is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hornbook.data import Table
from hornbook.errors import DataError
from hornbook.features import FeaturePipeline, TargetEncoder

__all__ = ["Batch", "PreparedRows"]


@dataclass(frozen=True)
class Batch:
    """Preprocessed rows.

    Attributes:
        inputs: by input name, an array of shape `(n_rows, …)`.
        target: values or class codes, shape `(n_rows,)`.
        weight: row weights, shape `(n_rows,)`; `None` where all rows count the same.
    """

    inputs: dict[str, NDArray[Any]]
    target: NDArray[Any]
    weight: NDArray[np.float32] | None

    def __getitem__(self, rows: slice) -> Batch:
        """A slice of the rows, without copying."""
        return Batch(
            {name: array[rows] for name, array in self.inputs.items()},
            self.target[rows],
            None if self.weight is None else self.weight[rows],
        )


@dataclass(frozen=True)
class PreparedRows:
    """Some rows of a table, readable in any order as preprocessed arrays.

    It holds no data but the row numbers: every read gathers from the table on disk. Several
    threads may read at once.

    Attributes:
        table: the table on disk.
        rows: the row numbers, shape `(n_rows,)`.
        pipeline: the fitted features.
        target: the encoder of the target column.
        sample_weight: the column of row weights, if the design names one.
        class_weights: by class code, shape `(n_classes,)`; `None` for no class weights.
        fitted: whether these are the rows that the features were fitted on.
    """

    table: Table
    rows: NDArray[np.int64]
    pipeline: FeaturePipeline
    target: TargetEncoder
    sample_weight: str | None = None
    class_weights: NDArray[np.float32] | None = None
    fitted: bool = False

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def block_rows(self) -> int:
        """How many rows to preprocess at once."""
        return self.pipeline.block_rows

    def read(self, positions: NDArray[np.int64]) -> Batch:
        """Gathers and preprocesses rows.

        Args:
            positions: indices into `rows`, shape `(n,)`, in the order wanted.
        """
        columns = [*self.pipeline.columns, self.target.column]
        if self.sample_weight is not None and self.sample_weight not in columns:
            columns.append(self.sample_weight)
        rows = self.rows[positions]
        frame = self.table.take(rows, list(dict.fromkeys(columns)))
        target = self.target.encode(frame[self.target.column])
        inputs = self.pipeline.transform(frame, rows if self.fitted else None)
        return Batch(inputs, target, self._weight(frame, target))

    def read_target(self) -> tuple[NDArray[Any], NDArray[np.float64] | None]:
        """The target and the sample weights of all rows, class weights left out."""
        columns = [self.target.column, *([self.sample_weight] if self.sample_weight else [])]
        frame = self.table.take(self.rows, columns)
        target = self.target.encode(frame[self.target.column])
        if self.sample_weight is None:
            return target, None
        return target, row_weights(frame[self.sample_weight])

    def _weight(self, frame: pl.DataFrame, target: NDArray[Any]) -> NDArray[np.float32] | None:
        weight: NDArray[Any] | None = None
        if self.sample_weight is not None:
            weight = row_weights(frame[self.sample_weight])
        if self.class_weights is not None:
            by_class = self.class_weights[target]
            weight = by_class if weight is None else weight * by_class
        return None if weight is None else weight.astype(np.float32)


def row_weights(series: pl.Series) -> NDArray[np.float64]:
    """A column of row weights as numbers.

    Raises:
        DataError: a weight is missing, negative or infinite.
    """
    weights = series.cast(pl.Float64, strict=False).to_numpy()
    wrong = ~(np.isfinite(weights) & (weights >= 0))
    if wrong.any():
        received = series.filter(pl.Series(wrong))[0]
        raise DataError(
            f"The weight column '{series.name}' holds {received!r}; weights are numbers of 0 "
            "or more in every row.",
            fix="Fill the missing weights in, or drop [weights] sample_weight.",
        )
    return weights


def balanced_class_weights(
    target: NDArray[Any], n_classes: int, sample_weight: NDArray[Any] | None = None
) -> NDArray[np.float32]:
    """Weights by which every class counts the same in total: `n_rows / (n_classes * count)`.

    The formula of scikit-learn's `compute_class_weight("balanced")`; a class without rows
    weighs 1.

    Args:
        target: class codes of the train rows, shape `(n_rows,)`.
        n_classes: how many classes there are.
        sample_weight: row weights, which then count instead of rows.

    Example:
        >>> balanced_class_weights(np.array([0, 0, 0, 1]), 2).tolist()
        [0.6666666865348816, 2.0]
    """
    counts = np.bincount(target, weights=sample_weight, minlength=n_classes).astype(np.float64)
    present = np.count_nonzero(counts)
    with np.errstate(divide="ignore"):
        weights = counts.sum() / (present * counts)
    return np.where(counts > 0, weights, 1.0).astype(np.float32)
