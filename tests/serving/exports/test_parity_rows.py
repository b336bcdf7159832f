"""The rows that exports are compared on: test rows, else any rows, else none and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hornbook.serving.exports import ExportSource
from hornbook.serving.exports.parity_rows import parity_rows
from hornbook.training.job import TrainingJob

# Keras' own, when it saves weights.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

TASK = """
[dataset]
path = "rows.csv"
[target]
column = "y"
type = "binary"
[features]
n = { role = "input", type = "numerical" }
"^c$" = { role = "input", type = "categorical" }
"""


@pytest.fixture
def source(make: Any, home: Path, tmp_path: Path) -> ExportSource:
    """A model whose design and data are there."""
    made = make(home)
    base = tmp_path / "mine"
    base.mkdir()
    rows = "".join(f"{n},{'ab'[n % 2]},{'yes' if n % 3 else 'no'}\n" for n in range(50))
    (base / "rows.csv").write_text("n,^c$,y\n" + rows)
    (made.design_path / "task.toml").write_text(TASK)
    code = "def build_model(shapes):\n    pass\ndef compile_model(model):\n    return model\n"
    (made.design_path / "architecture.py").write_text(code)
    ids = ("Aaaaaaaa", "Bbbbbbbb", "s1")
    TrainingJob(str(home), *ids, str(base), "jax", "chosen").write(made.folder)
    return made


def test_they_are_the_test_rows(source: ExportSource) -> None:
    known = parity_rows(source)
    assert (len(known.frame), known.origin) == (10, "all 10 test rows of the design")
    assert known.frame.columns == ["n", "^c$"]
    again = parity_rows(source, 4)
    assert again.origin == "4 of the 10 test rows of the design"
    assert set(again.frame["n"]) < set(known.frame["n"])


def test_without_a_split_they_are_rows_of_the_file(source: ExportSource) -> None:
    path = source.design_path / "task.toml"
    path.write_text(TASK + '[split]\nmethod = "filters"\ntest_filter = "n > 1000"\n')
    known = parity_rows(source)
    assert len(known.frame) == 50
    assert "could not be made again" in known.origin


def test_without_data_there_are_none_and_it_is_said_why(source: ExportSource) -> None:
    assert source.base is not None
    (source.base / "rows.csv").unlink()
    known = parity_rows(source)
    assert len(known.frame) == 0
    assert "rows.csv" in known.origin
