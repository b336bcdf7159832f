"""Records of one size in a file, written and read in any order at the speed of memory."""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hornbook.data.mapped_file import MappedFile

__all__ = ["RecordFile"]

_CHECKED_BYTES = 16 * 2**20
_RELEASED_BYTES = 64 * 2**20


class RecordFile:
    """A file of records, known by their places from 0.

    Threads may read and write at once, as long as none reads what another is writing.

    Args:
        path: of a file of a whole number of records.
        dtype: of a record, structured and without gaps.
        writable: whether `put` may be called.
    """

    def __init__(self, path: Path, dtype: np.dtype[Any], *, writable: bool = False) -> None:
        self.path = path
        self.dtype = dtype
        self._file = MappedFile(path, writable=writable)
        self._records = self._file.bytes.reshape(-1, dtype.itemsize)
        self._written_bytes = 0

    @classmethod
    def create(cls, path: Path, dtype: np.dtype[Any], n_records: int) -> RecordFile:
        """A new file of zeros, whose room on the disk is taken at once.

        Raises:
            OSError: the disk has no room for it.
        """
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            # Without this, a full disk ends the process at some later write to memory.
            os.posix_fallocate(descriptor, 0, n_records * dtype.itemsize)
        finally:
            os.close(descriptor)
        return cls(path, dtype, writable=True)

    def __len__(self) -> int:
        return len(self._records)

    @property
    def size_bytes(self) -> int:
        """Of the file."""
        return len(self._file.bytes)

    def put(self, places: NDArray[np.int64], records: NDArray[Any]) -> None:
        """Writes records.

        Args:
            places: ascending, shape `(n,)`.
            records: of the file's dtype, shape `(n,)`.
        """
        rows = records.view(np.uint8).reshape(len(records), -1)
        if len(places) and places[-1] - places[0] == len(places) - 1:
            self._records[places[0] : places[-1] + 1] = rows
            self._written_bytes += rows.size
            if self._written_bytes > _RELEASED_BYTES:
                self._written_bytes = 0
                self._file.release()
            return
        for part in self._file.runs(places, self.dtype.itemsize):
            self._records[places[part]] = rows[part]

    def take(self, places: NDArray[np.int64]) -> NDArray[Any]:
        """The records at these places, in any order; shape `(n,)`."""
        if not self._file.is_large:
            return self._read(places)
        order = np.argsort(places)
        ascending = places[order]
        taken = np.empty((len(places), self.dtype.itemsize), np.uint8)
        for part in self._file.runs(ascending, self.dtype.itemsize):
            np.take(self._records, ascending[part], axis=0, out=taken[part], mode="clip")
        back = np.empty_like(order)
        back[order] = np.arange(len(order))
        return taken.take(back, axis=0).view(self.dtype).reshape(-1)

    def checksum(self) -> int:
        """CRC-32 of the content, as it was written or as it is found."""
        checksum = 0
        for start in range(0, self.size_bytes, _CHECKED_BYTES):
            checksum = zlib.crc32(self._file.part(start, start + _CHECKED_BYTES), checksum)
            self._file.release()
        return checksum

    def _read(self, places: NDArray[np.int64]) -> NDArray[Any]:
        # Many times as fast as indexing, which looks at every place twice.
        return self._records.take(places, axis=0).view(self.dtype).reshape(-1)
