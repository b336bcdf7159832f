from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.feature_selection import SelectKBest, f_classif, f_regression, r_regression

from hornbook.errors import FeatureError
from hornbook.features import CorrelationReduction, FeaturePipeline
from hornbook.features.column_selection import ColumnSelection

FitStep = Callable[..., FeaturePipeline]
RANDOM = np.random.default_rng(2)
VALUES = RANDOM.normal(size=(120, 6)) * 10.0 ** np.arange(-3, 3)
TARGET_VALUES = (VALUES / 10.0 ** np.arange(-3, 3)) @ np.array([0.1, 3, 0, -2, 0.5, 0])


def selection_of(pipeline: FeaturePipeline) -> ColumnSelection:
    (step,) = pipeline.steps
    assert isinstance(step, ColumnSelection)
    return step


@pytest.mark.parametrize("keep", [1, 2, 4])
def test_it_keeps_what_scikit_learn_ranks_highest(fit_step: FitStep, keep: int) -> None:
    selection = selection_of(fit_step(CorrelationReduction(keep, 0.0, 1.0), VALUES, TARGET_VALUES))
    expected = SelectKBest(f_regression, k=keep).fit(VALUES, TARGET_VALUES)
    assert selection.kept == tuple(np.flatnonzero(expected.get_support()))
    np.testing.assert_allclose(
        selection.scores, np.abs(r_regression(VALUES, TARGET_VALUES)), rtol=1e-5
    )


def test_two_classes_are_ranked_as_by_scikit_learn(fit_step: FitStep) -> None:
    codes = (TARGET_VALUES > 1).astype(np.int32)
    selection = selection_of(fit_step(CorrelationReduction(3, 0.0, 1.0), VALUES, codes, 2))
    expected = SelectKBest(f_classif, k=3).fit(VALUES, codes)
    assert selection.kept == tuple(np.flatnonzero(expected.get_support()))


def test_of_several_classes_the_one_that_correlates_most_counts(fit_step: FitStep) -> None:
    codes = np.digitize(TARGET_VALUES, [-1, 2]).astype(np.int32)
    selection = selection_of(fit_step(CorrelationReduction(2, 0.0, 1.0), VALUES, codes, 3))
    expected = [
        max(abs(np.corrcoef(column, codes == code)[0, 1]) for code in range(3))
        for column in VALUES.T
    ]
    np.testing.assert_allclose(selection.scores, expected, rtol=1e-5)


def test_bounds_leave_out_what_says_too_little_or_too_much(fit_step: FitStep) -> None:
    values = np.column_stack([VALUES, TARGET_VALUES, np.ones(len(VALUES))])
    selection = selection_of(fit_step(CorrelationReduction(9, 0.3, 0.99), values, TARGET_VALUES))
    assert selection.kept == (1, 3)
    assert selection.scores[6] == pytest.approx(1.0)
    assert selection.scores[7] == 0.0


def test_no_column_between_the_bounds_is_an_error(fit_step: FitStep) -> None:
    with pytest.raises(FeatureError) as raised:
        fit_step(CorrelationReduction(9, 0.95, 1.0), VALUES, TARGET_VALUES)
    assert "keeps no column" in str(raised.value)
    assert "of 'x1'" in str(raised.value)
    assert "Lower min_correlation" in str(raised.value)
