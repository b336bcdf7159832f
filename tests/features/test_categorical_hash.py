from __future__ import annotations

from hashlib import blake2b
from typing import Any

import numpy as np
import polars as pl
import pytest
from pydantic import ValidationError

from hornbook.features import CategoricalHash, Feature, FeaturePipeline

TRAIN = ["a", None, "b", "a", "c c", "b", None, "ä"]


def hashed(values: Any, **options: Any) -> Any:
    frame = pl.DataFrame({"k": values})
    pipeline = FeaturePipeline.fit([Feature("k", CategoricalHash(**options))], [frame])
    return pipeline.transform(frame)["main"]


def test_one_column_a_row_named_by_the_documented_hash() -> None:
    found = hashed(["red", "blue", "red"], n_features=50)
    assert found.shape == (3, 50)
    for row, text in zip(found, ["red", "blue", "red"], strict=True):
        number = int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")
        expected = np.zeros(50)
        expected[(number % 2**63) % 50] = -1 if number >> 63 else 1
        np.testing.assert_array_equal(row, expected)


def test_the_same_on_every_machine() -> None:
    # Never to change: trained models go on reading the columns they learnt from.
    found = hashed(["red", "blue", "", None], n_features=1000)
    rows, columns = np.nonzero(found)
    signs = found[rows, columns].astype(int)
    assert list(zip(columns.tolist(), signs.tolist(), strict=True)) == [
        (453, -1),
        (538, -1),
        (948, -1),
        (76, -1),
    ]


def test_without_signs_all_are_ones() -> None:
    values = [str(number) for number in range(1000)]
    signed, plain = hashed(values), hashed(values, signed=False)
    np.testing.assert_array_equal(np.abs(signed), plain)
    assert abs(signed.sum()) < 150
    assert plain.sum() == 1000


def test_categories_spread_evenly() -> None:
    found = hashed([str(number) for number in range(20_000)], n_features=100, signed=False)
    in_column = found.sum(axis=0)
    # Chi-squared with 99 degrees of freedom: below 150 in 99.9 percent of the cases.
    assert (np.square(in_column - 200) / 200).sum() < 150


def test_missing_is_hashed_apart_from_the_empty_text() -> None:
    missing, empty = hashed(pl.Series([None, ""]), n_features=65_536)
    assert np.abs(missing).sum() == np.abs(empty).sum() == 1
    assert (missing != empty).any()


def test_nothing_is_counted_unless_it_is_filled_in() -> None:
    for options in ({}, {"missing": "impute", "impute_with": "constant"}):
        handling = CategoricalHash(**options)  # type: ignore[arg-type]
        pipeline = FeaturePipeline.fit([Feature("k", handling)], [])
        assert pipeline.inputs["main"].shape == (128,)


@pytest.mark.parametrize("n_features", [0, 65_537])
def test_widths_out_of_range(n_features: int) -> None:
    with pytest.raises(ValidationError):
        CategoricalHash(n_features=n_features)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"n_features": 3, "signed": False},
        {"missing": "impute"},
        {"missing": "impute", "impute_with": "constant", "impute_value": "x"},
        {"missing": "drop_rows"},
    ],
)
def test_contract(check_contract: Any, options: dict[str, Any]) -> None:
    check_contract(CategoricalHash(**options), TRAIN, ["never"])
