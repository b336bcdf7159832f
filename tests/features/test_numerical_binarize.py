from __future__ import annotations

import math
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Binarizer

from hornbook.errors import FeatureError
from hornbook.features import Feature, FeaturePipeline, NumericalBinarize, NumericalRegular

VALUES = [1.0, 2.0, 2.0, 7.0, None, math.inf]


def transformed(train: Any, values: Any, handling: Any) -> np.ndarray:
    pipeline = FeaturePipeline.fit([Feature("x", handling)], [pl.DataFrame({"x": train})])
    return pipeline.transform(pl.DataFrame({"x": values}))["main"]


def binarized(values: Any, **options: Any) -> list[float]:
    return transformed(VALUES, values, NumericalBinarize(**options))[:, 0].tolist()


def test_equals_scikit_learns_binarizer() -> None:
    random = np.random.default_rng(3)
    values = random.integers(-5, 5, (200, 1)).astype(float)
    values[::7] = math.nan
    reference = make_pipeline(SimpleImputer(strategy="median"), Binarizer(threshold=1.0))
    handling = NumericalBinarize(threshold_with="constant", threshold=1.0, impute_with="median")
    ours = transformed(values[:, 0], values[:, 0], handling)
    np.testing.assert_array_equal(ours, reference.fit_transform(values))


def test_the_threshold_is_that_of_the_numbers_of_the_train_rows() -> None:
    around_mean, around_median = [2.9, 3.0, 3.1], [1.9, 2.0, 2.1]
    assert binarized(around_mean) == [0, 0, 1]
    assert binarized(around_median, threshold_with="median") == [0, 0, 1]
    # Imputed rows would move it: the mean of 1, 2, 2, 7, 100, 100 is 35.
    assert binarized(around_mean, impute_with="constant", impute_value=100.0) == [0, 0, 1]


def test_a_missing_number_is_imputed_first() -> None:
    assert binarized([None, math.nan], impute_with="constant", impute_value=9.0) == [1, 1]
    assert binarized([None], impute_with="constant", impute_value=-9.0) == [0]
    assert binarized([None], threshold_with="constant", threshold=2.9) == [1]


def test_the_original_stands_beside_it_as_a_regular_feature() -> None:
    options: dict[str, Any] = {"rescaling": "robust", "impute_with": "median"}
    array = transformed(VALUES, VALUES, NumericalBinarize(keep_original=True, **options))
    regular = transformed(VALUES, VALUES, NumericalRegular(**options))
    assert array.shape == (6, 2)
    np.testing.assert_array_equal(array[:, 1:], regular)


def test_a_column_without_numbers_needs_two_constants() -> None:
    nothing = pl.Series([None, None], dtype=pl.Float64)
    constant: dict[str, Any] = {"impute_with": "constant", "impute_value": 1.0}
    for options in ({}, {"threshold_with": "constant"}, constant):
        with pytest.raises(FeatureError, match="no number in the train rows"):
            transformed(nothing, nothing, NumericalBinarize(**options))
    handling = NumericalBinarize(threshold_with="constant", **constant)
    assert transformed(nothing, [None, -1.0], handling)[:, 0].tolist() == [1, 0]


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({}, ["a column:above"]),
        ({"threshold_with": "median", "missing": "drop_rows"}, ["a column:above"]),
        ({"keep_original": True, "rescaling": "log"}, ["a column:above", "a column"]),
    ],
)
def test_contract(check_contract: Any, options: dict[str, Any], names: list[str]) -> None:
    values = [value for value in VALUES if value is None or math.isfinite(value)]
    fitted = check_contract(NumericalBinarize(**options), values, [1e9, -1e9])
    assert [output.name for output in fitted.outputs] == names
