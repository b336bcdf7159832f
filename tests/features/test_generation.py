from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from sklearn.preprocessing import PolynomialFeatures

from hornbook.errors import FeatureError
from hornbook.features import (
    CategoricalDummy,
    Feature,
    FeaturePipeline,
    Generation,
    NumericalRegular,
)

FitStep = Callable[..., FeaturePipeline]
VALUES = np.random.default_rng(0).normal(size=(40, 4)).astype(np.float32)


def names_of(pipeline: FeaturePipeline) -> list[str]:
    return [column.name for column in pipeline.inputs["main"].columns]


def test_products_are_those_of_scikit_learn(fit_step: FitStep) -> None:
    pipeline = fit_step(Generation(linear=False, polynomial=True, max_columns=6), VALUES)
    frame = pl.DataFrame(dict(zip(pipeline.columns, VALUES.T, strict=True)))
    expected = PolynomialFeatures(2, interaction_only=True, include_bias=False)
    np.testing.assert_allclose(
        pipeline.transform(frame)["main"], expected.fit_transform(VALUES), rtol=1e-6
    )
    assert names_of(pipeline)[4:] == ["x0*x1", "x0*x2", "x0*x3", "x1*x2", "x1*x3", "x2*x3"]


def test_sums_differences_and_products_with_their_sources(fit_step: FitStep) -> None:
    values = VALUES[:, :2]
    pipeline = fit_step(Generation(linear=True, polynomial=True, max_columns=3), values)
    frame = pl.DataFrame({"x0": values[:, 0], "x1": values[:, 1]})
    a, b = values.T
    np.testing.assert_array_equal(
        pipeline.transform(frame)["main"], np.stack([a, b, a + b, a - b, a * b], axis=1)
    )
    spec = pipeline.inputs["main"]
    assert names_of(pipeline) == ["x0", "x1", "x0+x1", "x0-x1", "x0*x1"]
    assert [column.sources for column in spec.columns[1:]] == [("x1",)] + [("x0", "x1")] * 3
    assert spec.sources == ("x0", "x1")


def test_only_columns_of_numerical_features_of_main_are_paired() -> None:
    frame = pl.DataFrame(
        {"a": [1.0, 2.0], "city": ["Rome", "Oslo"], "b": [3.0, 4.0], "c": [0.0, 1.0]}
    )
    features = [
        Feature("city", CategoricalDummy()),
        Feature("a", NumericalRegular()),
        Feature("b", NumericalRegular()),
        Feature("c", NumericalRegular(), "other"),
    ]
    step = Generation(linear=False, polynomial=True, max_columns=10)
    pipeline = FeaturePipeline.fit(features, [frame], steps=[step])
    assert names_of(pipeline) == ["city:Oslo", "city:Rome", "a", "b", "a*b"]
    arrays = pipeline.transform(frame)
    np.testing.assert_allclose(arrays["main"][:, 4], arrays["main"][:, 2] * arrays["main"][:, 3])
    assert arrays["other"].shape == (2, 1)


def test_two_columns_of_the_same_source_are_no_pair() -> None:
    frame = pl.DataFrame({"a": [1.0, 2.0]})
    features = [Feature("a", NumericalRegular()), Feature("a", NumericalRegular(rescaling="none"))]
    step = Generation(linear=False, polynomial=True, max_columns=10)
    with pytest.raises(FeatureError, match="fewer than two of them go to the input 'main'"):
        FeaturePipeline.fit(features, [frame], steps=[step])


def test_products_of_huge_numbers_stay_finite(fit_step: FitStep) -> None:
    values = np.array([[3e38, 3e38], [-3e38, 3e38], [3e38, -3e38]])
    pipeline = fit_step(Generation(linear=True, polynomial=True, max_columns=9), values)
    products = pipeline.transform(pl.DataFrame({"x0": values[:, 0], "x1": values[:, 1]}))["main"]
    assert np.isfinite(products).all()
    assert (np.sign(products[:, 4]) == [1, -1, -1]).all()


def test_too_many_columns_are_an_error(fit_step: FitStep) -> None:
    step = Generation(linear=True, polynomial=True, max_columns=17)
    with pytest.raises(FeatureError) as raised:
        fit_step(step, VALUES)
    assert "would make 18 columns of 6 pairs; max_columns is 17" in str(raised.value)
    assert "Fix: Raise max_columns" in str(raised.value)


def test_without_columns_on_main_there_is_nothing_to_pair() -> None:
    frame = pl.DataFrame({"a": [1.0, 2.0]})
    step = Generation(linear=True, polynomial=False, max_columns=10)
    with pytest.raises(FeatureError, match="no feature goes there"):
        FeaturePipeline.fit([Feature("a", NumericalRegular(), "other")], [frame], steps=[step])
