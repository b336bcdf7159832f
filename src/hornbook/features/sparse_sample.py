"""A sample of sparse rows, bounded by their number and by their values."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hornbook.features.sparse_rows import SparseRows

__all__ = ["SparseSample"]


class SparseSample:
    """The rows of the lowest ranks, whatever blocks they come in.

    Args:
        most_rows: to sample.
        most_values: of all sampled rows together; a sample of long rows has fewer of them.
    """

    def __init__(self, most_rows: int, most_values: int) -> None:
        self._most_rows = most_rows
        self._most_values = most_values
        self._highest = np.iinfo(np.uint64).max
        self._ranks: list[NDArray[np.uint64]] = []
        self._counts: list[SparseRows] = []

    def wants(self, ranks: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Which rows may still be among the lowest."""
        return ranks <= self._highest

    def add(self, ranks: NDArray[np.uint64], counts: SparseRows) -> None:
        """Takes in rows, shape `(n_rows,)`, and their values."""
        self._ranks.append(ranks)
        self._counts.append(counts)
        n_values = sum(len(one.values) for one in self._counts)
        n_rows = sum(map(len, self._ranks))
        if n_rows > 2 * self._most_rows or n_values > 2 * self._most_values:
            self._trim()

    def finish(self, n_columns: int) -> SparseRows:
        """The values of the rows of the lowest ranks, in the order they came in."""
        if not self._counts:
            nothing = np.empty(0, np.int64)
            return SparseRows(nothing, nothing, np.empty(0), (0, n_columns))
        self._trim()
        return self._counts[0]

    def _trim(self) -> None:
        ranks = np.concatenate(self._ranks)
        counts = SparseRows.stacked(self._counts)
        sizes = np.bincount(counts.rows, minlength=len(ranks))
        order = np.argsort(ranks, kind="stable")
        fits = np.cumsum(sizes[order]) <= self._most_values
        # The lowest ranks, and no later one that happens to fit in again; at least one.
        n_kept = max(1, min(int(fits.sum()), self._most_rows))
        if n_kept < len(ranks):
            self._highest = ranks[order[n_kept - 1]]
            kept = np.zeros(len(ranks), np.bool_)
            kept[order[:n_kept]] = True
            counts = counts.filtered(kept)
            ranks = ranks[kept]
        self._ranks, self._counts = [ranks], [counts]
