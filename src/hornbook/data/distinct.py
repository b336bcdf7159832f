"""Counting different values in one pass and bounded memory."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["DistinctCounter"]

_LARGEST_COUNTER = 2**18
_SMALLEST_COUNTER = 2**13
_HASHES_IN_ALL = 2**23
_HASH_RANGE = 2.0**64


class DistinctCounter:
    """Counts the different values of a column by keeping its smallest hashes.

    Exact while there are fewer values than hashes kept; beyond that the k-th smallest of hashes
    spread evenly tells how many there are, within `1 / sqrt(k)` (Bar-Yossef et al., Counting
    distinct elements in a data stream, 2002). Owned by one writer; not shared between threads.

    Args:
        capacity: number of hashes kept, 8 bytes each.

    Example:
        >>> counter = DistinctCounter(capacity=8)
        >>> counter.add(np.array([17, 4, 17], dtype=np.uint64))
        >>> counter.count
        2
    """

    def __init__(self, capacity: int = _LARGEST_COUNTER) -> None:
        self.capacity = capacity
        self._smallest = np.empty(0, dtype=np.uint64)
        self._full = False

    @classmethod
    def for_table(cls, n_columns: int) -> DistinctCounter:
        """A counter for each of `n_columns`, which together take 64 MiB or little more."""
        share = _HASHES_IN_ALL // max(1, n_columns)
        return cls(capacity=min(_LARGEST_COUNTER, max(_SMALLEST_COUNTER, share)))

    def add(self, hashes: npt.NDArray[np.uint64]) -> None:
        """Counts in the values with these hashes, spread evenly over 64 bits."""
        if self._full:
            hashes = hashes[hashes < self._smallest[-1]]
        if not len(hashes):
            return
        # Sorted by hand: np.unique builds a table, which takes twenty times as long here.
        merged = np.sort(np.concatenate([self._smallest, hashes]))
        merged = merged[np.concatenate([[True], merged[1:] != merged[:-1]])]
        self._full = self._full or len(merged) > self.capacity
        self._smallest = merged[: self.capacity]

    @property
    def count(self) -> int:
        """Number of different values so far."""
        if not self._full:
            return len(self._smallest)
        return round((self.capacity - 1) / (float(self._smallest[-1]) / _HASH_RANGE))
