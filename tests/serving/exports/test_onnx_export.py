"""A whole model as ONNX: written with its certificate, or refused."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import keras
import numpy as np
import onnx
import onnxruntime
import polars as pl
import pytest

from hornbook.data import ReadOptions
from hornbook.errors import ExportError, MissingExtraError
from hornbook.features import (
    ROW,
    CategoricalDummy,
    CategoricalHash,
    CategoricalOrdinal,
    DateParts,
    Feature,
    FeaturePipeline,
    NumericalRegular,
    TargetEncoder,
    TargetFormat,
    TargetLayout,
    TextHash,
    TextTfidf,
    VectorUnfold,
)
from hornbook.metrics import Calibration, PredictionType
from hornbook.metrics.calibration import SigmoidCurve
from hornbook.serving.exports import onnx_export
from hornbook.serving.exports.onnx_export import export_onnx
from hornbook.serving.predict import Predictor
from hornbook.training.artifact import MODEL_FOLDER, ModelArtifact, ModelOutput
from hornbook.training.trust import TrustedModels

# Keras' own, when it saves the seed of a layer.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

ROWS = pl.DataFrame(
    {
        "prediction": [1.0, 2.5, None, 4.0, -7.0, 0.0],
        "pH (räw)": [3, 3, 1, None, 2, 9],
        "colour": ["red", "blue", None, "red", "green", ""],
        "day": [date(2024, 1, 31), None, date(1999, 12, 31), *[date(2020, 2, 29)] * 3],
        "review": ["Good, good MOVIE", "bad", None, "été ÉTÉ", "a bad movie", ""],
        "vector": [[1.0, 2.0], None, [0.0, 1.0], [5.0, 5.0], [2.0, 2.0], [1.0, 0.0]],
    }
)
HANDLINGS = {
    "prediction": NumericalRegular(missing="drop_rows"),
    "pH (räw)": NumericalRegular(),
    "colour": CategoricalDummy(),
    "day": DateParts(),
    "review": TextTfidf(),
    "vector": VectorUnfold(),
}


def make(folder, handlings=HANDLINGS, rows=ROWS) -> Predictor:
    """A small binary model of all kinds of columns, not trained."""
    features = [Feature(name, handling) for name, handling in handlings.items()]
    pipeline = FeaturePipeline.fit(features, [rows.head(5).with_row_index(ROW)])
    keras.utils.set_random_seed(1)
    main = keras.Input(pipeline.inputs["main"].shape, name="main")
    x = keras.layers.Dense(8, "relu")(main)
    calibration = Calibration("sigmoid", (SigmoidCurve(0.8, 0.1),))
    encoder = TargetEncoder("y", ("no", "yes"))
    ModelArtifact(
        folder / MODEL_FOLDER,
        {"": ModelOutput(PredictionType.BINARY, encoder, 0.45, calibration)},
        TargetLayout.single(TargetFormat.VALUES),
        pipeline,
        ReadOptions(types_may_be_absent=True),
        "jax",
    ).write(keras.Model(main, keras.layers.Dense(1, "sigmoid")(x)))
    return Predictor(ModelArtifact.read(folder / MODEL_FOLDER), TrustedModels(folder))


@pytest.mark.slow
def test_a_model_is_written_with_its_certificate(tmp_path):
    predictor = make(tmp_path)
    output = tmp_path / "movies.onnx"
    done: list[int] = []
    blocks = [ROWS.with_columns(more=1), ROWS.head(2)]
    certificate = export_onnx(predictor, blocks, output, home=tmp_path, progress=done.append)
    assert done == [6, 8]
    assert (certificate.rows, certificate.unscored_rows) == (8, 1)
    assert certificate.largest_absolute_difference < 1e-6
    assert certificate.labels["prediction"].equal_share == 1.0
    assert certificate.opsets == {"ai.onnx": 20, "ai.onnx.ml": 4, "com.microsoft": 1}
    assert certificate.contributed_operators == ["Tokenizer"]
    assert set(certificate.versions) >= {"hornbook", "keras", "tf2onnx", "onnx", "onnxruntime"}
    written = json.loads(json.dumps(certificate.to_json()))
    assert not list(tmp_path.glob("*partial*"))

    # From here on as someone who has the file and ONNX Runtime, and nothing else.
    model = onnx.load(output)
    onnx.checker.check_model(model, full_check=False)
    metadata = {one.key: json.loads(one.value) for one in model.metadata_props}
    assert metadata["hornbook_parity"] == written
    inputs, outputs = metadata["hornbook"]["inputs"], metadata["hornbook"]["outputs"]
    assert [one["column"] for one in inputs] == ROWS.columns
    assert [one["name"] for one in outputs] == ["prediction", "probabilities", "scored"]
    assert outputs[1]["classes"] == ["no", "yes"]
    session = onnxruntime.InferenceSession(output)
    feeds = {
        "column prediction": np.array([[1.0], [np.nan]]),
        "pH (räw)": np.array([[3.0], [np.nan]]),
        "colour": np.array([["red"], [""]], object),
        "day": np.array([["2024-01-31"], ["2024-01-31T12:00"]], object),
        "review": np.array([["Good, good MOVIE"], [""]], object),
        "vector": np.array([[1.0, 2.0], [np.nan, 0.0]]),
    }
    prediction, probabilities, scored = session.run(None, feeds)
    expected = predictor.predict(ROWS.head(1))
    assert prediction.tolist() == [expected["prediction"][0], ""]
    np.testing.assert_allclose(probabilities[0, 1], expected["proba_yes"][0], atol=1e-6)
    assert scored.tolist() == [True, False]


@pytest.mark.slow
def test_a_model_that_says_something_else_is_not_written(tmp_path, monkeypatch):
    predictor = make(tmp_path)
    whole = onnx_export.preprocessing

    def wrong(pipeline):
        fitted = list(pipeline.fitted)
        fitted[1] = replace(fitted[1], rescaler=replace(fitted[1].rescaler, offset=77.0))
        return whole(replace(pipeline, fitted=tuple(fitted)))

    monkeypatch.setattr(onnx_export, "preprocessing", wrong)
    output = tmp_path / "movies.onnx"
    with pytest.raises(ExportError) as raised:
        export_onnx(predictor, [ROWS], output, home=tmp_path)
    message = str(raised.value)
    assert "part on 5 of 6 rows" in message
    assert "Row 1: column 'pH (räw)': 'pH (räw)' is" in message
    assert "colour" not in message
    assert not output.exists()


def test_all_that_cannot_be_expressed_is_listed_at_once(tmp_path):
    handlings = {
        "colour": CategoricalHash(n_features=4),
        "review": TextHash(n_features=4),
        "c2": CategoricalHash(n_features=2),
        "c3": CategoricalOrdinal(missing="impute", impute_with="constant"),
        "c4": CategoricalDummy(),
    }
    rows = ROWS.with_columns(c2="colour", c3="colour", c4=pl.lit(""))
    predictor = make(tmp_path, handlings, rows)
    with pytest.raises(ExportError) as raised:
        export_onnx(predictor, [rows], tmp_path / "m.onnx", home=tmp_path)
    message = str(raised.value)
    assert "cannot express 3 of the 5 features" in message
    assert "'colour', categorical hash: it hashes" in message
    assert "'c2', categorical hash: it hashes" in message
    assert "'c4', categorical dummy: the empty text is one of its categories" in message
    assert "review" not in message


@pytest.mark.slow
def test_there_must_be_rows(tmp_path):
    predictor = make(tmp_path, {"pH (räw)": NumericalRegular()})
    with pytest.raises(ExportError, match="There are no rows to compare"):
        export_onnx(predictor, [ROWS.head(0)], tmp_path / "m.onnx", home=tmp_path)


def test_a_folder_that_is_not_there_is_said_before_anything_is_done(tmp_path):
    predictor = make(tmp_path)
    with pytest.raises(ExportError, match="There is no folder"):
        export_onnx(predictor, [ROWS], tmp_path / "no" / "m.onnx", home=tmp_path)


@pytest.mark.parametrize("package", ["onnx", "onnxruntime"])
def test_a_missing_package_names_the_extra(tmp_path, monkeypatch, package):
    import sys

    predictor = make(tmp_path)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=r"hornbook\[onnx\]"):
        export_onnx(predictor, [ROWS], tmp_path / "m.onnx", home=tmp_path)
