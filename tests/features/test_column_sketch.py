"""Sketches: what is kept of a column, and that it is read back as it was."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from hornbook.features import FeatureType
from hornbook.features.column_sketch import ColumnSketch, sketch


def test_numbers_are_sorted_and_drawn():
    values = pl.Series([3.0, None, 1.0, float("nan"), float("inf")])
    kept = sketch("n", values, FeatureType.NUMERICAL)
    assert kept.numbers.tolist() == [1.0, 3.0]
    assert (kept.n_rows, kept.missing) == (5, 3)
    many = sketch("n", pl.Series(np.arange(50_000.0)), FeatureType.NUMERICAL)
    assert len(many.numbers) == 10_000
    assert many.numbers.mean() == pytest.approx(25_000, rel=0.03)


def test_dates_are_seconds_and_vectors_their_lengths():
    dates = sketch("d", pl.Series([date(1970, 1, 2), None]), FeatureType.DATE)
    assert dates.numbers.tolist() == [86_400.0]
    vectors = sketch("v", pl.Series([[3.0, 4.0], None, [0.0, 1.0]]), FeatureType.VECTOR)
    assert vectors.numbers.tolist() == [1.0, 5.0]
    assert vectors.missing == 1


def test_categories_are_spelled_alike_and_the_rarest_are_others():
    assert sketch("c", pl.Series([1, 2, 1]), FeatureType.CATEGORICAL).counts == {"1": 2, "2": 1}
    assert sketch("c", pl.Series([1.0, 2.0]), FeatureType.CATEGORICAL).counts == {"1": 1, "2": 1}
    many = pl.Series([f"c{i:04d}" for i in range(1_500)] + ["often"] * 10)
    kept = sketch("c", many, FeatureType.CATEGORICAL)
    assert (len(kept.counts), kept.others, kept.counts["often"]) == (1_000, 501, 10)
    assert len(sketch("c", many, FeatureType.CATEGORICAL, whole=True).counts) == 1_501


def test_a_tenth_of_the_texts_tells_how_many_words_are_unknown():
    texts = pl.Series(["new words here", *["Old words"] * 9, "", None])
    kept = sketch("t", texts, FeatureType.TEXT)
    assert kept.counts == {"old": 9, "words": 9}
    assert (kept.checked_words, kept.unknown_words, kept.missing) == (3, 2, 2)
    assert kept.numbers.tolist() == [2.0] * 9 + [3.0]


def test_of_images_only_their_presence_is_kept():
    kept = sketch("i", pl.Series(["a.png", None, ""]), FeatureType.IMAGE)
    assert (kept.kind, kept.n_rows, kept.missing, dict(kept.counts)) == ("presence", 3, 2, {})


def test_a_sketch_comes_back():
    kept = sketch("t", pl.Series(["some text", "more text"] * 10), FeatureType.TEXT)
    again = ColumnSketch.from_json(kept.to_json(), kept.numbers)
    assert again.to_json() == kept.to_json()
