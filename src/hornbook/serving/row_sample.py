"""Rows drawn at random from a stream of unknown length."""

from __future__ import annotations

import numpy as np
import polars as pl

__all__ = ["RowSample"]


class RowSample:
    """A sample in which each row of the stream is as probable as any other.

    Every row gets a random number, and those with the smallest are kept. Used by one thread.

    Args:
        most: rows to keep.
        seed: of the numbers.

    Example:
        >>> sample = RowSample(2)
        >>> sample.add(pl.DataFrame({"a": [1, 2]}))
        >>> sample.add(pl.DataFrame({"a": [3, 4]}))
        >>> len(sample)
        2
    """

    def __init__(self, most: int, seed: int = 0) -> None:
        self._most = most
        self._random = np.random.default_rng(seed)
        self._frames: list[pl.DataFrame] = []
        self._keys: list[np.ndarray[tuple[int, ...], np.dtype[np.float64]]] = []
        self._limit = 1.0

    def __len__(self) -> int:
        return min(self._most, sum(len(keys) for keys in self._keys))

    def add(self, rows: pl.DataFrame) -> None:
        """Draws from the next rows of the stream."""
        keys = self._random.random(len(rows))
        chosen = keys < self._limit
        if not chosen.any():
            return
        self._frames.append(rows.filter(pl.Series(chosen)))
        self._keys.append(keys[chosen])
        if sum(len(one) for one in self._keys) > 2 * self._most:
            self._shrink()

    def frame(self) -> pl.DataFrame:
        """The sample, in the order of the stream."""
        self._shrink()
        return pl.concat(self._frames) if self._frames else pl.DataFrame()

    def _shrink(self) -> None:
        if not self._keys:
            return
        keys, rows = np.concatenate(self._keys), pl.concat(self._frames)
        if len(keys) > self._most:
            self._limit = float(np.partition(keys, self._most)[self._most])
            chosen = keys < self._limit
            keys, rows = keys[chosen], rows.filter(pl.Series(chosen))
        self._keys, self._frames = [keys], [rows]
