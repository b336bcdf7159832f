"""`mlflow`: a pyfunc model that predicts raw rows; loading it needs MLflow, not Hornbook."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import keras
import polars as pl

from hornbook.atomic import write_json_atomically, write_text_atomically
from hornbook.data import Storage
from hornbook.errors import ExportError
from hornbook.extras import import_extra
from hornbook.jobs.environment import worker_environment
from hornbook.serving.exports.parity import TOLERANCE, compare, expected
from hornbook.serving.exports.parity_rows import ParityRows, parity_rows
from hornbook.serving.exports.portable_folder import (
    pinned_requirements,
    refuse_what_cannot_be_carried,
    write_model,
    write_runtime,
)
from hornbook.serving.exports.python_folder import CERTIFICATE_FILE, certificate_notes
from hornbook.serving.exports.report import ExportReport
from hornbook.serving.exports.source import ExportSource

__all__ = ["export_mlflow"]

_EXAMPLE_ROWS = 3
_MOST_ROWS = 1000
_BLOCKED = ("hornbook", "dataiku", "polars", "pyarrow")

_LOADER = '''"""What MLflow calls to load the model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from .model import Model

__all__ = ["PyfuncModel"]


class PyfuncModel:
    """Predicts data frames of raw rows."""

    def __init__(self, folder: Path) -> None:
        self.model = Model(folder)

    def predict(self, frame: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """The predictions, with the index of the frame."""
        del params
        columns = {name: frame[name].tolist() for name in self.model.columns if name in frame}
        return pd.DataFrame(self.model.predict_columns(columns), index=frame.index)


def _load_pyfunc(path: str) -> PyfuncModel:
    return PyfuncModel(Path(path))
'''

_CHECK = """
import importlib.abc, json, sys
blocked = sys.argv[4:]
class Blocker(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] in blocked:
            raise ModuleNotFoundError("the export must do without " + name, name=name)
sys.meta_path.insert(0, Blocker())
import mlflow.pyfunc
import pandas as pd
model = mlflow.pyfunc.load_model(sys.argv[1])
frame = pd.DataFrame(json.load(open(sys.argv[2], encoding="utf-8")))
types = model.metadata.get_input_schema().input_types_dict()
for name, kind in types.items():
    if str(kind) == "DataType.datetime":
        frame[name] = pd.to_datetime(frame[name], format="ISO8601")
    elif str(kind) == "DataType.double":
        frame[name] = frame[name].astype("float64")
found = model.predict(frame)
found = found.astype(object).where(found.notna(), None)
values = {name: found[name].tolist() for name in found}
json.dump(values, open(sys.argv[3], "w", encoding="utf-8"))
"""


def export_mlflow(source: ExportSource, target: Path) -> ExportReport:
    """Writes a folder that `mlflow.pyfunc.load_model` takes, and holds it against Hornbook.

    Raises:
        MissingExtraError: MLflow is not installed.
        ExportError: a handling or a layer cannot be carried, or the predictions differ.
    """
    pyfunc = import_extra("mlflow.pyfunc", extra="mlflow", wanted_by="The format mlflow")
    refuse_what_cannot_be_carried(source, "mlflow")
    known = parity_rows(source, _MOST_ROWS)
    with tempfile.TemporaryDirectory() as scratch:
        package = Path(scratch) / _package(source)
        write_runtime(source, package)
        write_text_atomically(package / "pyfunc.py", _LOADER)
        write_model(source, Path(scratch) / "model")
        example = _frame(known, _EXAMPLE_ROWS) if len(known.frame) else None
        pyfunc.save_model(
            path=str(target),
            loader_module=f"{package.name}.pyfunc",
            data_path=str(Path(scratch) / "model"),
            code_paths=[str(package)],
            pip_requirements=["mlflow", "pandas", *pinned_requirements(source)],
            signature=_signature(source, known),
            input_example=example,
            metadata={"model": source.reference, "trained_with": "hornbook"},
        )
    certificate = _certify(source, target, known)
    write_json_atomically(target / CERTIFICATE_FILE, certificate)
    for cache in list(target.rglob("__pycache__")):
        shutil.rmtree(cache)
    notes = (*certificate_notes(certificate), "Loading it needs MLflow and Keras, not Hornbook.")
    return ExportReport("mlflow", target, notes, certificate)


def _package(source: ExportSource) -> str:
    """A name of its own for the code of each model, so that one process can load several."""
    digest = hashlib.sha256(source.keras_path.read_bytes()).hexdigest()
    return f"exported_model_{digest[:12]}"


def _signature(source: ExportSource, known: ParityRows) -> Any:
    """The columns of a row and of a prediction, with their types."""
    models = import_extra("mlflow.models", extra="mlflow", wanted_by="The format mlflow")
    types = import_extra("mlflow.types.schema", extra="mlflow", wanted_by="The format mlflow")
    inputs = [
        types.ColSpec(_type_of(source, entry, known, types), entry["column"])
        for entry in {one["column"]: one for one in source.features["features"]}.values()
    ]
    outputs = []
    for name, output in source.description["outputs"].items():
        ending = f"_{name}" if name else ""
        is_number = output["prediction_type"] == "regression"
        classes = output["target"].get("classes") or output["target"].get("labels") or ()
        is_text = any(isinstance(one, str) for one in classes) or "labels" in output["target"]
        kind = types.DataType.double if is_number or not is_text else types.DataType.string
        outputs.append(types.ColSpec(kind, f"prediction{ending}"))
        if output["interval"] is not None:
            ends = (f"prediction{ending}_{end}" for end in ("lower", "upper"))
            outputs += [types.ColSpec(types.DataType.double, end) for end in ends]
        outputs += [
            types.ColSpec(types.DataType.double, f"proba{ending}_{label}") for label in classes
        ]
    return models.ModelSignature(types.Schema(inputs), types.Schema(outputs))


def _type_of(source: ExportSource, entry: dict[str, Any], known: ParityRows, types: Any) -> Any:
    """The type of a column.

    MLflow refuses whole numbers where the type says numbers with decimals, and the other way
    round, as soon as a value is missing; so whole numbers and categories may be anything.
    """
    storage = source.artifact.reading.types.get(entry["column"])
    if entry["type"] == "vector":
        return types.Array(types.DataType.double)
    if storage in (Storage.DATE, Storage.DATETIME):
        return types.DataType.datetime
    dtype = known.frame[entry["column"]].dtype
    if entry["type"] in ("text", "image") or dtype == pl.String:
        return types.DataType.string
    if dtype.is_float() and entry["type"] == "numerical":
        return types.DataType.double
    return types.AnyType()


def _frame(known: ParityRows, most: int) -> Any:
    """Rows as pandas has them; what MLflow writes as an example."""
    return known.frame.head(most).to_pandas()


def _certify(source: ExportSource, folder: Path, known: ParityRows) -> dict[str, Any]:
    """Loads the folder in a process that cannot import Hornbook and compares predictions.

    Raises:
        ExportError: it cannot be loaded, or the predictions differ.
    """
    certificate: dict[str, Any] = {"compared": known.origin, "rows": len(known.frame)}
    if not len(known.frame):
        return {**certificate, "largest_difference": None}
    with tempfile.TemporaryDirectory() as scratch:
        rows, answer = Path(scratch) / "rows.json", Path(scratch) / "answer.json"
        columns = known.frame.to_dict(as_series=False)
        rows.write_text(json.dumps(columns, default=str), "utf-8")
        done = subprocess.run(
            [sys.executable, "-P", "-c", _CHECK, str(folder), str(rows), str(answer), *_BLOCKED],
            env=worker_environment(keras.backend.backend(), source.home),
            cwd=scratch,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise ExportError(
                f"The export was written and MLflow cannot load it:\n{done.stderr.strip()[-2000:]}",
                fix="Please report this with the design.",
            )
        values = json.loads(answer.read_text("utf-8"))
    found = pl.DataFrame({name: pl.Series(one, strict=False) for name, one in values.items()})
    parity = compare(expected(source, known.frame), found)
    if not parity.holds:
        raise ExportError(
            f"On {parity.rows:,} rows the export differs from Hornbook by up to "
            f"{parity.largest_difference:.3g}, and {parity.other_missing:,} rows are predicted by "
            "one of the two only.",
            fix="Please report this with the design.",
        )
    return {
        **certificate,
        "largest_difference": parity.largest_difference,
        "rows_of_another_class": parity.other_classes,
        "tolerance": TOLERANCE,
    }
