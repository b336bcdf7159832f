"""Preprocessed sets of rows, kept on disk for later trainings; the least used are dropped."""

from __future__ import annotations

import json
import os
import shutil
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from hornbook.atomic import (
    PARTIAL_PATTERN,
    partial_path,
    replace_folder_atomically,
    write_json_atomically,
)
from hornbook.data.record_file import RecordFile
from hornbook.errors import DataError

__all__ = ["DEFAULT_LIMIT_BYTES", "CachedSet", "NewSet", "SetCache"]

DEFAULT_LIMIT_BYTES = 20 * 2**30
_ENTRY, _RECORDS, _LIMIT = "set.json", "records.bin", "limit.json"
_VERSION = 1
_FORSAKEN_SECONDS = 24 * 3600.0
_FREE_SHARE = 0.5


@dataclass(frozen=True)
class CachedSet:
    """A set of rows in the cache.

    Attributes:
        key: the fingerprint it is found by.
        folder: where it lies.
        title: what it is, e.g. `"train rows of wines.csv"`.
        n_rows: how many rows it has.
        size_bytes: on disk.
        computed: when it was.
        used: when a training last read it.
    """

    key: str
    folder: Path
    title: str
    n_rows: int
    size_bytes: int
    computed: datetime
    used: datetime


@dataclass(frozen=True)
class NewSet:
    """A set that is being filled; nobody else sees it before it is kept."""

    key: str
    title: str
    folder: Path
    records: RecordFile


class SetCache:
    """The folder of a workspace in which preprocessed sets are kept.

    The folder belongs to all processes that use the workspace; any number may read, add and clear
    at once. A set is written under a hidden name and renamed when it is whole. A set that is
    cleared while a training reads it stays readable to that training.

    Args:
        root: the folder, made when it is needed.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def of_workspace(cls, home: Path) -> SetCache:
        """The cache of a workspace.

        Args:
            home: the workspace's folder.
        """
        return cls(home / "cache" / "sets")

    @property
    def limit_bytes(self) -> int:
        """How many bytes all sets together may take."""
        try:
            return int(json.loads((self.root / _LIMIT).read_text("utf-8"))["limit_bytes"])
        except (OSError, ValueError, KeyError, TypeError):
            return DEFAULT_LIMIT_BYTES

    def set_limit(self, limit_bytes: int) -> None:
        """Sets the limit, for all trainings of the workspace, and drops what goes beyond it."""
        self.root.mkdir(parents=True, exist_ok=True)
        write_json_atomically(self.root / _LIMIT, {"limit_bytes": limit_bytes})
        self._make_room(0)

    def sets(self) -> list[CachedSet]:
        """All sets, the last used first."""
        found = [self._described(path.parent) for path in self.root.glob(f"*/{_ENTRY}")]
        known = [one for one in found if one is not None]
        return sorted(known, key=lambda one: one.used, reverse=True)

    def open(self, key: str, dtype: np.dtype[Any]) -> tuple[CachedSet, RecordFile] | None:
        """The set of that fingerprint, if it is there and whole.

        A set that is not what was written, such as one cut short by a full disk, is removed.

        Args:
            key: the fingerprint.
            dtype: that its records must have.
        """
        folder = self.root / key
        found = self._described(folder)
        if found is None:
            return None
        try:
            entry = json.loads((folder / _ENTRY).read_text("utf-8"))
            records = RecordFile(folder / _RECORDS, dtype)
            whole = (
                entry["dtype"] == _spelled(dtype)
                and len(records) == found.n_rows
                and records.checksum() == entry["checksum"]
            )
        except (OSError, ValueError, KeyError, TypeError):
            whole = False
        if not whole:
            shutil.rmtree(folder, ignore_errors=True)
            return None
        os.utime(folder / _ENTRY)
        return found, records

    def begin(self, key: str, title: str, dtype: np.dtype[Any], n_rows: int) -> NewSet:
        """Makes room for a set, and a file to fill.

        Args:
            key: the fingerprint it will be found by.
            title: what it is, for those who look into the cache.
            dtype: of its records.
            n_rows: how many there will be.

        Raises:
            DataError: it is larger than the cache may be, or than the disk has room for.
        """
        size_bytes = dtype.itemsize * n_rows
        self.root.mkdir(parents=True, exist_ok=True)
        self._remove_forsaken()
        if size_bytes > self.limit_bytes:
            raise DataError(
                f"The {title} take {size_bytes / 2**30:,.1f} GiB preprocessed, and the cache may "
                f"take {self.limit_bytes / 2**30:,.1f} GiB.",
                fix="Allow more: hornbook cache --limit 100GB.",
            )
        self._make_room(size_bytes)
        if size_bytes > _FREE_SHARE * shutil.disk_usage(self.root).free:
            raise DataError(
                f"The {title} take {size_bytes / 2**30:,.1f} GiB preprocessed, which is more than "
                "half of the free disk.",
                fix="Make room on the disk, or clear older sets: hornbook cache --clear.",
            )
        folder = partial_path(self.root / key)
        folder.mkdir()
        try:
            records = RecordFile.create(folder / _RECORDS, dtype, n_rows)
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise DataError(f"The cache cannot be written: {error.strerror}.") from error
        return NewSet(key, title, folder, records)

    def keep(self, new: NewSet) -> None:
        """Puts a filled set where later trainings find it."""
        entry = {
            "version": _VERSION,
            "title": new.title,
            "n_rows": len(new.records),
            "dtype": _spelled(new.records.dtype),
            "checksum": new.records.checksum(),
            "computed": datetime.now(UTC).isoformat(timespec="minutes"),
        }
        write_json_atomically(new.folder / _ENTRY, entry)
        replace_folder_atomically(new.folder, self.root / new.key)

    def discard(self, new: NewSet) -> None:
        """Removes a set that was not filled."""
        shutil.rmtree(new.folder, ignore_errors=True)

    def clear(self) -> list[CachedSet]:
        """Removes all sets, and returns them."""
        cleared = self.sets()
        for one in cleared:
            shutil.rmtree(one.folder, ignore_errors=True)
        return cleared

    def _make_room(self, size_bytes: int) -> None:
        kept = self.sets()
        while kept and sum(one.size_bytes for one in kept) + size_bytes > self.limit_bytes:
            shutil.rmtree(kept.pop().folder, ignore_errors=True)

    def _remove_forsaken(self) -> None:
        """Removes what processes that were killed long ago had begun."""
        for folder in self.root.glob(PARTIAL_PATTERN):
            try:
                changed = max(path.stat().st_mtime for path in (folder, *folder.iterdir()))
            except OSError:
                continue
            if time.time() - changed > _FORSAKEN_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)

    def _described(self, folder: Path) -> CachedSet | None:
        try:
            entry = json.loads((folder / _ENTRY).read_text("utf-8"))
            if entry["version"] != _VERSION:
                return None
            return CachedSet(
                folder.name,
                folder,
                str(entry["title"]),
                int(entry["n_rows"]),
                (folder / _RECORDS).stat().st_size,
                datetime.fromisoformat(entry["computed"]),
                datetime.fromtimestamp((folder / _ENTRY).stat().st_mtime, UTC),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None


def _spelled(dtype: np.dtype[Any]) -> list[list[Any]]:
    """A structured dtype as JSON holds it."""
    spelled = []
    for name in dtype.names or ():
        field = dtype[name]
        spelled.append([name, str(field.base), list(field.shape)])
    return spelled
