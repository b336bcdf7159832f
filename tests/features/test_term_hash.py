from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sklearn.utils import murmurhash3_32

from hornbook.features.term_hash import hash_terms, hashed_columns

TERMS = ["", "a", "ab", "abc", "abcd", "abcde", "fünf", "日本語の", "x" * 100, "foo bar", "foo"]


def test_hashes_are_those_of_scikit_learn() -> None:
    assert hash_terms(pl.Series(TERMS)).tolist() == [murmurhash3_32(term) for term in TERMS]


def test_hashes_do_not_depend_on_the_other_terms() -> None:
    alone = [hash_terms(pl.Series([term])).item() for term in TERMS]
    assert hash_terms(pl.Series(TERMS[::-1])).tolist() == alone[::-1]


def test_no_terms() -> None:
    assert hash_terms(pl.Series([], dtype=pl.String)).tolist() == []


@pytest.mark.parametrize("n_columns", [2, 1000, 2**20])
def test_columns_and_signs(n_columns: int) -> None:
    terms = pl.Series([f"term {number}" for number in range(2000)])
    columns, signs = hashed_columns(terms, n_columns)
    assert columns.min() >= 0
    assert columns.max() < n_columns
    assert set(signs) == {1.0, -1.0}
    assert abs(signs.mean()) < 0.1
    assert len(np.unique(columns)) == pytest.approx(
        n_columns * (1 - (1 - 1 / n_columns) ** 2000), rel=0.05
    )
