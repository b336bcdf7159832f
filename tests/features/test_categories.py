from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from hornbook.features.categories import Vocabulary, spelled


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([3, None, -1], ["3", None, "-1"]),
        (
            [3.0, -0.0, 0.5, 1e16, math.nan, None],
            ["3", "0", "0.5", "10000000000000000", None, None],
        ),
        ([math.inf, -math.inf, 1e300], ["inf", "-inf", "1e+300"]),
        ([True, False, None], ["true", "false", None]),
        (["3.0", " a", "", None], ["3.0", " a", "", None]),
        ([None, None], [None, None]),
    ],
)
def test_one_spelling_a_category(values: list[Any], texts: list[str | None]) -> None:
    assert spelled(pl.Series(values)).to_list() == texts


def test_short_floats_are_spelled_as_they_are_written() -> None:
    assert spelled(pl.Series([0.1, 2.0], dtype=pl.Float32)).to_list() == ["0.1", "2"]


def test_categories_of_pandas_are_texts() -> None:
    values = pl.from_pandas(pd.Series(["b", None, "a"], dtype="category"))
    assert spelled(values).to_list() == ["b", None, "a"]


def test_codes_are_places_in_the_list() -> None:
    vocabulary = Vocabulary(pl.Series(["b", "a", "", "日本"]))
    codes = vocabulary.codes(pl.Series(["日本", "a", "A", "", None, "b"]))
    assert codes.tolist() == [3, 1, vocabulary.unseen, 2, vocabulary.missing, 0]
    assert (vocabulary.unseen, vocabulary.missing) == (4, 5)


def test_an_empty_list_knows_nothing() -> None:
    vocabulary = Vocabulary(pl.Series([], dtype=pl.String))
    assert vocabulary.codes(pl.Series(["a", None])).tolist() == [0, 1]
    assert vocabulary.codes(pl.Series([], dtype=pl.String)).tolist() == []


@pytest.mark.parametrize("categories", [[], [""], ["a", "", "ü\0\n", "日本"], ["x" * 100_000]])
def test_arrays_and_back(categories: list[str]) -> None:
    vocabulary = Vocabulary(pl.Series(categories, dtype=pl.String))
    again = Vocabulary.from_arrays(vocabulary.arrays())
    assert again.categories.to_list() == categories


def test_arrays_that_are_no_text_are_refused() -> None:
    arrays = Vocabulary(pl.Series(["ab", "c"])).arrays()
    with pytest.raises(ValueError, match=r"(?i)utf8"):
        Vocabulary.from_arrays({**arrays, "category_bytes": np.array([255, 255, 99], np.uint8)})
    with pytest.raises(ValueError, match=r"(?i)offset"):
        Vocabulary.from_arrays({**arrays, "category_ends": np.array([2, 9])})


@pytest.mark.parametrize("n_categories", [1, 2, 300, 5000])
def test_a_text_that_hashes_like_a_category_is_none(n_categories: int) -> None:
    categories = pl.Series([f"category {i}" for i in range(n_categories)])
    vocabulary = Vocabulary(categories)
    # So many others meet every slot of the table of a few categories.
    others = pl.Series([f"other {i}" for i in range(20_000)])
    assert (vocabulary.codes(others) == vocabulary.unseen).all()
    assert vocabulary.codes(categories.reverse()).tolist() == list(range(n_categories))[::-1]


@pytest.mark.parametrize("n_texts", [1, 512, 513])
def test_few_texts_and_many_get_the_same_codes(n_texts: int) -> None:
    vocabulary = Vocabulary(pl.Series(["b", "a", "", "日本"]))
    texts = (["日本", "a", None, "A", "", "b"] * 100)[:n_texts]
    expected = [{"b": 0, "a": 1, "": 2, "日本": 3, "A": 4, None: 5}[text] for text in texts]
    codes = vocabulary.codes(pl.Series(texts, dtype=pl.String))
    assert (codes.tolist(), codes.dtype) == (expected, np.int64)
