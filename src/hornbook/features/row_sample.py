"""A sample of the train rows that does not depend on how they come in blocks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hornbook.features.step import TrainBlock, TrainRows

__all__ = ["row_hashes", "sample_train_rows"]


def row_hashes(rows: NDArray[np.int64], seed: int) -> NDArray[np.uint64]:
    """A number for each row that looks random and is always the same.

    SplitMix64: G. Steele, D. Lea and C. Flood, *Fast splittable pseudorandom number
    generators*, 2014.

    Args:
        rows: row numbers in the table.
        seed: another one gives other numbers.
    """
    step = np.uint64(0x9E3779B97F4A7C15)
    with np.errstate(over="ignore"):
        mixed = (rows.astype(np.uint64) + np.uint64(1)) * step
        mixed ^= np.uint64(seed) * np.uint64(0xD1B54A32D192ED03)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return np.asarray(mixed ^ (mixed >> np.uint64(31)))


def sample_train_rows(train: TrainRows, n_rows: int, seed: int) -> TrainBlock:
    """The train rows with the `n_rows` smallest hashes, in the order of the table.

    Rows that cannot be among them are not preprocessed; memory holds twice the sample.

    Args:
        train: all train rows.
        n_rows: all of them where there are no more.
        seed: chooses other rows.
    """
    sample = _SmallestHashes(n_rows, seed)
    for block in train.blocks(sample.may_hold):
        sample.add(block)
    return sample.cut()


class _SmallestHashes:
    """The rows with the smallest hashes among those seen so far, and some more."""

    def __init__(self, n_rows: int, seed: int) -> None:
        self._n_rows = n_rows
        self._seed = seed
        self._bound = np.uint64(np.iinfo(np.uint64).max)
        self._parts: list[TrainBlock] = []
        self._held = 0

    def may_hold(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of some row numbers could be in the sample."""
        return np.asarray(row_hashes(rows, self._seed) <= self._bound)

    def add(self, block: TrainBlock) -> None:
        """Takes in rows that may be in the sample."""
        self._parts.append(block)
        self._held += len(block.rows)
        if self._held > 2 * self._n_rows:
            best = self.cut()
            self._parts, self._held = [best], len(best.rows)
            self._bound = row_hashes(best.rows, self._seed).max()

    def cut(self) -> TrainBlock:
        """The sample of all rows seen so far, in their order."""
        values = np.concatenate([part.values for part in self._parts])
        target = np.concatenate([part.target for part in self._parts])
        rows = np.concatenate([part.rows for part in self._parts])
        if len(rows) <= self._n_rows:
            return TrainBlock(values, target, rows)
        hashes = row_hashes(rows, self._seed)
        chosen = np.sort(np.argpartition(hashes, self._n_rows - 1)[: self._n_rows])
        return TrainBlock(values[chosen], target[chosen], rows[chosen])
