"""Drift of single columns: found where it is, and not where it is not."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from hornbook.features import FeatureType
from hornbook.features.column_sketch import sketch
from hornbook.serving.column_drift import column_drift, drifts

RANDOM = np.random.default_rng(0)


def drift(before, now, kind):
    return column_drift(sketch("x", before, kind), sketch("x", now, kind, whole=True))


def test_numbers_that_moved_and_numbers_that_did_not():
    before = pl.Series(RANDOM.normal(size=5000))
    still = drift(before, pl.Series(RANDOM.normal(size=4000)), FeatureType.NUMERICAL)
    assert (still.level, still.test) == ("none", "Kolmogorov-Smirnov")
    assert still.p_value > 0.01
    moved = drift(before, pl.Series(RANDOM.normal(1.0, size=4000)), FeatureType.NUMERICAL)
    assert moved.level == "strong"
    assert moved.p_value < 1e-10
    assert len(moved.bins) == 10
    assert sum(one.now for one in moved.bins) == pytest.approx(1.0)
    assert all(one.before == pytest.approx(0.1, abs=0.01) for one in moved.bins)


def test_numbers_of_few_values_have_few_bins():
    before, now = pl.Series([0.0] * 900 + [1.0] * 100), pl.Series([0.0] * 500 + [1.0] * 500)
    found = drift(before, now, FeatureType.NUMERICAL)
    assert [(one.before, one.now) for one in found.bins] == [(0.9, 0.5), (0.1, 0.5)]
    assert found.level == "strong"


@pytest.mark.parametrize(("now", "label"), [(7.0, "< 8"), (9.0, "> 8")])
def test_a_number_that_was_always_the_same(now, label):
    found = drift(pl.Series([8.0] * 100), pl.Series([8.0, now] * 50), FeatureType.NUMERICAL)
    assert found.level == "strong"
    shares = {one.label: (one.before, one.now) for one in found.bins}
    assert shares == {"8": (1.0, 0.5), label: (0.0, 0.5)}


def test_categories_with_new_ones():
    before = pl.Series(RANDOM.choice(list("abc"), 3000))
    still = drift(before, pl.Series(RANDOM.choice(list("abc"), 3000)), FeatureType.CATEGORICAL)
    assert (still.level, still.test, still.new_categories) == ("none", "chi-square", [])
    assert still.p_value > 0.01
    now = pl.Series(["a"] * 500 + ["d"] * 500)
    moved = drift(before, now, FeatureType.CATEGORICAL)
    assert (moved.level, moved.new_categories) == ("strong", ["d"])
    assert moved.bins[-1].label == "others"
    assert moved.bins[-1].now == 0.5


def test_many_rare_categories_are_no_drift():
    names = [f"c{i}" for i in range(400)]
    before = pl.Series(RANDOM.choice(names, 20_000))
    found = drift(before, pl.Series(RANDOM.choice(names, 500)), FeatureType.CATEGORICAL)
    assert found.level == "none"


def test_missing_values_are_held_against_those_before():
    before = pl.Series([1.0, None] * 20 + [1.0] * 960)
    found = drift(before, pl.Series([1.0, None] * 500), FeatureType.NUMERICAL)
    assert found.missing_before == pytest.approx(0.02)
    assert found.missing_now == 0.5
    assert found.missing_p_value < 1e-10


def test_texts_of_other_words():
    words = [f"word{i}" for i in range(50)]
    texts = pl.Series([" ".join(RANDOM.choice(words, 8)) for _ in range(500)])
    same = pl.Series([" ".join(RANDOM.choice(words, 8)) for _ in range(500)])
    found = drift(texts, same, FeatureType.TEXT)
    assert (found.level, found.unknown_words_now) == ("none", 0.0)
    others = pl.Series([" ".join(["foreign", *RANDOM.choice(words, 20)]) for _ in range(500)])
    found = drift(texts, others, FeatureType.TEXT)
    assert found.unknown_words_now == pytest.approx(1 / 21)
    assert found.unknown_words_p_value < 1e-4
    assert found.level == "strong"


def test_nothing_but_missing_values():
    found = drift(pl.Series([1.0]), pl.Series([None], dtype=pl.Float64), FeatureType.NUMERICAL)
    assert (found.test, found.psi, found.level, found.missing_now) == (None, None, "none", 1.0)


def test_the_farthest_comes_first():
    kind = FeatureType.NUMERICAL
    before = {name: sketch(name, pl.Series(np.arange(100.0)), kind) for name in "ab"}
    now = {"a": before["a"], "b": sketch("b", pl.Series(np.arange(100.0) + 80), kind)}
    assert [one.column for one in drifts(before, now)] == ["b", "a"]
