from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hornbook.data import ReadOptions, Table, TableStore
from hornbook.design import DesignFolder

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"

TASK = """\
# A comment that stays.
seed = 7

[dataset]
path = "rows.csv"  # the data

[target]
column = "y"
type = "binary"

[metrics]
optimize = "ROC AUC"

[training]
epochs = 10
batch_size = 32

[features]
age = { type = "numerical" }
"fixed acidity" = { type = "numerical", rescaling = "minmax" }  # sour
city = { type = "categorical", drop_one = true }
id = { role = "reject" }
"""


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> TableStore:
    return TableStore(tmp_path_factory.mktemp("datasets"))


@pytest.fixture(scope="session")
def real_table(store: TableStore) -> Callable[[str], Table]:
    """Reads a real table by its name, e.g. `"titanic"`."""

    def read(name: str) -> Table:
        path = DATA / f"{name}.csv"
        if not path.is_file():
            pytest.skip(f"{path.name} is not here")
        return store.read(path)

    return read


@pytest.fixture
def make_table(store: TableStore, tmp_path: Path) -> Callable[..., Table]:
    """Reads a table from the text of a CSV file."""

    def make(text: str, **options: Any) -> Table:
        path = tmp_path / f"table{len(list(tmp_path.glob('table*.csv')))}.csv"
        path.write_text(text, "utf-8")
        return store.read(path, ReadOptions(**options))

    return make


@pytest.fixture
def make_design(tmp_path: Path) -> Callable[..., DesignFolder]:
    """Writes a design folder with this `task.toml` and reads it."""

    def make(text: str = TASK, *settings: str, **files: str) -> DesignFolder:
        folder = tmp_path / "design"
        folder.mkdir(exist_ok=True)
        (folder / "task.toml").write_text(text, "utf-8")
        (folder / "architecture.py").write_text("", "utf-8")
        for name, code in files.items():
            (folder / f"{name}.py").write_text(code, "utf-8")
        return DesignFolder.read(folder, settings)

    return make
