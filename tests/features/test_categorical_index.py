from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from hornbook.errors import FeatureError
from hornbook.features import CategoricalFrequency, CategoricalIndex, Feature, FeaturePipeline

COUNTED = ["a"] * 2 + ["b"] * 5 + ["c"] * 2 + ["d"]
TRAIN = ["a", None, "b", "a", "c c", "b", None, "ä", "a", "a"]


def fitted(values: Any, **options: Any) -> FeaturePipeline:
    handling = CategoricalIndex(**options)
    return FeaturePipeline.fit([Feature("k", handling, "k")], [pl.DataFrame({"k": values})])


def transformed(pipeline: FeaturePipeline, values: Any) -> list[int]:
    array = pipeline.transform(pl.DataFrame({"k": values}))["k"]
    assert array.dtype == np.int32
    return [int(value) for value in array[:, 0]]


def test_unseen_is_0_missing_1_and_the_most_frequent_2() -> None:
    pipeline = fitted(COUNTED)
    assert transformed(pipeline, ["b", "a", "c", "d", "new", None]) == [2, 3, 4, 0, 0, 1]
    spec = pipeline.inputs["k"]
    assert (spec.shape, spec.dtype, spec.vocabulary_size) == ((1,), "int32", 5)
    assert [one.name for one in spec.columns] == ["k:index"]


def test_limits() -> None:
    assert transformed(fitted(COUNTED, min_rows=1), ["d"]) == [5]
    assert transformed(fitted(COUNTED, min_rows=3), ["b", "a"]) == [2, 0]
    assert transformed(fitted(COUNTED, max_categories=2), ["b", "a", "c"]) == [2, 3, 0]
    nothing = fitted(COUNTED, min_rows=100)
    assert transformed(nothing, ["b", None]) == [0, 1]
    assert nothing.inputs["k"].vocabulary_size == 2


def test_filled_in_values_count() -> None:
    pipeline = fitted(["a", "a", "b", None], missing="impute", min_rows=3)
    assert transformed(pipeline, ["a", None, "b"]) == [2, 2, 0]


def test_each_feature_has_an_input_of_its_own_unless_they_share_one() -> None:
    handling = CategoricalIndex()
    assert handling.default_input("city") == "city_preprocessed"
    frame = pl.DataFrame({"a": ["x", "x", "y", "y"], "b": ["z", "z", None, "z"]})
    shared = FeaturePipeline.fit(
        [Feature("a", handling, "ids"), Feature("b", handling, "ids")], [frame]
    )
    spec = shared.inputs["ids"]
    assert (spec.shape, spec.dtype, spec.vocabulary_size) == ((2,), "int32", 4)
    assert shared.transform(frame)["ids"].tolist() == [[2, 2], [2, 2], [3, 1], [3, 2]]


def test_it_does_not_share_an_input_with_numbers() -> None:
    frame = pl.DataFrame({"a": ["x"], "b": ["z"]})
    features = [Feature("a", CategoricalIndex()), Feature("b", CategoricalFrequency())]
    with pytest.raises(FeatureError, match="'a' gives whole numbers while others do not") as caught:
        FeaturePipeline.fit(features, [frame])
    assert 'input = "a_preprocessed"' in str(caught.value.fix)


@pytest.mark.parametrize(
    "options",
    [{}, {"min_rows": 1, "max_categories": 2}, {"missing": "impute"}, {"missing": "drop_rows"}],
)
def test_contract(check_contract: Any, options: dict[str, Any]) -> None:
    check_contract(CategoricalIndex(**options), TRAIN, ["never"])
