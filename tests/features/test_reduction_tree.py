from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

from hornbook.errors import MissingExtraError
from hornbook.features import FeaturePipeline, TreeReduction
from hornbook.features.column_selection import ColumnSelection

FitStep = Callable[..., FeaturePipeline]
RANDOM = np.random.default_rng(4)
VALUES = RANDOM.normal(size=(200, 5)).astype(np.float32)
TARGET_VALUES = VALUES[:, 3] ** 2 + 0.5 * VALUES[:, 1]


def selection_of(pipeline: FeaturePipeline) -> ColumnSelection:
    (step,) = pipeline.steps
    assert isinstance(step, ColumnSelection)
    return step


def test_it_keeps_what_a_forest_of_scikit_learn_finds_important(fit_step: FitStep) -> None:
    step = TreeReduction(keep=2, trees=10, max_depth=4, sample_rows=1000)
    selection = selection_of(fit_step(step, VALUES, TARGET_VALUES))
    expected = RandomForestRegressor(10, max_depth=4, max_features="sqrt", random_state=7)
    expected.fit(VALUES, TARGET_VALUES)
    np.testing.assert_allclose(selection.scores, expected.feature_importances_, rtol=1e-9)
    assert selection.kept == (1, 3)


def test_classes_have_a_forest_of_their_own(fit_step: FitStep) -> None:
    codes = np.digitize(VALUES[:, 3] ** 2, [0.3, 1.0]).astype(np.int32)
    step = TreeReduction(keep=1, trees=10, max_depth=4, sample_rows=1000)
    selection = selection_of(fit_step(step, VALUES, codes, 3))
    expected = RandomForestClassifier(10, max_depth=4, random_state=7).fit(VALUES, codes)
    np.testing.assert_allclose(selection.scores, expected.feature_importances_, rtol=1e-9)
    assert selection.kept == (3,)


def test_a_sample_of_the_rows_is_enough(fit_step: FitStep) -> None:
    step = TreeReduction(keep=1, trees=10, max_depth=4, sample_rows=100)
    assert selection_of(fit_step(step, VALUES, TARGET_VALUES)).kept == (3,)


def test_without_scikit_learn_the_extra_is_named(
    fit_step: FitStep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    step = TreeReduction(keep=1, trees=10, max_depth=4, sample_rows=100)
    with pytest.raises(MissingExtraError, match=r"pip install 'hornbook\[reduction\]'"):
        fit_step(step, VALUES, TARGET_VALUES)
