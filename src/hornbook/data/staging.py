"""Text cells on their way from a file to a table, on disk until their types are known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

__all__ = ["Staging"]

_LINE = "line"


class Staging:
    """A growing table of text cells with the source line of every row.

    Columns are called by their position: `0`, `1`, …. A column that appears late begins
    a new file, and is absent from the rows before. Owned by one reader; not shared between threads.

    Args:
        folder: where the files are written; the caller removes it.
    """

    def __init__(self, folder: Path) -> None:
        self.n_rows = 0
        self.n_columns = 0
        self._folder = folder
        self._files: list[Path] = []
        self._sink: pa.OSFile | None = None
        self._writer: pa.RecordBatchFileWriter | None = None

    def append(self, lines: np.ndarray, cells: pl.DataFrame) -> None:
        """Adds rows.

        Args:
            lines: 1-based source line of every row, shape `(n_rows,)`, int64.
            cells: the text of every column known so far, in order.
        """
        if not len(lines):
            return
        if self._writer is None or cells.width > self.n_columns:
            self._begin_file(cells.width)
        table = cells.with_columns(pl.Series(_LINE, lines)).to_arrow(
            compat_level=pl.CompatLevel.oldest()
        )
        if self._writer is not None:
            self._writer.write_table(table.combine_chunks())
        self.n_rows += len(lines)

    def finish(self) -> None:
        """Closes the last file; nothing is added after it."""
        if self._writer is not None and self._sink is not None:
            self._writer.close()
            self._sink.close()
        self._writer = self._sink = None

    def batches(self) -> Iterator[tuple[np.ndarray, pl.DataFrame]]:
        """The rows again, in blocks: their lines, and the cells of every column."""
        for path in self._files:
            with pa.OSFile(str(path)) as source, pa.ipc.open_file(source) as reader:
                for i in range(reader.num_record_batches):
                    cells = pl.DataFrame(reader.get_batch(i))
                    lines = cells.drop_in_place(_LINE).to_numpy()
                    absent = range(cells.width, self.n_columns)
                    yield (
                        lines,
                        cells.with_columns(
                            pl.lit(None, dtype=pl.String).alias(str(j)) for j in absent
                        ),
                    )

    def _begin_file(self, n_columns: int) -> None:
        self.finish()
        self.n_columns = n_columns
        path = self._folder / f"staged_{len(self._files)}.arrow"
        self._files.append(path)
        fields = [pa.field(str(i), pa.large_string()) for i in range(n_columns)]
        schema = pa.schema([*fields, pa.field(_LINE, pa.int64())])
        self._sink = pa.OSFile(str(path), "wb")
        options = pa.ipc.IpcWriteOptions(compression="lz4")
        self._writer = pa.ipc.new_file(self._sink, schema, options=options)
