"""The images of a folder as a stream of rows with one column, their paths."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from hornbook.data.meaning import IMAGE_ENDINGS
from hornbook.data.row_block import RowBlock, require_columns
from hornbook.errors import DataError

__all__ = ["ImageFolderRows"]

_BLOCK_ROWS = 4_096


class ImageFolderRows:
    """A `RowStream` over the images in a folder and below, sorted by their paths.

    Args:
        folder: with files that end like images.
        column: what the column of their paths, from the top of the folder, is called.

    Raises:
        DataError: it holds no image.
    """

    def __init__(self, folder: Path, column: str) -> None:
        self._folder = folder
        self._column = column
        if not self._paths:
            raise DataError(
                f"There is no image in the folder {folder}.",
                fix=f"Give a folder with files that end in {', '.join(IMAGE_ENDINGS)}.",
            )

    @property
    def name(self) -> str:
        return str(self._folder)

    @property
    def columns(self) -> tuple[str, ...]:
        return (self._column,)

    @property
    def n_rows(self) -> int | None:
        return len(self._paths)

    @property
    def gives_text(self) -> bool:
        return True

    def identity(self) -> dict[str, Any]:
        states = [(self._folder / path).stat() for path in self._paths]
        newest = max(one.st_mtime_ns for one in states)
        size = sum(one.st_size for one in states)
        folder = str(self._folder.resolve())
        return {"folder": folder, "images": len(states), "bytes": size, "changed": newest}

    def blocks(
        self, wanted: Sequence[str], kept: Sequence[str], codable: Sequence[str] = ()
    ) -> Iterator[RowBlock]:
        del codable
        require_columns(wanted, self.columns, self.name)
        for start in range(0, len(self._paths), _BLOCK_ROWS):
            paths = self._paths[start : start + _BLOCK_ROWS]
            column = pl.Series(self._column, paths, pl.String)
            table = pa.table({name: column.to_arrow() for name in kept})
            numbers = np.arange(start + 1, start + 1 + len(paths))
            share = (start + len(paths)) / len(self._paths)
            yield RowBlock(numbers, pl.DataFrame([column]), table, share=share)

    @cached_property
    def _paths(self) -> list[str]:
        found = [
            Path(folder, name).relative_to(self._folder).as_posix()
            for folder, _, names in os.walk(self._folder)
            for name in names
            if name.lower().endswith(tuple(f".{ending}" for ending in IMAGE_ENDINGS))
        ]
        return sorted(found)
