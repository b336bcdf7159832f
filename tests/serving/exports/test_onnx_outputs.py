"""What follows the network says in ONNX what it says in Hornbook."""

from __future__ import annotations

import numpy as np
import onnxruntime
import polars as pl
import pytest

from hornbook.features import LabelsEncoder, TargetEncoder
from hornbook.metrics import Calibration, PredictionInterval, PredictionType
from hornbook.metrics.calibration import IsotonicCurve, SigmoidCurve
from hornbook.serving.exports.onnx_outputs import postprocessing
from hornbook.serving.predict import output_in_words
from hornbook.training.artifact import ModelOutput

RAW = np.random.default_rng(4).random((200, 3)).astype(np.float32)
CURVE = IsotonicCurve(np.array([0.1, 0.4, 0.8]), np.array([0.0, 0.7, 0.9]))
SIGMOID = SigmoidCurve(1.7, -0.3)


def run(output: ModelOutput, raw: np.ndarray, scored: np.ndarray | None = None, name: str = ""):
    after = postprocessing({name: output}, drops_rows=scored is not None)
    session = onnxruntime.InferenceSession(after.model.SerializeToString())
    feeds = {after.raw[name]: raw}
    if scored is not None:
        feeds[after.scored] = scored
    names = [one.name for one in session.get_outputs()]
    assert names == [one["name"] for one in after.description]
    return dict(zip(names, session.run(names, feeds), strict=True))


def check_classes(output: ModelOutput, raw: np.ndarray) -> None:
    expected = pl.DataFrame(output_in_words("", output, raw))
    given = run(output, raw)
    assert given["prediction"].tolist() == expected["prediction"].to_list()
    probabilities = expected.drop("prediction").to_numpy()
    np.testing.assert_allclose(given["probabilities"], probabilities, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("classes", [("no", "yes"), ("ünï", ""), (0, 1), (1.5, 2.0), (False, True)])
@pytest.mark.parametrize("units", [1, 2])
def test_two_classes(classes, units):
    raw = RAW[:, :units]
    for threshold in (None, 0.3, float(raw[7, -1])):
        output = ModelOutput(PredictionType.BINARY, TargetEncoder("y", classes), threshold)
        check_classes(output, raw)


@pytest.mark.parametrize("curve", [CURVE, SIGMOID, None])
@pytest.mark.parametrize("units", [1, 2])
def test_two_calibrated_classes(curve, units):
    encoder = TargetEncoder("y", ("no", "yes"))
    method = "isotonic" if curve is CURVE else "sigmoid"
    output = ModelOutput(PredictionType.BINARY, encoder, 0.6, Calibration(method, (curve,)))
    check_classes(
        output,
        np.vstack([RAW[:, :units], np.zeros((1, units)), np.ones((1, units))]).astype(np.float32),
    )


@pytest.mark.parametrize("curves", [None, (CURVE, None, CURVE), (SIGMOID, SIGMOID, None)])
def test_more_classes(curves):
    calibration = None if curves is None else Calibration("isotonic", curves)
    encoder = TargetEncoder("y", ("a", "b", "c"))
    output = ModelOutput(PredictionType.MULTICLASS, encoder, None, calibration)
    check_classes(output, np.vstack([RAW, np.zeros((1, 3), np.float32)]))


def test_rows_whose_probabilities_are_all_corrected_to_nothing():
    nothing = IsotonicCurve(np.array([0.5, 1.0]), np.array([0.0, 1.0]))
    encoder = TargetEncoder("y", (3, 5, 7))
    calibration = Calibration("isotonic", (nothing,) * 3)
    output = ModelOutput(PredictionType.MULTICLASS, encoder, None, calibration)
    check_classes(output, RAW / 2)


@pytest.mark.parametrize("separator", [",", None])
def test_labels(separator):
    columns = ("tags",) if separator else ("x", "y", "z")
    encoder = LabelsEncoder(columns, ("x", "y", "z"), separator)
    check_classes(ModelOutput(PredictionType.MULTILABEL, encoder), RAW)
    calibration = Calibration("sigmoid", (SIGMOID, None, SIGMOID), exclusive=False)
    check_classes(ModelOutput(PredictionType.MULTILABEL, encoder, None, calibration), RAW)


def test_values_and_their_interval():
    interval = PredictionInterval(0.9, 1.25)
    output = ModelOutput(PredictionType.REGRESSION, TargetEncoder("y"), interval=interval)
    given = run(output, RAW[:, :1], name="price")
    np.testing.assert_array_equal(given["prediction_price"], RAW[:, 0].astype(np.float64))
    ends = np.column_stack(interval.bounds(RAW[:, 0]))
    np.testing.assert_array_equal(given["interval_price"], ends)


def test_rows_that_cannot_be_scored_have_no_numbers():
    scored = np.arange(len(RAW)) % 2 == 0
    output = ModelOutput(PredictionType.BINARY, TargetEncoder("y", ("no", "yes")), 0.5)
    given = run(output, RAW[:, :1], scored)
    assert (given["scored"] == scored).all()
    assert np.isnan(given["probabilities"][~scored]).all()
    assert np.isfinite(given["probabilities"][scored]).all()
    assert set(given["prediction"][~scored]) == {""}
    values = run(ModelOutput(PredictionType.REGRESSION, TargetEncoder("y")), RAW, scored)
    assert np.isnan(values["prediction"][~scored]).all()
