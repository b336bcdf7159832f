"""A look at all images before the rows are split: which of them cannot be read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hornbook.atomic import write_text_atomically
from hornbook.data import Table
from hornbook.features import Feature, ImageHandling, Resources, reasons_unreadable
from hornbook.features.images import unreadable_images_error

__all__ = ["UNREADABLE_IMAGES_FILE", "ImageCheck", "UnreadableImage"]

UNREADABLE_IMAGES_FILE = "unreadable_images.jsonl"

_BLOCK_ROWS = 65_536
_MOST_LISTED = 100_000


@dataclass(frozen=True)
class UnreadableImage:
    """A row whose image is missing or cannot be read.

    Attributes:
        file: name of the data file.
        row: counted from 1, among the rows that parsed.
        column: of the table.
        value: what the column says of the image, cut off after 200 characters.
        reason: why it cannot be read; `"missing"` where there is no value.
    """

    file: str
    row: int
    column: str
    value: str | None
    reason: str


class ImageCheck:
    """Looks at the images of some rows, table by table, and remembers what cannot be read.

    Of each image it reads both ends; `ImageFiles.check` says what that tells. Owned by one thread.

    Args:
        features: of the design; those that are no images are passed over.
        resources: where the images are.
    """

    def __init__(self, features: Sequence[Feature], resources: Resources) -> None:
        self._features = [
            (feature.column, feature.handling)
            for feature in features
            if isinstance(feature.handling, ImageHandling)
        ]
        self._resources = resources
        self._seen = dict.fromkeys((column for column, _ in self._features), 0)
        self._counts = dict(self._seen)
        self.found: list[UnreadableImage] = []

    def usable(self, table: Table, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of some rows may be kept; only a handling that drops rows drops any.

        Raises:
            FeatureError: an image cannot be read, and the handling fails then.
        """
        usable = np.ones(len(rows), np.bool_)
        for column, handling in self._features:
            reader = handling.open_reader(column, self._resources)
            for start in range(0, len(rows), _BLOCK_ROWS):
                block = rows[start : start + _BLOCK_ROWS]
                values = table.take(block, [column])[column].to_list()
                reasons = reasons_unreadable(reader, values)
                bad = np.array([reason is not None for reason in reasons], np.bool_)
                self._remember(table, column, block[bad], np.array(values, object)[bad], reasons)
                if handling.missing == "drop_rows":
                    usable[start : start + _BLOCK_ROWS] &= ~bad
            if handling.missing == "fail" and self._counts[column]:
                listed = [f"row {one.row}: {one.reason}" for one in self.found]
                raise unreadable_images_error(column, listed, self._counts[column])
        return usable

    def notes(self) -> tuple[str, ...]:
        """What the user should know, a sentence or two for each column."""
        notes = []
        for column, handling in self._features:
            if not self._counts[column]:
                continue
            fate = "left out" if handling.missing == "drop_rows" else "zeros to the network"
            first = next(one for one in self.found if one.column == column)
            notes.append(
                f"{self._counts[column]:,} of {self._seen[column]:,} rows have no image in "
                f"'{column}' that can be read and are {fate}; {UNREADABLE_IMAGES_FILE} lists them. "
                f"The first is row {first.row}: {first.reason}"
            )
        return tuple(notes)

    def write(self, folder: Path) -> None:
        """Lists what was found in `unreadable_images.jsonl`, if anything was."""
        if self.found:
            lines = (json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in self.found)
            write_text_atomically(folder / UNREADABLE_IMAGES_FILE, "".join(lines))

    def _remember(
        self,
        table: Table,
        column: str,
        rows: NDArray[np.int64],
        values: NDArray[np.object_],
        reasons: Sequence[str | None],
    ) -> None:
        self._seen[column] += len(reasons)
        self._counts[column] += len(rows)
        file = Path(table.source).name
        said = [reason for reason in reasons if reason is not None]
        self.found += [
            UnreadableImage(file, int(row) + 1, column, value and value[:200], reason)
            for row, value, reason in zip(rows, values, said, strict=True)
        ][: _MOST_LISTED - len(self.found)]
