"""Rows of a table as arrays: the one place where a batch's content is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hornbook.data import Table
from hornbook.errors import DataError
from hornbook.features import FeaturePipeline, Targets

__all__ = ["Batch", "PreparedRows"]

_READ_BYTES = 64 * 2**20


@dataclass(frozen=True)
class Batch:
    """Preprocessed rows.

    Attributes:
        inputs: by input name, an array of shape `(n_rows, …)`.
        targets: by output name, values or class codes of shape `(n_rows,)`, labels of shape
            `(n_rows, n_labels)`.
        weights: by output name, row weights of shape `(n_rows,)`; `None` where all rows count
            the same.
    """

    inputs: dict[str, NDArray[Any]]
    targets: dict[str, NDArray[Any]]
    weights: dict[str, NDArray[np.float32]] | None

    def __len__(self) -> int:
        return len(next(iter(self.targets.values())))

    def __getitem__(self, rows: slice) -> Batch:
        """A slice of the rows, without copying."""
        return Batch(
            {name: array[rows] for name, array in self.inputs.items()},
            {name: array[rows] for name, array in self.targets.items()},
            None
            if self.weights is None
            else {name: array[rows] for name, array in self.weights.items()},
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
        targets: the encoders of the target columns.
        sample_weight: the column of row weights, if the design names one.
        class_weights: by output name, a weight for each class code, shape `(n_classes,)`; for
            the outputs that have class weights.
        fitted: whether these are the rows that the features were fitted on.
    """

    table: Table
    rows: NDArray[np.int64]
    pipeline: FeaturePipeline
    targets: Targets
    sample_weight: str | None = None
    class_weights: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    fitted: bool = False

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def block_rows(self) -> int:
        """How many rows to preprocess at once: bounded in bytes, those read and those made."""
        columns = self._columns(self.pipeline.columns)
        return min(self.pipeline.block_rows, self.table.rows_within(_READ_BYTES, columns))

    def read(self, positions: NDArray[np.int64]) -> Batch:
        """Gathers and preprocesses rows.

        Args:
            positions: indices into `rows`, shape `(n,)`, in the order wanted.
        """
        rows = self.rows[positions]
        frame = self.table.take(rows, self._columns(self.pipeline.columns))
        targets = self.targets.encode(frame)
        inputs = self.pipeline.transform(frame, rows if self.fitted else None)
        return Batch(inputs, targets, self._weights(frame, targets))

    def read_targets(self) -> tuple[dict[str, NDArray[Any]], NDArray[np.float64] | None]:
        """The targets and the sample weights of all rows, class weights left out."""
        frame = self.table.take(self.rows, self._columns(()))
        targets = self.targets.encode(frame)
        if self.sample_weight is None:
            return targets, None
        return targets, row_weights(frame[self.sample_weight])

    def _columns(self, features: tuple[str, ...]) -> list[str]:
        weight = () if self.sample_weight is None else (self.sample_weight,)
        return list(dict.fromkeys((*features, *self.targets.columns, *weight)))

    def _weights(
        self, frame: pl.DataFrame, targets: dict[str, NDArray[Any]]
    ) -> dict[str, NDArray[np.float32]] | None:
        if self.sample_weight is None and not self.class_weights:
            return None
        weight = np.ones(len(frame))
        if self.sample_weight is not None:
            weight = row_weights(frame[self.sample_weight])
        weights = {}
        for name, codes in targets.items():
            by_class = self.class_weights.get(name)
            of_output = weight if by_class is None else weight * by_class[codes]
            weights[name] = of_output.astype(np.float32)
        return weights


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
