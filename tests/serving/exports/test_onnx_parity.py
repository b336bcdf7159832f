"""The comparison of two predictions, and what its certificate says."""

from __future__ import annotations

import numpy as np
import polars as pl

from hornbook.features import LabelsEncoder, TargetEncoder
from hornbook.metrics import PredictionInterval, PredictionType
from hornbook.serving.exports.onnx_parity import ParityCheck
from hornbook.training.artifact import ModelOutput

BINARY = ModelOutput(PredictionType.BINARY, TargetEncoder("y", ("no", "yes")), 0.5)


def hornbook(positive: list[float | None], words: list[str | None]) -> pl.DataFrame:
    proba = pl.Series("proba_yes", positive, dtype=pl.Float64)
    return pl.DataFrame({"prediction": words, "proba_no": 1 - proba, "proba_yes": proba})


def onnx(positive: list[float], words: list[str], **more: object):
    values = np.array(positive)
    probabilities = np.column_stack([1 - values, values])
    return {"prediction": np.array(words, object), "probabilities": probabilities, **more}


def test_what_is_the_same_is_certified():
    check = ParityCheck({"": BINARY})
    for _ in range(2):
        parted = check.add(
            hornbook([0.2, 0.9], ["no", "yes"]), onnx([0.2, 0.9 + 1e-7], ["no", "yes"])
        )
        assert parted.tolist() == []
    found = check.certificate
    assert (found.rows, found.unscored_rows) == (4, 0)
    assert 0 < found.numbers["probabilities"].largest_absolute_difference < 2e-7
    assert found.numbers["probabilities"].row == 1
    assert found.labels["prediction"].equal_share == 1.0
    assert str(found) == (
        "4 rows through ONNX Runtime and Hornbook: largest difference 1e-07 (1e-07 relative); "
        "100.0000% of 'prediction' equal"
    )


def test_numbers_further_apart_than_the_tolerance_part():
    check = ParityCheck({"": BINARY}, tolerance=1e-3)
    check.add(hornbook([0.2], ["no"]), onnx([0.2], ["no"]))
    parted = check.add(hornbook([0.2, 0.3], ["no", "no"]), onnx([0.2005, 0.302], ["no", "no"]))
    assert parted.tolist() == [1]
    assert check.certificate.numbers["probabilities"].row == 2


def test_another_class_parts_unless_it_is_on_the_edge():
    check = ParityCheck({"": BINARY}, tolerance=1e-5)
    given = onnx([0.2, 0.5 - 1e-7], ["yes", "no"])
    parted = check.add(hornbook([0.2, 0.5], ["no", "yes"]), given)
    assert parted.tolist() == [0]
    labels = check.certificate.labels["prediction"]
    assert (labels.different_rows, labels.on_the_edge_rows, labels.equal_share) == (2, 1, 0.0)


def test_rows_without_a_prediction_must_have_none_on_both_sides():
    check = ParityCheck({"": BINARY})
    given = onnx([float("nan"), 0.3], ["", "no"], scored=np.array([False, True]))
    assert check.add(hornbook([None, 0.3], [None, "no"]), given).tolist() == []
    assert check.certificate.unscored_rows == 1
    assert check.add(hornbook([0.2, 0.3], ["no", "no"]), given).tolist() == [0]
    assert check.add(hornbook([None, None], [None, None]), given).tolist() == [1]


def test_nan_is_no_number_that_agrees():
    output = ModelOutput(PredictionType.REGRESSION, TargetEncoder("y"))
    check = ParityCheck({"": output})
    given = {"prediction": np.array([float("nan"), 2.0, float("inf")])}
    expected = pl.DataFrame({"prediction": [1.0, 2.0, float("inf")]})
    assert check.add(expected, given).tolist() == [0]
    assert check.certificate.largest_absolute_difference == float("inf")


def test_large_values_are_compared_by_their_size():
    interval = PredictionInterval(0.9, 50.0)
    output = ModelOutput(PredictionType.REGRESSION, TargetEncoder("y"), interval=interval)
    check = ParityCheck({"price": output})
    expected = pl.DataFrame(
        {
            "prediction_price": [1e6],
            "prediction_price_lower": [1e6 - 50],
            "prediction_price_upper": [1e6 + 50],
        }
    )
    given = {
        "prediction_price": np.array([1e6 + 1]),
        "interval_price": np.array([[1e6 - 49, 1e6 + 51]]),
    }
    assert check.add(expected, given).tolist() == []
    assert check.certificate.numbers["interval_price"].largest_absolute_difference == 1.0
    assert check.certificate.numbers["interval_price"].largest_relative_difference < 1.1e-6


def test_labels_are_compared_as_their_text():
    encoder = LabelsEncoder(("t",), ("a", "b"), "|")
    check = ParityCheck({"": ModelOutput(PredictionType.MULTILABEL, encoder)})
    expected = pl.DataFrame(
        {"prediction": ["a|b", ""], "proba_a": [0.9, 0.1], "proba_b": [0.8, 0.2]}
    )
    given = {
        "prediction": np.array(["a|b", "b"], object),
        "probabilities": np.array([[0.9, 0.8], [0.1, 0.2]]),
    }
    assert check.add(expected, given).tolist() == [1]
