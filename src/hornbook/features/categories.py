"""Categories: how values of a column are spelled as such, and a list of them to look up in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from itertools import count
from typing import Any, Self

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

__all__ = ["Vocabulary", "spelled"]

_BEYOND_INTEGERS = 2.0**63
_TABLE_BITS = 20
_FEW_TEXTS = 512
"""Up to so many texts are looked up one by one: one call into Polars takes as long."""
_MOST_NAMED = 100_000
"""Longer lists are not held as Python's texts besides."""


def spelled(series: pl.Series) -> pl.Series:
    """The values as text, one spelling a category; missing values and NaN as null.

    A whole number has no decimals, whichever type it comes in: a column of integers arrives as
    floats once some of them are missing, and 3.0 must then meet 3. Text is never respelled.

    Example:
        >>> spelled(pl.Series([3.0, 0.5, float("nan")])).to_list()
        ['3', '0.5', None]
        >>> spelled(pl.Series([True, None])).to_list()
        ['true', None]
    """
    if not series.dtype.is_float():
        return series.cast(pl.String, strict=False)
    values = series.fill_nan(None)
    whole = (values == values.floor()) & (values.abs() < _BEYOND_INTEGERS)
    integers = values.cast(pl.Int64, strict=False).cast(pl.String)
    return integers.zip_with(whole.fill_null(value=False), values.cast(pl.String))


class Vocabulary:
    """A list of different categories, each known by its place.

    Immutable; several threads may look up at once.

    Args:
        categories: texts, none twice.

    Example:
        >>> vocabulary = Vocabulary(pl.Series(["red", "blue"]))
        >>> vocabulary.codes(pl.Series(["blue", "green", None])).tolist()
        [1, 2, 3]
    """

    def __init__(self, categories: pl.Series) -> None:
        self.categories = categories.cast(pl.String).alias("categories").rechunk()

    def __len__(self) -> int:
        return len(self.categories)

    @property
    def unseen(self) -> int:
        """The code of values that are no category of the list."""
        return len(self)

    @property
    def missing(self) -> int:
        """The code of missing values."""
        return len(self) + 1

    def codes(self, text: pl.Series) -> NDArray[np.int64]:
        """The place of each value in the list, or `unseen`, or `missing`; shape `(n_rows,)`."""
        if len(text) <= _FEW_TEXTS and len(self) <= _MOST_NAMED:
            place_of, unseen = self._place_of.get, self.unseen
            return np.array([place_of(value, unseen) for value in text.to_list()], np.int64)
        found = np.full(len(text), self.unseen)
        if len(self) and len(text):
            place = self._lookup.places(text)
            same = (self.categories.gather(place) == text).fill_null(value=False).to_numpy()
            found[same] = place[same]
        if text.null_count():
            found[text.is_null().to_numpy()] = self.missing
        return found

    @cached_property
    def _place_of(self) -> Mapping[str | None, int]:
        places = zip(self.categories.to_list(), range(len(self)), strict=True)
        return {None: self.missing, **dict(places)}

    @cached_property
    def _lookup(self) -> _HashLookup:
        """Faster than a join or a `pl.Enum`, which hash the whole list for every block."""
        return _HashLookup(self.categories)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The list as arrays of bytes, which load at once however many categories there are."""
        text = "".join(self.categories.to_list()).encode()
        ends = self.categories.str.len_bytes().cast(pl.Int64).cum_sum().to_numpy()
        return {
            "category_bytes": np.frombuffer(text, np.uint8),
            "category_ends": ends.astype(np.int64),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The inverse of `arrays`."""
        text = np.ascontiguousarray(arrays["category_bytes"])
        offsets = np.concatenate([np.zeros(1, np.int64), arrays["category_ends"]])
        array = pa.LargeStringArray.from_buffers(
            len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(text)
        )
        array.validate(full=True)
        return cls(pl.Series("categories", array, dtype=pl.String))


class _HashLookup:
    """Where the categories of a list may be, by their hashes under a seed that tells them apart.

    The place found for a text that is none of them is that of another category: compare.

    Args:
        categories: different texts, at least one.
    """

    def __init__(self, categories: pl.Series) -> None:
        n = len(categories)
        # In a table of n² slots, hashes of n texts all differ for more than half of the seeds.
        bits = max(1, 2 * (n - 1).bit_length())
        self._mask = np.uint64(2**bits - 1) if bits <= _TABLE_BITS else None
        for self._seed in count():
            hashes = categories.hash(self._seed).to_numpy()
            if self._mask is not None:
                hashes = hashes & self._mask
            self._places = np.argsort(hashes, kind="stable")
            self._hashes = hashes[self._places]
            if not (self._hashes[1:] == self._hashes[:-1]).any():
                break
        if self._mask is not None:
            table = np.zeros(2**bits, np.int64)
            table[self._hashes] = self._places
            self._places = table

    def places(self, text: pl.Series) -> NDArray[np.int64]:
        """For each text, the place of the only category that it can be; shape `(n_texts,)`."""
        hashes = text.hash(self._seed).to_numpy()
        if self._mask is not None:
            found: NDArray[np.int64] = self._places.take((hashes & self._mask).view(np.int64))
            return found
        place = np.searchsorted(self._hashes, hashes).clip(max=len(self._hashes) - 1)
        return np.asarray(self._places.take(place), np.int64)
