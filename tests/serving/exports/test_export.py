"""Exports of small models: what they say, what they refuse, and what a failed one leaves."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import polars as pl
import pytest
from PIL import Image

from hornbook.errors import ExportError, NotFoundError, UsageError
from hornbook.features import (
    LabelsEncoder,
    TargetEncoder,
)
from hornbook.metrics import Calibration, PredictionInterval, PredictionType
from hornbook.metrics.calibration import IsotonicCurve, SigmoidCurve
from hornbook.serving.exports import FORMATS, export_model
from hornbook.serving.exports.parity import compare
from hornbook.serving.exports.portable_folder import (
    pinned_requirements,
    refuse_what_cannot_be_carried,
    write_model,
    write_runtime,
)
from hornbook.serving.portable.model import Model
from hornbook.serving.portable.values import RowError
from hornbook.serving.predict import Predictor
from hornbook.training.artifact import MODEL_FOLDER
from hornbook.training.trust import TrustedModels

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

TRAIN = pl.DataFrame({"n": [1.0, 2.0, 3.0, 4.0], "^c$": ["a", "b", "a", "b"]})
LABELS = LabelsEncoder(("y",), ("l", "m", "o"), "|")
RISING = IsotonicCurve(np.array([0.1, 0.6, 0.9]), np.array([0.0, 0.5, 1.0]))
KINDS: dict[str, dict[str, Any]] = {
    "binary": {},
    "two units": {"units": 2, "activation": "softmax"},
    "calibrated": {"calibration": Calibration("sigmoid", (SigmoidCurve(0.7, 0.1),))},
    "classes": {
        "units": 3,
        "activation": "softmax",
        "kind": PredictionType.MULTICLASS,
        "encoder": TargetEncoder("y", (1, 2, 30)),
        "calibration": Calibration("isotonic", (RISING, None, RISING)),
    },
    "labels": {
        "units": 3,
        "kind": PredictionType.MULTILABEL,
        "encoder": LABELS,
        "calibration": Calibration("isotonic", (RISING, RISING, None), exclusive=False),
    },
    "numbers": {
        "activation": "linear",
        "kind": PredictionType.REGRESSION,
        "encoder": TargetEncoder("y"),
        "interval": PredictionInterval(0.9, 1.5),
    },
}


@pytest.mark.parametrize("name", KINDS)
def test_predictions_of_every_kind_are_those_of_hornbook(make: Any, name: str, home: Path):
    source = make(home, **KINDS[name])
    write_model(source, home / "carried")
    frame = pl.DataFrame(
        {
            "n": [1.0, None, 3.5, -2.0, float("nan"), 9.0],
            "^c$": ["a", "b", "z", None, "a", "b"],
            "more": range(6),
        }
    )
    mine = Model(home / "carried").predict(frame.to_dicts())
    wanted = Predictor(source.artifact, TrustedModels(home)).predict(frame)
    assert list(mine[0]) == wanted.columns
    found = pl.DataFrame({one: [row[one] for row in mine] for one in mine[0]})
    parity = compare(wanted, found)
    assert parity.largest_difference < 1e-6
    assert (parity.other_missing, parity.other_classes) == (0, 0)
    assert [row["prediction"] is None for row in mine] == [False, True, False, False, True, False]
    assert [row["prediction"] for row in mine] == wanted["prediction"].to_list()


def test_a_difference_is_found_by_comparing() -> None:
    wanted = pl.DataFrame({"prediction": ["a", "b", None], "proba_a": [0.9, 0.2, None]})
    other = pl.DataFrame({"prediction": ["a", "a", "a"], "proba_a": [0.9, 0.25, 0.5]})
    parity = compare(wanted, other)
    assert parity.largest_difference == pytest.approx(0.05)
    assert (parity.other_classes, parity.other_missing) == (1, 1)
    assert not parity.holds
    assert compare(wanted, wanted).holds


def test_a_column_that_is_missing_is_named(make: Any, home: Path):
    source = make(home)
    write_model(source, home / "carried")
    with pytest.raises(RowError, match=r"lack the columns '\^c\$'; they have 'n'"):
        Model(home / "carried").predict([{"n": 1.0}])
    assert Model(home / "carried").predict([]) == []


@pytest.mark.slow
def test_without_data_the_certificate_says_that_nothing_was_compared(make: Any, home: Path):
    report = export_model(make(home), "python", home / "out")
    certificate = json.loads((home / "out" / "certificate.json").read_text("utf-8"))
    assert certificate["rows"] == 0
    assert certificate["largest_difference"] is None
    assert "no longer known" in certificate["compared"]
    assert report.path == home / "out"
    assert "compared on no rows" in report.notes[0]
    assert not list(home.rglob("__pycache__"))
    text = "".join(path.read_text("utf-8") for path in (home / "out").rglob("*.py"))
    assert "import hornbook" not in text
    assert "from hornbook" not in text


def test_what_is_there_is_not_replaced_unless_forced_and_an_export(make: Any, home: Path):
    source = make(home)
    with pytest.raises(NotFoundError, match="no export format 'pyton'"):
        export_model(source, "pyton")
    (home / "mine").mkdir()
    (home / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(UsageError, match="something at"):
        export_model(source, "keras", home / "mine")
    with pytest.raises(UsageError, match="is no export"):
        export_model(source, "keras", home / "mine", force=True)
    with pytest.raises(UsageError, match="is a folder, and notebook is written as a file"):
        export_model(source, "notebook", home / "mine", force=True)
    with pytest.raises(UsageError, match="no folder"):
        export_model(source, "keras", home / "none" / "out")
    assert (home / "mine" / "letter.txt").read_text() == "dear"


def test_an_export_that_fails_leaves_nothing(make: Any, home: Path):
    source = make(home)
    before = sorted(home.iterdir())
    with pytest.raises(ExportError, match="session that trained it"):
        export_model(source, "notebook", home / "again.ipynb")
    assert sorted(home.iterdir()) == before


@pytest.mark.slow
def test_keras_files_are_loaded_and_replaced_when_forced(make: Any, home: Path):
    source = make(home)
    report = export_model(source, "keras", home / "out")
    assert "model.keras can be loaded by plain Keras" in report.notes[0]
    loaded = keras.saving.load_model(home / "out" / "inference.keras")
    rows = np.ones((2, 3), np.float32)
    wanted = Predictor(source.artifact, TrustedModels(home)).keras_model.predict_on_batch(rows)
    np.testing.assert_array_equal(loaded.predict_on_batch(rows), wanted)
    assert "`main`: float32 of shape (n_rows, 3)" in (home / "out" / "README.md").read_text("utf-8")
    export_model(source, "keras", home / "out", force=True)
    assert (home / "out" / "model.keras").is_file()


def test_all_that_cannot_be_carried_is_listed(make: Any, home: Path):
    source = make(home)
    path = source.folder / MODEL_FOLDER / "features" / "pipeline.json"
    saved = json.loads(path.read_text("utf-8"))
    state = {"output": {}, "root": {"object": 0}, "objects": []}
    saved["features"] += [
        {"column": "photo", "type": "image", "handling": "custom", "options": {}, "state": {}},
        {"column": "review", "type": "text", "handling": "custom", "options": {}, "state": state},
        {"column": "note", "type": "text", "handling": "embedding", "options": {}, "state": {}},
    ]
    source.__dict__["features"] = saved
    with pytest.raises(ExportError) as refused:
        refuse_what_cannot_be_carried(source, "python")
    message = refused.value.message
    for column in (
        "'photo' (image, custom)",
        "'review' (text, custom)",
        "'note' (text, embedding)",
    ):
        assert column in message
    assert "'n'" not in message


class Doubled(keras.layers.Layer):
    def call(self, inputs: Any) -> Any:
        return 2.0 * inputs


CODE = "import keras\nclass Doubled(keras.layers.Layer):\n    def call(self, inputs):\n"


def test_layers_of_the_design_are_carried_if_trusted_and_without_us(make: Any, home: Path):
    source = make(home, layer=Doubled())
    architecture = source.design_path / "architecture.py"
    architecture.write_text(CODE + "        return 2.0 * inputs\n")
    with pytest.raises(ExportError, match="does not trust the model"):
        refuse_what_cannot_be_carried(source, "python")
    TrustedModels(home).add(source.folder, "trusted by hand")
    refuse_what_cannot_be_carried(source, "python")
    write_model(source, home / "carried")
    frame = pl.DataFrame({"n": [1.0, 3.0], "^c$": ["a", "b"]})
    mine = Model(home / "carried").predict(frame.to_dicts())
    wanted = Predictor(source.artifact, TrustedModels(home)).predict(frame)
    assert [row["proba_yes"] for row in mine] == wanted["proba_yes"].to_list()
    architecture.write_text("import dataiku\n" + CODE + "        return 2.0 * inputs\n")
    TrustedModels(home).add(source.folder, "trusted by hand")
    with pytest.raises(ExportError, match="which imports dataiku"):
        refuse_what_cannot_be_carried(source, "python")


def test_every_format_has_an_exporter() -> None:
    for chosen in FORMATS.values():
        assert callable(chosen.exporter())
        assert chosen.default_path.suffix == chosen.ending


def test_the_code_for_images_goes_along_and_does_without_hornbook(make: Any, home: Path):
    source = make(home)
    state = {"shape": [4, 5, 3], "dtype": "float32", "folder": "/where/it/was"}
    options = {"height": 4, "width": 5, "channels": "RGB", "scale": True, "missing": "impute"}
    entry = {"column": "photo", "type": "image", "handling": "resize", "options": options}
    source.__dict__["features"] = {"features": [{**entry, "state": state}], "steps": []}
    write_runtime(source, home / "runtime")
    write_model(source, home / "model")
    assert "/where/it/was" not in (home / "model" / "model.json").read_text("utf-8")
    assert [one.partition("==")[0] for one in pinned_requirements(source)][-2:] == [
        "opencv-python-headless",
        "pillow",
    ]
    Image.new("RGB", (10, 8), "red").save(home / "red.png")
    script = (
        "import sys; sys.modules['hornbook'] = None; sys.path.insert(0, '.')\n"
        "from runtime.images import Resize\n"
        f"images = Resize({ {**entry, 'state': state}!r}, {{}})\n"
        "found = images.transform(['red.png', 'none.png', None])\n"
        "assert found[0, 0, 0].tolist() == [1.0, 0.0, 0.0] and not found[1:].any()\n"
    )
    subprocess.run([sys.executable, "-c", script], cwd=home, check=True)
    (home / "plain").mkdir()
    write_runtime(make(home / "plain"), home / "without")
    assert not (home / "without" / "images.py").exists()
