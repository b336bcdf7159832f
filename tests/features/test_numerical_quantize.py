from __future__ import annotations

import math
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.preprocessing import KBinsDiscretizer

from hornbook.errors import FeatureError
from hornbook.features import Feature, FeaturePipeline, NumericalQuantize, NumericalRegular

RANDOM = np.random.default_rng(11)


def transformed(train: Any, values: Any, **options: Any) -> np.ndarray:
    feature = Feature("x", NumericalQuantize(**options))
    pipeline = FeaturePipeline.fit([feature], [pl.DataFrame({"x": train})])
    return pipeline.transform(pl.DataFrame({"x": values}))["main"]


@pytest.mark.parametrize("quantiles", [2, 5, 10])
@pytest.mark.parametrize(
    "train",
    [RANDOM.normal(size=301), RANDOM.integers(0, 4, 300).astype(float), np.array([1.0, 1.0, 5.0])],
    ids=["normal", "ties", "few"],
)
@pytest.mark.filterwarnings("ignore:Bins whose width are too small")
def test_equals_scikit_learns_discretizer(train: np.ndarray, quantiles: int) -> None:
    values = np.concatenate([train, RANDOM.normal(1, 5, 100)])
    for one_hot in (False, True):
        reference = KBinsDiscretizer(
            quantiles,
            encode="onehot-dense" if one_hot else "ordinal",
            strategy="quantile",
            quantile_method="linear",
        ).fit(train[:, np.newaxis])
        ours = transformed(train, values, quantiles=quantiles, one_hot=one_hot)
        np.testing.assert_array_equal(ours, reference.transform(values[:, np.newaxis]))


def test_each_interval_holds_the_same_share() -> None:
    train = RANDOM.permutation(1000).astype(float)
    indices, counts = np.unique(transformed(train, train, quantiles=8), return_counts=True)
    assert indices.tolist() == list(range(8))
    assert counts.tolist() == [125] * 8


def test_missing_numbers_are_imputed_and_move_no_edge() -> None:
    train = [1.0, 2.0, 3.0, 4.0] + [None] * 10
    values = [None, math.nan, 0.0, 99.0]
    assert transformed(train, values)[:, 0].tolist() == [2, 2, 0, 3]
    constant = transformed(train, values, impute_with="constant", impute_value=-5.0)
    assert constant[:, 0].tolist() == [0, 0, 0, 3]


def test_the_original_stands_beside_it_as_a_regular_feature() -> None:
    train = [1.0, 2.0, 30.0, None]
    regular = Feature("x", NumericalRegular(rescaling="log"))
    frame = pl.DataFrame({"x": train})
    expected = FeaturePipeline.fit([regular], [frame]).transform(frame)["main"]
    for one_hot in (False, True):
        array = transformed(train, train, keep_original=True, rescaling="log", one_hot=one_hot)
        np.testing.assert_array_equal(array[:, -1:], expected)


def test_a_constant_column_is_one_interval() -> None:
    assert transformed([3.0, 3.0], [1.0, 3.0, 9.0])[:, 0].tolist() == [0, 0, 0]


def test_a_column_without_numbers_is_an_error() -> None:
    nothing = pl.Series([None], dtype=pl.Float64)
    for impute_with in ("mean", "constant"):
        with pytest.raises(FeatureError, match="no number in the train rows"):
            transformed(nothing, nothing, impute_with=impute_with)


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({}, ["quantile"]),
        ({"quantiles": 2, "missing": "drop_rows"}, ["quantile"]),
        ({"quantiles": 2, "one_hot": True}, ["quantile 0", "quantile 1"]),
    ],
)
def test_contract(check_contract: Any, options: dict[str, Any], names: list[str]) -> None:
    values = [1.5, None, 2.0, 8.0, -3.0, 2.5, None]
    fitted = check_contract(NumericalQuantize(**options), values, [1e9, -1e9])
    assert [output.name for output in fitted.outputs] == [f"a column:{name}" for name in names]
    kept = check_contract(NumericalQuantize(keep_original=True, **options), values, [1e9, -1e9])
    assert [output.name for output in kept.outputs[:-1]] == [f"a column:{one}" for one in names]
    assert kept.outputs[-1].name == "a column"
