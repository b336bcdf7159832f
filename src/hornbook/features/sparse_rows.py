"""Rows of which most values are zero, on their way to a dense array."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

__all__ = ["SparseRows"]


@dataclass(frozen=True)
class SparseRows:
    """The values of a matrix that are there, row by row, in the order of their columns.

    Attributes:
        rows: of each value, ascending, shape `(n_values,)`.
        columns: of each value, ascending within a row, shape `(n_values,)`.
        values: shape `(n_values,)`.
        shape: `(n_rows, n_columns)` of the matrix.
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    values: NDArray[np.float64]
    shape: tuple[int, int]

    @classmethod
    def summed(
        cls,
        rows: NDArray[Any],
        columns: NDArray[Any],
        shape: tuple[int, int],
        values: NDArray[Any] | None = None,
    ) -> Self:
        """From values in any order; those in the same place are added up.

        Args:
            rows: of each value.
            columns: of each value.
            shape: of the matrix.
            values: all 1 where absent.

        Example:
            >>> SparseRows.summed(np.array([1, 1]), np.array([0, 0]), (2, 2)).dense().tolist()
            [[0.0, 0.0], [2.0, 0.0]]
        """
        places = rows.astype(np.int64) * shape[1] + columns
        if values is None:
            found, counts = np.unique(places, return_counts=True)
            sums = counts.astype(np.float64)
        else:
            found, inverse = np.unique(places, return_inverse=True)
            sums = np.bincount(inverse, values, len(found)).astype(np.float64)
        found_rows, found_columns = np.divmod(found, shape[1])
        return cls(found_rows, found_columns, sums, shape)

    @classmethod
    def stacked(cls, parts: Sequence[Self]) -> Self:
        """The rows of all parts, one part after the other; at least one."""
        starts = np.cumsum([0, *(part.shape[0] for part in parts)])
        return cls(
            np.concatenate([part.rows + start for part, start in zip(parts, starts, strict=False)]),
            np.concatenate([part.columns for part in parts]),
            np.concatenate([part.values for part in parts]),
            (int(starts[-1]), parts[0].shape[1]),
        )

    def filtered(self, kept: NDArray[np.bool_]) -> Self:
        """Some of the rows: those where `kept`, of shape `(n_rows,)`, is true."""
        inside = kept[self.rows]
        position = np.cumsum(kept) - 1
        return replace(
            self,
            rows=position[self.rows[inside]],
            columns=self.columns[inside],
            values=self.values[inside],
            shape=(int(kept.sum()), self.shape[1]),
        )

    def taken(self, columns: NDArray[np.int64]) -> Self:
        """Some of the columns, whose numbers are ascending.

        Example:
            >>> rows = SparseRows.summed(np.array([0, 0]), np.array([1, 3]), (1, 5))
            >>> rows.taken(np.array([2, 3])).dense().tolist()
            [[0.0, 1.0]]
        """
        position = np.full(self.shape[1], -1, np.int64)
        position[columns] = np.arange(len(columns))
        inside = position[self.columns] >= 0
        return replace(
            self,
            rows=self.rows[inside],
            columns=position[self.columns[inside]],
            values=self.values[inside],
            shape=(self.shape[0], len(columns)),
        )

    def with_values(self, values: NDArray[np.float64]) -> Self:
        """Other values in the same places."""
        return replace(self, values=values)

    def scaled(self, weights: NDArray[Any]) -> Self:
        """Every column times its weight, shape `(n_columns,)`."""
        return self.with_values(self.values * weights[self.columns])

    def normalized(self) -> Self:
        """Every row divided by its Euclidean length; rows of zeros stay."""
        squares = np.bincount(self.rows, self.values * self.values, self.shape[0])
        lengths = np.sqrt(squares)
        lengths[lengths == 0] = 1.0
        return self.with_values(self.values / lengths[self.rows])

    def fill(self, array: NDArray[np.float32]) -> None:
        """Writes the values into an array of zeros, of `shape`, that is contiguous."""
        array.reshape(-1)[self.rows * self.shape[1] + self.columns] = self.values

    def dense(self) -> NDArray[np.float32]:
        """The matrix, of `shape`."""
        array = np.zeros(self.shape, np.float32)
        self.fill(array)
        return array
