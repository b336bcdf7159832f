"""How the arrays of a row are laid out in a record: as small as they fit, and losing nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hornbook.features import smallest_unsigned

__all__ = ["RecordLayout", "UnfitValuesError"]

Arrays = Mapping[str, NDArray[Any]]


class UnfitValuesError(Exception):
    """Values that the layout does not hold; nothing of them was written."""


def _as_is(stored: NDArray[Any]) -> NDArray[Any]:
    return stored


def _times_255th(stored: NDArray[Any]) -> NDArray[Any]:
    restored: NDArray[np.float32] = np.multiply(stored, np.float32(1 / 255), dtype=np.float32)
    return restored


def _over_255(stored: NDArray[Any]) -> NDArray[Any]:
    restored: NDArray[np.float32] = np.divide(stored, np.float32(255), dtype=np.float32)
    return restored


_FROM_PIXELS: dict[str, Callable[[NDArray[Any]], NDArray[Any]]] = {
    "as is": _as_is,
    "× 1/255": _times_255th,
    "÷ 255": _over_255,
}
"""The ways in which pixels from 0 to 255 commonly become numbers."""


@dataclass(frozen=True)
class _Field:
    """One array: how it is, and how it is stored.

    Attributes:
        dtype: of the array.
        shape: of a row.
        stored: the dtype it is stored in.
        restore: which of `_FROM_PIXELS` turns what is stored into the array's numbers.
    """

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    stored: np.dtype[Any]
    restore: str = "as is"

    def pack(self, array: NDArray[Any]) -> NDArray[Any]:
        if self.stored == self.dtype:
            return array
        scale = 1 if self.restore == "as is" else 255
        with np.errstate(invalid="ignore"):
            packed = (np.rint(array * scale) if scale > 1 else array).astype(self.stored)
        if not np.array_equal(self.unpack(packed), array):
            raise UnfitValuesError
        return packed

    def unpack(self, packed: NDArray[Any]) -> NDArray[Any]:
        return _FROM_PIXELS[self.restore](packed).astype(self.dtype, copy=False)


@dataclass(frozen=True)
class RecordLayout:
    """The record of a row: one field for each of its arrays.

    Whole numbers are stored in as few bytes as their largest takes, images of 8 bits a channel in
    bytes, and everything else as it is. Each array is compared with what will be read back.

    Attributes:
        fields: by the name of the array.
    """

    fields: Mapping[str, _Field]

    @classmethod
    def of(cls, arrays: Arrays, largest: Mapping[str, int]) -> Self:
        """The layout for rows like these.

        Args:
            arrays: of some rows, by name.
            largest: of the arrays that hold whole numbers from 0, the largest number there can be.
        """
        return cls({name: _field(array, largest.get(name)) for name, array in arrays.items()})

    @cached_property
    def dtype(self) -> np.dtype[Any]:
        """Of a record."""
        return np.dtype([(name, one.stored, one.shape) for name, one in self.fields.items()])

    def pack(self, arrays: Arrays) -> NDArray[Any]:
        """Rows as records, shape `(n_rows,)`.

        Raises:
            UnfitValuesError: a value is not what the layout was made for.
        """
        records = np.empty(len(next(iter(arrays.values()))), self.dtype)
        for name, field in self.fields.items():
            records[name] = field.pack(arrays[name])
        return records

    def unpack(self, records: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """The arrays of the rows again, to the bit."""
        return {
            name: np.ascontiguousarray(field.unpack(records[name]))
            for name, field in self.fields.items()
        }

    def spelled(self) -> dict[str, list[Any]]:
        """The layout as JSON, for a fingerprint."""
        return {
            name: [str(one.dtype), list(one.shape), str(one.stored), one.restore]
            for name, one in self.fields.items()
        }


def _field(array: NDArray[Any], largest: int | None) -> _Field:
    as_is = _Field(array.dtype, array.shape[1:], array.dtype)
    if array.dtype.kind in "iu" and largest is not None:
        stored = np.dtype(smallest_unsigned(largest))
        return _Field(array.dtype, array.shape[1:], min(stored, array.dtype, key=_size))
    if array.dtype == np.float32 and array.ndim >= 3:
        for restore in _FROM_PIXELS:
            pixels = _Field(array.dtype, array.shape[1:], np.dtype(np.uint8), restore)
            try:
                pixels.pack(array)
            except UnfitValuesError:
                continue
            if array.any():
                return pixels
    return as_is


def _size(dtype: np.dtype[Any]) -> int:
    return dtype.itemsize
