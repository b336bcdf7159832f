"""What an interrupted scoring leaves, so that the same command goes on where it was."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import polars as pl

from hornbook.atomic import partial_path, write_json_atomically
from hornbook.errors import UsageError

__all__ = ["ScoringJournal"]

_IDENTITY_FILE = "scoring.json"
_LOCK_FILE = "lock"
_PART_ROWS = 262_144
_PART_SECONDS = 10.0


class ScoringJournal:
    """A folder with the predictions made so far, in parts that are each whole or not there.

        scoring.json        what is scored by what, and how
        part-000000.arrow   predictions of the first rows, and why some have none
        output.partial      the output on its way
        rejected.partial    the rows kept apart, on their way

    Parts hold predictions only. A scoring that goes on reads its input again from the start, which
    is quick beside the network, and takes the predictions of the first rows from the parts; so it
    does not matter what the output is, or how far it was written.

    One process at a time holds the journal; one thread adds to it.

    Args:
        folder: made when it is absent.
        identity: JSON values: by what they are called, what must be the same to go on.

    Raises:
        UsageError: another process is scoring to the same output.
    """

    def __init__(self, folder: Path, identity: dict[str, Any]) -> None:
        self.folder = folder
        self.resumable_rows = 0
        self.began_anew: str | None = None
        self._waiting: list[pl.DataFrame] = []
        self._waiting_rows = 0
        self._committed = time.monotonic()
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = (folder / _LOCK_FILE).open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            raise UsageError(
                "Another process is scoring to the same output.",
                fix="Wait for it, or name another output.",
            ) from error
        self._open(json.loads(json.dumps(identity)))

    @property
    def output(self) -> Path:
        """Where the output is written before it is whole."""
        return self.folder / "output.partial"

    @property
    def rejected(self) -> Path:
        """Where the rows that are kept apart are written before."""
        return self.folder / "rejected.partial"

    def recorded(self) -> Iterator[pl.DataFrame]:
        """The predictions of the parts that were there, in order."""
        for path in self._parts()[: self._n_found]:
            yield pl.read_ipc(path)

    def drop_recorded(self) -> None:
        """Forgets what was there, since it is not what the input gives."""
        for path in self._parts():
            path.unlink()
        self._n_found = self._n_parts = self.resumable_rows = 0

    def add(self, predictions: pl.DataFrame) -> None:
        """Adds the predictions of the next rows; now and then a part is written."""
        self._waiting.append(predictions)
        self._waiting_rows += len(predictions)
        due = time.monotonic() - self._committed > _PART_SECONDS
        if self._waiting_rows >= _PART_ROWS or due:
            self.commit()

    def commit(self) -> None:
        """Writes what was added as a part, on the disk when the call returns."""
        self._committed = time.monotonic()
        if not self._waiting:
            return
        target = self.folder / f"part-{self._n_parts:06d}.arrow"
        partial = partial_path(target)
        with partial.open("wb") as stream:
            pl.concat(self._waiting).write_ipc(stream)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(target)
        self._n_parts += 1
        self._waiting, self._waiting_rows = [], 0

    def remove(self) -> None:
        """Removes the folder, since the output is whole."""
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def close(self) -> None:
        """Lets another process go on."""
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _open(self, identity: dict[str, Any]) -> None:
        path = self.folder / _IDENTITY_FILE
        before = _read(path)
        if before is not None and before != identity:
            changed = [name for name in identity if before.get(name) != identity[name]]
            self.began_anew = " and ".join(f"the {name}" for name in changed or ["version"])
        if before != identity:
            for part in self._parts():
                part.unlink()
            write_json_atomically(path, identity)
        for left in self.folder.glob(".*.partial"):
            left.unlink()
        self._n_found = self._n_parts = len(self._parts())
        self.resumable_rows = sum(
            pl.scan_ipc(part).select(pl.len()).collect().item() for part in self._parts()
        )

    def _parts(self) -> list[Path]:
        """The parts on end from the first; one after a gap is no use."""
        found: list[Path] = []
        while (path := self.folder / f"part-{len(found):06d}.arrow").is_file():
            found.append(path)
        return found


def _read(path: Path) -> dict[str, Any] | None:
    try:
        values = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return values if isinstance(values, dict) else None
