from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from sklearn.decomposition import PCA

from hornbook.errors import FeatureError
from hornbook.features import FeaturePipeline, PcaReduction
from hornbook.features.reduction_pca import PrincipalComponents

FitStep = Callable[..., FeaturePipeline]
RANDOM = np.random.default_rng(3)
VALUES = (RANDOM.normal(size=(90, 5)) @ RANDOM.normal(size=(5, 5)) + 100).astype(np.float32)


def frame_of(values: np.ndarray) -> pl.DataFrame:
    return pl.DataFrame({f"x{index}": column for index, column in enumerate(values.T)})


@pytest.mark.parametrize("keep", [1, 3, 5])
def test_it_gives_the_components_of_scikit_learn(fit_step: FitStep, keep: int) -> None:
    pipeline = fit_step(PcaReduction(keep, 1.0), VALUES)
    expected = PCA(keep, svd_solver="full").fit(VALUES.astype(np.float64))
    (step,) = pipeline.steps
    assert isinstance(step, PrincipalComponents)
    np.testing.assert_allclose(step.components, expected.components_, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(step.variance_shares, expected.explained_variance_ratio_, rtol=1e-6)
    np.testing.assert_allclose(
        pipeline.transform(frame_of(VALUES))["main"],
        expected.transform(VALUES.astype(np.float64)),
        rtol=1e-4,
        atol=1e-4,
    )


def test_a_component_comes_from_all_columns(fit_step: FitStep) -> None:
    spec = fit_step(PcaReduction(2, 1.0), VALUES).inputs["main"]
    assert [column.name for column in spec.columns] == ["component 1", "component 2"]
    assert spec.columns[1].sources == ("x0", "x1", "x2", "x3", "x4")
    assert spec.sources == ("x0", "x1", "x2", "x3", "x4")


def test_a_share_of_the_variance_may_need_fewer(fit_step: FitStep) -> None:
    shares = np.cumsum(PCA().fit(VALUES.astype(np.float64)).explained_variance_ratio_)
    for share, kept in ((shares[1] - 1e-5, 2), (shares[1] + 1e-5, 3), (shares[0] / 2, 1)):
        pipeline = fit_step(PcaReduction(5, float(share)), VALUES)
        assert pipeline.inputs["main"].shape == (kept,)


def test_there_are_no_more_components_than_columns(fit_step: FitStep) -> None:
    assert fit_step(PcaReduction(25, 1.0), VALUES).inputs["main"].shape == (5,)


def test_columns_that_follow_from_others_need_no_component_of_their_own(
    fit_step: FitStep,
) -> None:
    doubled = np.column_stack([VALUES[:, :2], VALUES[:, :2] * 2])
    assert fit_step(PcaReduction(25, 0.999999), doubled).inputs["main"].shape == (2,)


def test_constant_columns_alone_have_no_components(fit_step: FitStep) -> None:
    with pytest.raises(FeatureError, match="All columns of the input 'main' are constant"):
        fit_step(PcaReduction(2, 1.0), np.ones((10, 3)))


def test_too_many_columns_are_an_error(fit_step: FitStep, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hornbook.features.reduction_pca._MOST_COLUMNS", 4)
    with pytest.raises(FeatureError, match="has 5 columns; principal components of more than 4"):
        fit_step(PcaReduction(2, 1.0), VALUES)
