"""The predictions of an export beside Hornbook's, on the same rows."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import keras
import numpy as np
import polars as pl

from hornbook import __version__
from hornbook.errors import ExportError
from hornbook.jobs.environment import worker_environment
from hornbook.serving.exports.parity_rows import ParityRows, parity_rows
from hornbook.serving.exports.source import ExportSource
from hornbook.serving.predict import Predictor

__all__ = ["TOLERANCE", "Parity", "certify", "compare", "expected"]

TOLERANCE = 1e-5
"""The largest difference, relative to numbers above 1, with which an export is written."""

_BLOCKED = ("hornbook", "dataiku", "polars", "pyarrow", "pydantic", "safetensors")
_SCRIPT = """
import importlib.abc, json, sys
folder, rows, answer, images, *blocked = sys.argv[1:]
class Blocker(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] in blocked:
            raise ModuleNotFoundError("the export must do without " + name, name=name)
sys.meta_path.insert(0, Blocker())
sys.path[:] = [folder, *(one for one in sys.path if one)]
import predict
with open(rows, encoding="utf-8") as file:
    given = [json.loads(line) for line in file]
found = predict.load(images=images).predict(given)
with open(answer, "w", encoding="utf-8") as file:
    json.dump(found, file)
"""


@dataclass(frozen=True)
class Parity:
    """How two sets of predictions of the same rows differ.

    Attributes:
        rows: how many there are.
        largest_difference: of any number.
        largest_relative_difference: the same, of numbers above 1 relative to these.
        other_classes: rows of which another class is predicted.
        other_missing: rows that only one of the two has predicted.
    """

    rows: int
    largest_difference: float
    largest_relative_difference: float
    other_classes: int
    other_missing: int

    @property
    def holds(self) -> bool:
        """Whether the difference is within the tolerance, and the same rows are predicted."""
        return self.largest_relative_difference <= TOLERANCE and not self.other_missing


def expected(source: ExportSource, frame: pl.DataFrame) -> pl.DataFrame:
    """What Hornbook predicts."""
    return Predictor(source.artifact, source.trusted).predict(frame)


def compare(wanted: pl.DataFrame, found: pl.DataFrame) -> Parity:
    """Holds predictions against each other, column by column.

    Args:
        wanted: those of Hornbook.
        found: those of the export, with the same columns.
    """
    largest = relative = 0.0
    other_classes = np.zeros(len(wanted), np.bool_)
    other_missing = np.zeros(len(wanted), np.bool_)
    for name in wanted.columns:
        mine, other = wanted[name].alias(""), found[name].alias("")
        missing = mine.is_null().to_numpy() != other.is_null().to_numpy()
        other_missing |= missing
        if name.startswith("prediction") and not mine.dtype.is_float():
            texts = (mine.cast(pl.String), other.cast(pl.String))
            other_classes |= (texts[0] != texts[1]).fill_null(value=False).to_numpy()
            continue
        numbers = mine.cast(pl.Float64).fill_null(0.0).to_numpy()
        difference = np.abs(numbers - other.cast(pl.Float64).fill_null(0.0).to_numpy())
        difference[missing] = 0.0
        largest = max(largest, float(difference.max(initial=0.0)))
        scaled = difference / np.maximum(1.0, np.abs(numbers))
        relative = max(relative, float(scaled.max(initial=0.0)))
    return Parity(
        len(wanted), largest, relative, int(other_classes.sum()), int(other_missing.sum())
    )


def certify(source: ExportSource, folder: Path) -> dict[str, Any]:
    """Lets an exported folder predict known rows in a process that cannot import Hornbook.

    Args:
        source: the model.
        folder: with `predict.py`.

    Returns:
        The certificate, for `certificate.json`.

    Raises:
        ExportError: the predictions differ by more than `TOLERANCE`, or the folder cannot predict.
    """
    known = parity_rows(source)
    certificate = {"hornbook": __version__, "compared": known.origin, "rows": len(known.frame)}
    if not len(known.frame):
        return {**certificate, "largest_difference": None}
    with tempfile.TemporaryDirectory() as scratch:
        found = _predicted(source, folder, known, Path(scratch))
    parity = compare(expected(source, known.frame), found)
    certificate |= {
        "largest_difference": parity.largest_difference,
        "largest_relative_difference": parity.largest_relative_difference,
        "rows_of_another_class": parity.other_classes,
        "tolerance": TOLERANCE,
        "backend": keras.backend.backend(),
    }
    if not parity.holds:
        raise ExportError(
            f"On {parity.rows:,} rows the export differs from Hornbook by up to "
            f"{parity.largest_difference:.3g}, and {parity.other_missing:,} rows are predicted by "
            "one of the two only.",
            fix="Please report this with the design.",
        )
    return certificate


def _predicted(
    source: ExportSource, folder: Path, known: ParityRows, scratch: Path
) -> pl.DataFrame:
    rows, answer = scratch / "rows.jsonl", scratch / "answer.json"
    with rows.open("w", encoding="utf-8") as file:
        for row in known.frame.iter_rows(named=True):
            values = {name: _plain(value) for name, value in row.items()}
            file.write(json.dumps(values, allow_nan=True) + "\n")
    images = _images_folder(source)
    done = subprocess.run(
        [sys.executable, "-P", "-c", _SCRIPT, *map(str, (folder, rows, answer, images)), *_BLOCKED],
        env=worker_environment(keras.backend.backend(), source.home),
        cwd=scratch,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ExportError(
            f"The export was written and cannot predict:\n{done.stderr.strip()[-2000:]}",
            fix="Please report this with the design.",
        )
    found: Sequence[dict[str, Any]] = json.loads(answer.read_text("utf-8"))
    columns = list(found[0])
    return pl.DataFrame(
        {name: pl.Series([one[name] for one in found], strict=False) for name in columns}
    )


def _plain(value: Any) -> Any:
    """A value of a table as JSON has it; dates are texts."""
    if isinstance(value, datetime):
        return value.isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _images_folder(source: ExportSource) -> str:
    """Where the images of the training are, if it had any."""
    for entry in source.features["features"]:
        if entry["type"] == "image" and entry["state"].get("folder"):
            return str(entry["state"]["folder"])
    return "."
