from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import polars as pl
import pytest

from hornbook.features import FittedHandling
from hornbook.features.category_counts import CategoryCounts, CategoryIndex, CountFitting, grown


def counted(values: pl.Series, block_rows: int) -> CategoryCounts:
    found: list[CategoryCounts] = []

    def finish(column: str, counts: CategoryCounts) -> FittedHandling:
        assert column == "k"
        found.append(counts)
        return FittedHandling()

    fitting = CountFitting("k", finish)
    for block in values.to_frame("k").iter_slices(block_rows):
        names = fitting.expressions()
        row = block.select(expression.alias(name) for name, expression in names.items())
        fitting.add({name: row[name][0] for name in names})
    fitting.finish()
    return found[0]


@pytest.mark.parametrize("block_rows", [3, 50, 1000])
def test_counts_do_not_depend_on_the_blocks(block_rows: int) -> None:
    drawn = np.random.default_rng(0).geometric(0.05, 500).tolist()
    values = [None if number == 3 else str(number) for number in drawn]
    counts = counted(pl.Series(values), block_rows)
    expected = Counter(value for value in values if value is not None)
    assert dict(zip(counts.categories, counts.rows, strict=True)) == expected
    assert counts.categories.to_list() == sorted(expected)
    assert counts.missing == values.count(None)
    ranked = counts.categories.gather(counts.ranked).to_list()
    assert ranked == sorted(expected, key=lambda value: (-expected[value], value))


@pytest.mark.parametrize(
    ("values", "categories", "numbers"),
    [
        ([2.0, 0.5, float("nan"), None], ["0.5", "2"], True),
        ([2, 10, 2], ["10", "2"], True),
        ([True, None], ["true"], False),
        (["2.0"], ["2.0"], False),
    ],
)
def test_spelled_alike_in_all_types(values: Any, categories: list[str], numbers: bool) -> None:
    counts = counted(pl.Series(values), 2)
    assert counts.categories.to_list() == categories
    assert counts.numbers is numbers


def test_filled_rows_are_rows_of_the_category() -> None:
    counts = CategoryCounts(pl.Series(["a", "c"]), np.array([2, 3]), 4)
    filled = counts.filled("a")
    assert (filled.categories.to_list(), filled.rows.tolist()) == (["a", "c"], [6, 3])
    filled = counts.filled("b")
    assert (filled.categories.to_list(), filled.rows.tolist()) == (["a", "b", "c"], [2, 4, 3])
    assert filled.missing == 0
    none_missing = CategoryCounts(pl.Series(["a"]), np.array([2]), 0)
    assert none_missing.filled("b") is none_missing


def test_an_index_numbers_categories_as_they_come() -> None:
    index = CategoryIndex()
    assert index.codes(pl.Series(["b", None, "a", "b"])).tolist() == [0, -1, 1, 0]
    assert index.codes(pl.Series(["c", "a", "ü"])).tolist() == [2, 1, 3]
    assert index.codes(pl.Series([], dtype=pl.String)).tolist() == []
    assert index.categories.to_list() == ["b", "a", "c", "ü"]


def test_an_array_grows_with_zeros() -> None:
    array = np.ones((2, 3))
    assert grown(array, 2) is array
    larger = grown(array, 3)
    assert larger.shape == (4, 3)
    assert (larger[:2] == 1).all()
    assert (larger[2:] == 0).all()
