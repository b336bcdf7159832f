from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from category_encoders import MEstimateEncoder
from sklearn.preprocessing import TargetEncoder

from hornbook.features import ROW, TARGET, CategoricalImpact, Feature, FeaturePipeline, FitContext

TRAIN = ["a", None, "b", "a", "c c", "b", None, "ä", "a", "a"]
VALUES = [1.5, 2.0, -3.0, 0.25, 9.0, 1.0, 4.0, 4.5, 2.5, 0.0]


def transformed(
    categories: Any, target: Any, values: Any, n_classes: int | None = None, **options: Any
) -> Any:
    frame = pl.DataFrame({"k": pl.Series(categories), TARGET: pl.Series(target)})
    frame = frame.with_columns(pl.Series(ROW, np.arange(len(frame))))
    handling = CategoricalImpact(**{"rescaling": "none", **options})
    pipeline = FeaturePipeline.fit([Feature("k", handling)], [frame], FitContext(n_classes))
    return pipeline.transform(pl.DataFrame({"k": pl.Series(values)}))["main"]


def test_the_formula() -> None:
    found = transformed(["a", "a", "b", None], [1.0, 2.0, 6.0, 7.0], ["a", "b", None, "new"], m=2)
    expected = [(3 + 8) / 4, (6 + 8) / 3, (7 + 8) / 3, 4]
    np.testing.assert_allclose(found[:, 0], expected, rtol=1e-6)


def test_means_where_m_is_0() -> None:
    found = transformed(["a", "a", "b"], [0, 1, 1], ["a", "b", None, "new"], n_classes=2, m=0)
    np.testing.assert_allclose(found[:, 0], [1 / 2, 1, 2 / 3, 2 / 3], rtol=1e-6)


def test_filled_in_rows_count_with_their_category() -> None:
    found = transformed(
        ["a", "a", "b", None], [1, 2, 6, 9], ["a", "b", None], m=0, missing="impute"
    )
    np.testing.assert_allclose(found[:, 0], [4, 6, 4], rtol=1e-6)


@pytest.mark.parametrize("m", [0.0, 1.0, 12.5])
@pytest.mark.parametrize("binary", [False, True])
# The encoders set an option of pandas that it has deprecated.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore:.*no_silent_downcasting")
def test_equals_category_encoders_and_scikit_learn(m: float, binary: bool) -> None:
    rng = np.random.default_rng(0)
    categories = np.array([f"c{number}" for number in rng.geometric(0.1, 500)], object)
    target = rng.integers(0, 2, 500) if binary else rng.normal(20, 3, 500)
    asked = np.array([*categories, "new"], object)
    found = transformed(categories, target, asked, 2 if binary else None, m=m)[:, 0]
    encoder = MEstimateEncoder(cols=["k"], m=m).fit(pd.DataFrame({"k": categories}), target)
    expected = encoder.transform(pd.DataFrame({"k": asked}))["k"].to_numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    other = TargetEncoder(smooth=m).fit(categories[:, np.newaxis], target)
    np.testing.assert_allclose(found, other.transform(asked[:, np.newaxis])[:, 0], rtol=1e-6)


def test_equals_scikit_learn_in_all_classes_but_the_first() -> None:
    rng = np.random.default_rng(1)
    categories = np.array([f"c{number}" for number in rng.geometric(0.1, 500)], object)
    target = rng.integers(0, 4, 500)
    encoder = TargetEncoder(smooth=3.0).fit(categories[:, np.newaxis], target)
    expected = encoder.transform(categories[:, np.newaxis])[:, 1:]
    np.testing.assert_allclose(
        transformed(categories, target, categories, 4, m=3), expected, rtol=1e-6
    )


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"k_fold": False},
        {"missing": "impute"},
        {"missing": "drop_rows"},
        {"m": 0.0, "folds": 2},
    ],
)
@pytest.mark.parametrize("n_classes", [None, 2, 3])
def test_contract(check_contract: Any, options: dict[str, Any], n_classes: int | None) -> None:
    target = VALUES if n_classes is None else [row % n_classes for row in range(len(TRAIN))]
    check_contract(
        CategoricalImpact(**options), TRAIN, ["never"], target=target, n_classes=n_classes
    )
