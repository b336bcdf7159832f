"""Guessing what a column means from how it is stored and what it holds."""

from __future__ import annotations

import numpy as np
import polars as pl

from hornbook.data.distinct import DistinctCounter
from hornbook.data.schema import Column, Meaning, Storage

__all__ = ["IMAGE_ENDINGS", "ColumnStatistics"]

IMAGE_ENDINGS = ("jpg", "jpeg", "png", "gif", "bmp", "webp", "tif", "tiff")
"""Endings of files that are taken for images, in lower case."""

_SAMPLED_PER_BATCH = 4096
_FEWEST_FOR_IDENTIFIER = 20
_FIXED = {
    Storage.BOOLEAN: Meaning.BOOLEAN,
    Storage.DATE: Meaning.DATE,
    Storage.DATETIME: Meaning.DATE,
    Storage.VECTOR: Meaning.VECTOR,
    Storage.FLOAT: Meaning.NUMERIC,
}


class ColumnStatistics:
    """What one pass over a column tells about it.

    Owned by one writer; not shared between threads.

    Args:
        storage: how the column is stored.
        n_columns: of the whole table, which share the memory for counting values.

    Example:
        >>> statistics = ColumnStatistics(Storage.STRING)
        >>> values = pl.Series(["cat.1.jpg", "dog.1.jpg", None])
        >>> statistics.add(values, values.hash())
        >>> statistics.column("picture").meaning
        <Meaning.IMAGE_PATH: 'image path'>
    """

    def __init__(self, storage: Storage, n_columns: int = 1) -> None:
        self.storage = storage
        self.n_rows = 0
        self.n_missing = 0
        self._distinct = DistinctCounter.for_table(n_columns)
        self._n_sampled = 0
        self._n_images = 0
        self._n_words = 0
        self._n_chars = 0
        self._counting_up = storage is Storage.INTEGER
        self._last: int | None = None

    def add(self, values: pl.Series, hashes: pl.Series) -> None:
        """Takes in the next rows of the column and the hashes of their values."""
        self.n_rows += len(values)
        self.n_missing += values.null_count()
        present = values.is_not_null().to_numpy() if values.null_count() else slice(None)
        self._distinct.add(hashes.to_numpy()[present])
        if self.storage is Storage.STRING:
            self._add_text(values.drop_nulls().head(_SAMPLED_PER_BATCH))
        elif self._counting_up and len(values):
            self._add_count(values)

    def column(self, name: str, declared: Meaning | None = None) -> Column:
        """The column so far, with its declared meaning or the guessed one."""
        present = self.n_rows - self.n_missing
        distinct = min(self._distinct.count, present)
        meaning = declared or self._guess(present, distinct)
        return Column(name, self.storage, meaning, self.n_missing, distinct)

    def _guess(self, present: int, distinct: int) -> Meaning:
        if self.storage in _FIXED:
            return _FIXED[self.storage]
        if self.storage is Storage.INTEGER:
            return Meaning.IDENTIFIER if self._is_row_number(present) else Meaning.NUMERIC
        return self._guess_text(present, distinct) if self._n_sampled else Meaning.CATEGORY

    def _guess_text(self, present: int, distinct: int) -> Meaning:
        if self._n_images >= 0.9 * self._n_sampled:
            return Meaning.IMAGE_PATH
        share = distinct / present
        words = self._n_words / self._n_sampled
        chars = self._n_chars / self._n_sampled
        if (words >= 2.5 and share >= 0.5) or (words >= 8 and chars >= 40 and distinct > 50):
            return Meaning.TEXT
        if share >= 0.95 and present >= _FEWEST_FOR_IDENTIFIER:
            return Meaning.IDENTIFIER
        return Meaning.CATEGORY

    def _is_row_number(self, present: int) -> bool:
        """Whether the values count the rows up from 0 or 1, a few left out at most."""
        if not self._counting_up or self._last is None or present < _FEWEST_FOR_IDENTIFIER:
            return False
        return self._last <= 1.12 * present

    def _add_text(self, sample: pl.Series) -> None:
        text = pl.col("text")
        endings = "|".join(IMAGE_ENDINGS)
        images, words, chars = (
            sample.to_frame("text")
            .select(
                images=text.str.contains(rf"(?i)\.({endings})$").sum(),
                words=text.str.count_matches(r"\S+").sum(),
                chars=text.str.len_chars().sum(),
            )
            .row(0)
        )
        self._n_sampled += len(sample)
        self._n_images += images
        self._n_words += words
        self._n_chars += chars

    def _add_count(self, values: pl.Series) -> None:
        first, last = values[0], values[-1]
        if self._last is None:
            self._counting_up = first in (0, 1)
        self._counting_up = (
            self._counting_up
            and values.null_count() == 0
            and (self._last is None or first > self._last)
            and bool((np.diff(values.to_numpy()) > 0).all())
        )
        self._last = last
