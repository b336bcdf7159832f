"""Categorical handlings say in ONNX what they say in Hornbook."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from hornbook.errors import ExportError
from hornbook.features import (
    CategoricalDummy,
    CategoricalFlag,
    CategoricalFrequency,
    CategoricalGlmm,
    CategoricalHash,
    CategoricalImpact,
    CategoricalIndex,
    CategoricalOrdinal,
)

TRAIN = ["b", "a", None, "b", "ß — ü", "a", "b", " b", "日本", None]
UNSEEN = ["z", None, "B", " ", "a", "日本", "😀", "nan"]
NUMBERS = [3.0, 0.5, None, 3.0, float("nan"), 1e300, -2.0]

HANDLINGS = [
    CategoricalDummy(),
    CategoricalDummy(drop_one=True),
    CategoricalDummy(max_categories=2),
    CategoricalFlag(),
    CategoricalFrequency(),
    CategoricalFrequency(normalize=False, rescaling="minmax"),
    CategoricalIndex(min_rows=1),
    CategoricalIndex(max_categories=1),
    CategoricalIndex(min_rows=99),
    CategoricalOrdinal(),
    CategoricalOrdinal(order="lexicographic", descending=True, unknown="median"),
    CategoricalOrdinal(unknown="explicit", rescaling="none"),
]


@pytest.mark.parametrize("handling", HANDLINGS)
def test_categories_are_looked_up(check_parity, handling):
    check_parity(handling, TRAIN, UNSEEN)


@pytest.mark.parametrize("handling", HANDLINGS)
@pytest.mark.parametrize("impute_with", ["most_frequent", "constant"])
def test_missing_categories_are_filled_in(check_parity, handling, impute_with):
    if isinstance(handling, CategoricalFlag):
        pytest.skip("a flag fills nothing in")
    options = {**handling.model_dump(), "missing": "impute", "impute_with": impute_with}
    for value in ("", "a"):
        check_parity(type(handling)(**{**options, "impute_value": value}), TRAIN, UNSEEN)


@pytest.mark.parametrize("handling", [CategoricalDummy(), CategoricalOrdinal(), CategoricalFlag()])
def test_numbers_and_truth_values_are_categories(check_parity, handling):
    check_parity(handling, NUMBERS, pl.Series([3, 7, None]))
    check_parity(handling, [True, None, False])
    check_parity(handling, [1, 2, None, 2], pl.Series([2.0, float("nan"), 9.5]))


@pytest.mark.parametrize("kind", [CategoricalImpact, CategoricalGlmm])
@pytest.mark.parametrize("n_classes", [None, 2, 3])
def test_encodings_by_the_target(check_parity, kind, n_classes):
    target = np.arange(len(TRAIN)) % (n_classes or 7)
    for missing in ("own_category", "impute"):
        check_parity(kind(missing=missing), TRAIN, UNSEEN, target=target, n_classes=n_classes)


def test_many_categories(check_parity):
    random = np.random.default_rng(3)
    values = pl.Series([f"c{number}" for number in random.zipf(1.3, 3000) % 2000])
    for handling in (CategoricalDummy(max_categories=500), CategoricalFrequency()):
        check_parity(handling, values, pl.Series([f"c{number}" for number in range(3000)]))


def test_hashed_categories_are_refused(check_parity):
    with pytest.raises(ExportError, match=r"categorical hash: it hashes categories with BLAKE2b"):
        check_parity(CategoricalHash(), TRAIN)


def test_an_empty_text_that_is_a_category_is_refused(check_parity):
    with pytest.raises(ExportError, match="the empty text is one of its categories"):
        check_parity(CategoricalDummy(), ["", "a", None])
