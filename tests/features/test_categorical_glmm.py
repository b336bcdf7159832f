from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from hornbook.features import ROW, TARGET, CategoricalGlmm, Feature, FeaturePipeline, FitContext
from hornbook.features.random_intercepts import linear_intercepts, logistic_intercepts

TRAIN = ["a", None, "b", "a", "c c", "b", None, "ä", "a", "a"] * 4
VALUES = [1.5, 2.0, -3.0, 0.25, 9.0, 1.0, 4.0, 4.5, 2.5, 0.0] * 4


@pytest.mark.parametrize("n_classes", [None, 2])
def test_a_category_is_its_random_intercept(n_classes: int | None) -> None:
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 6, 400)
    target = groups + rng.normal(500, 1, 400)
    if n_classes:
        target = (rng.random(400) < (1 + groups) / 9).astype(np.float64)
    frame = pl.DataFrame(
        {
            "k": [None if group == 5 else f"c{group}" for group in groups],
            TARGET: target,
            ROW: np.arange(400),
        }
    )
    pipeline = FeaturePipeline.fit(
        [Feature("k", CategoricalGlmm(rescaling="none"))], [frame], FitContext(n_classes)
    )
    asked = pl.DataFrame({"k": ["c0", "c1", "c2", "c3", "c4", None, "new"]})
    found = pipeline.transform(asked)["main"][:, 0]
    rows, sums = np.bincount(groups), np.bincount(groups, weights=target)
    expected = (
        logistic_intercepts(rows, sums)
        if n_classes
        else linear_intercepts(rows, sums, np.bincount(groups, weights=np.square(target)))
    )
    np.testing.assert_allclose(found, [*expected, 0], rtol=1e-4, atol=1e-6)
    assert np.ptp(expected) > 1


@pytest.mark.parametrize(
    "options",
    [{}, {"k_fold": False}, {"missing": "impute"}, {"missing": "drop_rows"}, {"folds": 2}],
)
@pytest.mark.parametrize("n_classes", [None, 2, 3])
def test_contract(check_contract: Any, options: dict[str, Any], n_classes: int | None) -> None:
    target = VALUES if n_classes is None else [row % n_classes for row in range(len(TRAIN))]
    check_contract(CategoricalGlmm(**options), TRAIN, ["never"], target=target, n_classes=n_classes)
