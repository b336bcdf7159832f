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
        found = np.full(len(text), self.unseen)
        if len(self) and len(text):
            hashes, places, seed = self._by_hash
            wanted = text.hash(seed).to_numpy()
            place = places[np.searchsorted(hashes, wanted).clip(max=len(hashes) - 1)]
            same = (self.categories.gather(place) == text).fill_null(value=False).to_numpy()
            found[same] = place[same]
        found[text.is_null().to_numpy()] = self.missing
        return found

    @cached_property
    def _by_hash(self) -> tuple[NDArray[np.uint64], NDArray[np.int64], int]:
        """The hashes in order, the place of each in the list, and their seed.

        Many times as fast as a join or a `pl.Enum`, which hash the whole list for every block.
        """
        for seed in count():
            hashes = self.categories.hash(seed).to_numpy()
            places = np.argsort(hashes, kind="stable")
            ordered = hashes[places]
            if not (ordered[1:] == ordered[:-1]).any():
                return ordered, places, seed
        raise AssertionError

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
