"""Reading small files made on the spot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hornbook.data import ReadOptions, Table, TableStore

ReadText = Callable[..., Table]


@pytest.fixture
def store(tmp_path: Path) -> TableStore:
    return TableStore(tmp_path / "tables")


@pytest.fixture
def read(tmp_path: Path, store: TableStore) -> ReadText:
    """Writes `content` to a file called `name` and reads it with the given options."""

    def read_content(content: str | bytes, name: str = "table.csv", **options: object) -> Table:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return store.read(path, ReadOptions(**options))  # type: ignore[arg-type]

    return read_content
