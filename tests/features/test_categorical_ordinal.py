from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.preprocessing import OrdinalEncoder

from hornbook.features import CategoricalOrdinal, Feature, FeaturePipeline

COUNTED = ["b"] * 5 + ["a"] * 3 + ["d"] * 3 + ["c"]
TRAIN = ["a", None, "b", "a", "c c", "b", None, "ä", "a", "a"]


def fitted(values: Any, **options: Any) -> FeaturePipeline:
    handling = CategoricalOrdinal(**{"rescaling": "none", **options})
    return FeaturePipeline.fit([Feature("k", handling)], [pl.DataFrame({"k": values})])


def transformed(pipeline: FeaturePipeline, values: Any) -> list[float]:
    array = pipeline.transform(pl.DataFrame({"k": values}))["main"]
    return [float(value) for value in array[:, 0]]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [1, 3, 0, 2]),
        ({"descending": True}, [2, 0, 3, 1]),
        ({"order": "lexicographic"}, [0, 1, 2, 3]),
        ({"order": "lexicographic", "descending": True}, [3, 2, 1, 0]),
    ],
)
def test_orders(options: dict[str, Any], expected: list[float]) -> None:
    pipeline = fitted(COUNTED, **options)
    assert [one.name for one in pipeline.inputs["main"].columns] == ["k:ordinal"]
    assert transformed(pipeline, ["a", "b", "c", "d"]) == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, 4),
        ({"unknown": "median"}, 2),
        ({"unknown": "median", "order": "lexicographic"}, 1),
        ({"unknown": "median", "descending": True}, 1),
        ({"unknown": "explicit"}, -1),
        ({"unknown": "explicit", "unknown_value": 2.5}, 2.5),
    ],
)
def test_unknown_categories(options: dict[str, Any], expected: float) -> None:
    # Nothing is missing in the train rows: a missing value is as unknown as a new one.
    assert transformed(fitted(COUNTED, **options), ["new", None]) == [expected, expected]


def test_numbers_are_in_the_order_of_their_values() -> None:
    numbers = fitted([10, 9, -1, 100], order="lexicographic")
    assert transformed(numbers, [-1, 9, 10, 100]) == [0, 1, 2, 3]
    texts = fitted(["10", "9", "-1", "100"], order="lexicographic")
    assert transformed(texts, ["-1", "10", "100", "9"]) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [2, 1, 0, 3]),
        ({"order": "lexicographic"}, [1, 2, 3, 0]),
        ({"order": "lexicographic", "descending": True}, [2, 1, 0, 3]),
    ],
)
def test_missing_values_take_part(options: dict[str, Any], expected: list[float]) -> None:
    pipeline = fitted(["a"] * 3 + ["b"] * 2 + ["c"] + [None] * 4, **options)
    assert transformed(pipeline, ["a", "b", "c", None]) == expected
    assert transformed(pipeline, ["new"]) == [4]


def test_rescaled_over_the_train_rows() -> None:
    values = np.array(transformed(fitted(COUNTED, rescaling="standard"), COUNTED))
    assert (values.mean(), values.std()) == pytest.approx((0, 1), abs=1e-6)
    values = np.array(transformed(fitted(COUNTED, rescaling="minmax"), ["c", "a", "d", "b", "new"]))
    np.testing.assert_allclose(values, [0, 1 / 3, 2 / 3, 1, 4 / 3], rtol=1e-6)


@pytest.mark.parametrize("numbers", [True, False])
def test_equals_scikit_learn(numbers: bool) -> None:
    drawn = np.random.default_rng(0).geometric(0.1, 300)
    values = drawn if numbers else np.array([f"c{number}" for number in drawn], object)
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    encoder.fit(values[:200, np.newaxis])
    pipeline = fitted(pl.Series(values[:200]), order="lexicographic", unknown="explicit")
    expected = encoder.transform(values[:, np.newaxis])[:, 0]
    assert (expected == -1).any()
    assert transformed(pipeline, pl.Series(values)) == expected.tolist()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"order": "lexicographic", "descending": True, "unknown": "median"},
        {"missing": "impute", "unknown": "explicit"},
        {"missing": "drop_rows", "rescaling": "none"},
    ],
)
def test_contract(check_contract: Any, options: dict[str, Any]) -> None:
    check_contract(CategoricalOrdinal(**options), TRAIN, ["never"])
