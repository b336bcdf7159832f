"""A file in memory whose pages are given back as they are done with."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["MappedFile"]

_HELD_BYTES = 64 * 2**20
_LARGE_BYTES = 2 * _HELD_BYTES


class MappedFile:
    """A memory-mapped file that holds no more than about 128 MiB of the process's memory.

    What was read of a larger one stays in the cache of the operating system, where it is found
    again at the speed of memory; but it no longer counts as memory of this process.

    Several threads may read and write at once. The file must keep its size while it is open.

    Args:
        path: an existing file that is not empty.
        writable: whether what is written to `bytes` goes to the file.

    Attributes:
        bytes: the whole file as uint8, shape `(size_bytes,)`.
    """

    def __init__(self, path: Path, *, writable: bool = False) -> None:
        descriptor = os.open(path, os.O_RDWR if writable else os.O_RDONLY)
        try:
            access = mmap.ACCESS_WRITE if writable else mmap.ACCESS_READ
            self._map = mmap.mmap(descriptor, 0, access=access)
        finally:
            os.close(descriptor)
        self.bytes: NDArray[np.uint8] = np.frombuffer(self._map, np.uint8)

    @property
    def is_large(self) -> bool:
        """Whether its pages should be given back now and then."""
        return len(self.bytes) > _LARGE_BYTES

    def part(self, start: int, stop: int) -> memoryview:
        """Some of the bytes."""
        return memoryview(self._map)[start:stop]

    def release(self) -> None:
        """Gives back the pages of a large file; other threads may go on reading and writing."""
        if self.is_large:
            self._map.madvise(mmap.MADV_DONTNEED)

    def runs(self, ends: NDArray[np.int64], item_bytes: float) -> Iterator[slice]:
        """Parts of an ascending list of items, each within about 64 MiB of the file.

        A part is to be dealt with before the next is asked for; its pages are then given back.

        Args:
            ends: where items lie in the file, counted in items, ascending.
            item_bytes: the size of an item in the file.
        """
        if not self.is_large:
            yield slice(0, len(ends))
            return
        items = max(1, int(_HELD_BYTES / item_bytes))
        borders = np.searchsorted(ends, np.arange(items, int(ends[-1]) + items + 1, items))
        start = 0
        for stop in borders.tolist():
            if stop > start:
                yield slice(start, stop)
                self.release()
                start = stop
