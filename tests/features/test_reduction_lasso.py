from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.linear_model import LassoCV
from sklearn.model_selection import KFold
from sklearn.preprocessing import StandardScaler

from hornbook.errors import FeatureError
from hornbook.features import FeaturePipeline, LassoReduction
from hornbook.features.column_selection import ColumnSelection

FitStep = Callable[..., FeaturePipeline]
RANDOM = np.random.default_rng(5)
VALUES = (RANDOM.normal(size=(150, 8)) * 10.0 ** np.arange(-4, 4)).astype(np.float32)
PLAIN = VALUES / 10.0 ** np.arange(-4, 4)
NOISE = RANDOM.normal(size=150)


def selection_of(pipeline: FeaturePipeline) -> ColumnSelection:
    (step,) = pipeline.steps
    assert isinstance(step, ColumnSelection)
    return step


def test_it_keeps_what_the_lasso_of_scikit_learn_keeps(fit_step: FitStep) -> None:
    target = PLAIN @ np.array([2, 0, 0, -1, 0, 0, 0.7, 0]) + NOISE
    selection = selection_of(fit_step(LassoReduction(1000), VALUES, target))
    scaled = StandardScaler().fit_transform(VALUES.astype(np.float64))
    expected = LassoCV(cv=KFold(3, shuffle=True, random_state=7)).fit(scaled, target)
    np.testing.assert_allclose(selection.scores, np.abs(expected.coef_), rtol=1e-6, atol=1e-9)
    assert selection.kept == tuple(np.flatnonzero(expected.coef_))
    assert {0, 3, 6} <= set(selection.kept)


def test_a_column_matters_to_all_classes_or_to_none(fit_step: FitStep) -> None:
    codes = np.digitize(3 * PLAIN[:, 2] + 0.2 * NOISE, [-1, 1]).astype(np.int32)
    selection = selection_of(fit_step(LassoReduction(1000), VALUES, codes, 3))
    assert 2 in selection.kept
    assert max(selection.scores) == selection.scores[2]


def test_two_classes_are_learnt_as_0_and_1(fit_step: FitStep) -> None:
    codes = (PLAIN[:, 5] > 0).astype(np.int32)
    selection = selection_of(fit_step(LassoReduction(1000), VALUES, codes, 2))
    assert int(np.argmax(selection.scores)) == 5


def test_constant_columns_are_left_out(fit_step: FitStep) -> None:
    values = np.column_stack([np.full(150, 0.1), PLAIN[:, 0]])
    assert selection_of(fit_step(LassoReduction(1000), values, PLAIN[:, 0] + NOISE)).kept == (1,)


def test_no_column_that_helps_is_an_error(fit_step: FitStep) -> None:
    with pytest.raises(FeatureError, match="keeps no column: none helps a linear model"):
        fit_step(LassoReduction(1000), np.ones((30, 2)), np.arange(30.0))


def test_fewer_rows_than_folds_are_an_error(fit_step: FitStep) -> None:
    with pytest.raises(FeatureError, match="learns on 3 folds, and there are 2 train rows"):
        fit_step(LassoReduction(1000), np.eye(2), np.arange(2.0))
