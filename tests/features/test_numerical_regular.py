from __future__ import annotations

import math
from typing import Any

import numpy as np
import polars as pl
import pytest
from pydantic import ValidationError
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    RobustScaler,
    StandardScaler,
)

from hornbook.errors import FeatureError
from hornbook.features import Feature, FeaturePipeline, NumericalRegular

SCALERS = {
    "standard": StandardScaler,
    "minmax": lambda: MinMaxScaler(clip=False),
    "robust": RobustScaler,
    "log": lambda: make_pipeline(FunctionTransformer(symmetric_log), StandardScaler()),
    "none": FunctionTransformer,
}


def symmetric_log(values: np.ndarray) -> np.ndarray:
    return np.where(values < 0, -np.log(1 - np.minimum(values, 0)), np.log(1 + values.clip(0)))


def fitted(values: Any, **options: Any) -> FeaturePipeline:
    frame = pl.DataFrame({"x": values})
    return FeaturePipeline.fit([Feature("x", NumericalRegular(**options))], [frame])


def transformed(pipeline: FeaturePipeline, values: Any) -> np.ndarray:
    return pipeline.transform(pl.DataFrame({"x": values}))["main"]


def random_values(seed: int, *, nan: bool, infinite: bool, missing: bool) -> list[float | None]:
    random = np.random.default_rng(seed)
    values: list[float | None] = random.normal(3.0, 20.0, 500).tolist()
    for position in random.choice(500, 60, replace=False):
        if missing:
            values[position] = None
        if nan and position % 3 == 0:
            values[position] = math.nan
        if infinite and position % 3 == 1:
            values[position] = math.inf * (-1) ** position
    return values


def as_sklearn(values: list[float | None]) -> np.ndarray:
    array = np.array([math.nan if value is None else value for value in values])
    return np.where(np.isfinite(array), array, math.nan)[:, np.newaxis]


@pytest.mark.parametrize("rescaling", SCALERS)
@pytest.mark.parametrize("impute_with", ["mean", "median", "constant"])
@pytest.mark.parametrize("holes", [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1)])
def test_equals_a_scikit_learn_pipeline(
    rescaling: str, impute_with: str, holes: tuple[int, int, int]
) -> None:
    nan, infinite, missing = map(bool, holes)
    train = random_values(1, nan=nan, infinite=infinite, missing=missing)
    test = random_values(2, nan=True, infinite=True, missing=True)
    reference = make_pipeline(
        SimpleImputer(strategy=impute_with, fill_value=-7.5)
        if impute_with == "constant"
        else SimpleImputer(strategy=impute_with),
        SCALERS[rescaling](),
    ).fit(as_sklearn(train))
    pipeline = fitted(train, rescaling=rescaling, impute_with=impute_with, impute_value=-7.5)
    for values in (train, test):
        ours = transformed(pipeline, values)
        theirs = reference.transform(as_sklearn(values))
        np.testing.assert_allclose(ours, theirs, rtol=2e-6, atol=2e-6)
        assert ours.dtype == np.float32
        assert ours.shape == (500, 1)


def test_integers_and_booleans_are_numbers() -> None:
    integers = fitted([1, 2, None, 3])
    np.testing.assert_allclose(
        transformed(integers, [1, None, 3])[:, 0], [-math.sqrt(2), 0.0, math.sqrt(2)], rtol=1e-6
    )
    booleans = fitted([True, False, None], rescaling="none")
    assert transformed(booleans, [True, False, None])[:, 0].tolist() == [1.0, 0.0, 0.5]
    assert transformed(integers, ["2", "two", None])[:, 0].tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("value", [5, 0, 0.1, -3e9, 1e-12])
@pytest.mark.parametrize("rescaling", ["standard", "minmax", "robust"])
def test_a_constant_column_is_only_shifted(value: float, rescaling: str) -> None:
    pipeline = fitted([value] * 1000 + [None], rescaling=rescaling)
    assert transformed(pipeline, [value, None])[:, 0].tolist() == pytest.approx([0, 0], abs=1e-6)
    assert transformed(pipeline, [value + 2.0])[0, 0] == pytest.approx(2.0)


@pytest.mark.parametrize("values", [[None, None], [math.nan, math.inf], []])
@pytest.mark.parametrize("impute_with", ["mean", "median"])
def test_a_column_without_numbers_is_an_error(values: list[Any], impute_with: str) -> None:
    with pytest.raises(FeatureError, match=r"'x' has no number in the train rows") as caught:
        fitted(pl.Series(values, dtype=pl.Float64), impute_with=impute_with)
    assert caught.value.fix == 'Reject the feature: [features] "x" = { role = "reject" }.'


def test_the_fix_quotes_the_column_as_toml_does() -> None:
    frame = pl.DataFrame({'5" pipe': [None]})
    with pytest.raises(FeatureError) as caught:
        FeaturePipeline.fit([Feature('5" pipe', NumericalRegular())], [frame])
    assert r'"5\" pipe" = {' in str(caught.value.fix)


def test_a_constant_needs_no_number_in_the_train_rows() -> None:
    pipeline = fitted([None, None], impute_with="constant", impute_value=4.0)
    assert transformed(pipeline, [None, 1.0])[:, 0].tolist() == [4.0, 1.0]


def test_rows_that_are_dropped_do_not_count() -> None:
    pipeline = fitted([1.0, 3.0, None, math.nan, math.inf], missing="drop_rows")
    assert transformed(pipeline, [1.0, 3.0, None])[:, 0].tolist() == [-1.0, 1.0, 0.0]
    median = fitted([1.0, 3.0, 8.0, None], missing="drop_rows", impute_with="median")
    assert transformed(median, [4.0])[0, 0] == 0.0


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_the_constant_is_a_finite_number(value: float) -> None:
    with pytest.raises(ValidationError, match="finite number"):
        NumericalRegular(impute_value=value)


def test_what_is_too_large_for_float32_is_clipped() -> None:
    largest = float(np.finfo(np.float32).max)
    pipeline = fitted([1.0, 2.0], rescaling="none")
    assert transformed(pipeline, [1e300, -1e300])[:, 0].tolist() == [largest, -largest]


@pytest.mark.parametrize("rescaling", ["standard", "minmax"])
def test_numbers_too_far_apart_are_an_error(rescaling: str) -> None:
    with pytest.raises(FeatureError, match=r"from -1\.5e\+308 to 1\.5e\+308, too far apart"):
        fitted([1.5e308, -1.5e308, 0.0], rescaling=rescaling)
    with pytest.raises(FeatureError, match="too far apart to rescale or to average"):
        fitted([1.5e308, 1.5e308, 0.0])


def test_precision_survives_a_large_offset() -> None:
    values = [1e9 + step for step in range(100)]
    reference = StandardScaler().fit_transform(np.array(values)[:, np.newaxis])
    np.testing.assert_allclose(transformed(fitted(values), values), reference, rtol=1e-6)


def test_the_output_is_named_after_its_column() -> None:
    (column,) = fitted([1, 2]).inputs["main"].columns
    assert (column.name, column.source) == ("x", "x")


def test_a_share_of_outliers_is_drawn_in_before_all_else() -> None:
    values = [*map(float, range(101)), 1e6, -1e6, None]
    low, high = np.quantile(values[:-1], [0.02, 0.98])
    drawn = np.clip(np.array(values[:-1]), low, high)
    for rescaling, impute_with in (("standard", "mean"), ("robust", "median"), ("log", "mean")):
        pipeline = fitted(values, outlier_share=0.02, rescaling=rescaling, impute_with=impute_with)
        imputed = np.append(drawn, drawn.mean() if impute_with == "mean" else np.median(drawn))
        reference = SCALERS[rescaling]().fit_transform(imputed[:, np.newaxis])
        np.testing.assert_allclose(transformed(pipeline, values), reference, rtol=1e-5, atol=1e-6)
        ends = transformed(pipeline, [1e9, high, -1e9, low])[:, 0]
        assert ends[0] == ends[1] > ends[2] == ends[3]


def test_without_a_share_of_outliers_none_is_touched() -> None:
    pipeline = fitted([1.0, 2.0, 3.0], rescaling="none")
    assert transformed(pipeline, [1e6])[0, 0] == 1e6


@pytest.mark.parametrize("share", [-0.1, 0.5])
def test_the_share_of_outliers_leaves_some_numbers_over(share: float) -> None:
    with pytest.raises(ValidationError, match="outlier_share"):
        NumericalRegular(outlier_share=share)


def test_derived_features_are_of_the_rescaled_number() -> None:
    values = [-9.0, -1.0, 0.0, 4.0, None]
    plain = transformed(fitted(values), values)[:, 0].astype(np.float64)
    pipeline = fitted(values, derived=True)
    names = [column.name for column in pipeline.inputs["main"].columns]
    assert names == ["x", "x:square", "x:sqrt", "x:log"]
    expected = [
        plain,
        plain**2,
        np.sign(plain) * np.sqrt(np.abs(plain)),
        np.sign(plain) * np.log(1 + np.abs(plain)),
    ]
    np.testing.assert_allclose(
        transformed(pipeline, values), np.column_stack(expected), rtol=1e-6, atol=1e-7
    )


def test_the_square_of_a_large_number_is_finite() -> None:
    pipeline = fitted([1.0, 2.0], rescaling="none", derived=True)
    assert np.isfinite(transformed(pipeline, [1e300, -1e300, 1e30])).all()


def test_a_robust_column_with_most_numbers_equal_is_only_shifted() -> None:
    pipeline = fitted([7.0] * 9 + [100.0], rescaling="robust")
    assert transformed(pipeline, [7.0, 100.0])[:, 0].tolist() == [0.0, 93.0]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"rescaling": "minmax"},
        {"rescaling": "robust"},
        {"rescaling": "log", "derived": True},
        {"missing": "drop_rows"},
        {"impute_with": "median", "outlier_share": 0.2},
        {"impute_with": "constant", "rescaling": "log", "outlier_share": 0.1},
    ],
)
def test_contract(check_contract: Any, options: dict[str, Any]) -> None:
    values = [1.5, None, 2.0, 8.0, -3.0, 2.5, None, math.inf]
    fitted = check_contract(
        NumericalRegular(**options), values[:-1] if "missing" in options else values, [1e9, -1e9]
    )
    assert fitted.column == "a column"
