from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np
import pytest

from hornbook.errors import TrainingError
from hornbook.metrics import PredictionType, checked_prediction
from hornbook.metrics.rows import checked_codes, checked_values, checked_weights

REGRESSION, BINARY, MULTICLASS, MULTILABEL = PredictionType


@pytest.mark.parametrize("kind", [REGRESSION, BINARY])
def test_one_column_or_none(kind: PredictionType) -> None:
    flat = np.array([0.1, 0.2])
    assert checked_prediction(flat, kind).tolist() == [0.1, 0.2]
    assert checked_prediction(flat[:, None], kind).tolist() == [0.1, 0.2]


@pytest.mark.parametrize(
    ("kind", "shape", "n_classes", "message"),
    [
        (REGRESSION, (4, 2), None, r"shape \(4, 2\); regression tasks expect \(n_rows, 1\)"),
        (REGRESSION, (4, 3, 1), None, r"shape \(4, 3, 1\)"),
        (REGRESSION, (), None, r"shape \(\)"),
        (BINARY, (4, 3), None, r"\(n_rows, 1\) or \(n_rows, 2\)"),
        (MULTICLASS, (4,), None, r"shape \(4,\); multiclass tasks expect \(n_rows, n_classes\)"),
        (MULTICLASS, (4, 1), None, r"shape \(4, 1\)"),
        (MULTICLASS, (4, 2), 3, r"expect \(n_rows, 3\)"),
        (BINARY, (0, 1), None, "no row to measure"),
    ],
)
def test_other_shapes_are_told(
    kind: PredictionType, shape: tuple[int, ...], n_classes: int | None, message: str
) -> None:
    with pytest.raises(TrainingError, match=message):
        checked_prediction(np.zeros(shape), kind, n_classes)


def test_text_is_no_prediction() -> None:
    with pytest.raises(TrainingError, match="of dtype <U4, expected numbers"):
        checked_prediction(["high"], REGRESSION)


@pytest.mark.parametrize(
    ("dtype", "becomes"),
    [
        (np.float16, np.float32),
        (ml_dtypes.bfloat16, np.float32),
        (np.float32, np.float32),
        (np.float64, np.float64),
        (np.int8, np.float64),
    ],
)
def test_dtypes(dtype: Any, becomes: Any) -> None:
    assert checked_prediction(np.ones(2).astype(dtype), BINARY).dtype == becomes


def test_codes() -> None:
    for given in ([0, 1], [0.0, 1.0], [[0], [1]], [False, True], np.array([0, 1], np.uint8)):
        assert checked_codes(given, 2, 2).tolist() == [0, 1]


@pytest.mark.parametrize("code", [-1, 2, 0.5, float("nan")])
def test_unknown_codes(code: float) -> None:
    with pytest.raises(TrainingError, match=f"class code {code} in row 1"):
        checked_codes([0, code], 2, 2)


def test_one_hot_truth_is_told_by_its_shape() -> None:
    with pytest.raises(TrainingError, match=r"The truth has the shape \(3, 3\), expected \(3,\)"):
        checked_codes(np.eye(3), 3, 3)


def test_a_missing_truth_is_told() -> None:
    with pytest.raises(TrainingError, match="nan in row 1"):
        checked_values([1.0, np.nan], 2)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1.0, -2.0], "row 1 is -2.0"),
        ([np.nan, 1.0], "row 0 is nan"),
        ([np.inf, 1.0], "row 0 is inf"),
        ([0.0, 0.0], "All 2 sample weights are 0"),
        ([1.0], r"shape \(1,\), expected \(2,\)"),
    ],
)
def test_unusable_weights(weights: list[float], message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        checked_weights(weights, 2)
