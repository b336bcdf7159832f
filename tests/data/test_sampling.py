from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from hornbook.data import sample_rows
from hornbook.errors import DataError


def test_samples_are_ascending_parts_of_the_rows():
    for seed in range(20):
        generator = np.random.default_rng(seed)
        rows = generator.permutation(generator.integers(0, 10_000, 300))
        n = int(generator.integers(1, 400))
        for method in ("none", "first", "random"):
            sample = sample_rows(rows, method, n, seed)
            assert (np.diff(sample) >= 0).all()
            assert np.isin(sample, rows).all()
            assert len(sample) == (300 if method == "none" else min(n, 300))


def test_a_seed_is_a_sample():
    rows = np.arange(1000)
    first = sample_rows(rows, "random", 100, 1)
    assert (first == sample_rows(rows, "random", 100, 1)).all()
    assert (first != sample_rows(rows, "random", 100, 2)).any()
    assert len(np.unique(first)) == 100


def test_every_row_is_as_likely():
    counts = np.zeros(50)
    for seed in range(2000):
        counts[sample_rows(np.arange(50), "random", 10, seed)] += 1
    assert counts.min() > 300
    assert counts.max() < 500


def test_unusable_arguments_are_told():
    with pytest.raises(DataError, match="0 rows"):
        sample_rows(np.arange(3), "first", 0, 1)
    with pytest.raises(DataError, match="'last'"):
        sample_rows(np.arange(3), "last", 1, 1)


ROWS = np.random.default_rng(0).permutation(5000)[:1000]
COLOURS = pl.Series("colour", ["red", "green", "blue", None])[
    np.random.default_rng(1).choice(4, 1000, p=[0.8, 0.15, 0.03, 0.02])
]


def counts(values, rows):
    where = {row: position for position, row in enumerate(ROWS.tolist())}
    chosen = values.gather([where[row] for row in rows.tolist()])
    return dict(chosen.value_counts().rows())


def test_a_ratio_takes_about_that_share():
    sizes = [len(sample_rows(ROWS, "random_ratio", None, seed, ratio=0.3)) for seed in range(50)]
    assert len(set(sizes)) > 10
    assert 285 < np.mean(sizes) < 315
    assert len(sample_rows(ROWS, "random_ratio", None, 1, ratio=1.0)) == 1000


def test_column_values_take_whole_groups_until_about_n_rows():
    keys = pl.Series("key", np.random.default_rng(2).integers(0, 100, 1000))
    before = dict(keys.value_counts().rows())
    chosen = set()
    for seed in range(10):
        sample = sample_rows(ROWS, "column_values", 200, seed, values=keys)
        assert (np.diff(sample) > 0).all()
        taken = counts(keys, sample)
        assert all(taken[key] == before[key] for key in taken)
        assert abs(len(sample) - 200) <= max(before.values())
        chosen.add(tuple(sorted(taken)))
    assert len(chosen) == 10


def test_column_values_take_one_group_at_least():
    keys = pl.Series("key", ["a", "b"] * 500)
    assert len(sample_rows(ROWS, "column_values", 1, 0, values=keys)) == 500


@pytest.mark.parametrize("n_rows", [4, 7, 100, 101, 250, 999, 1000, 2000])
def test_rebalancing_takes_as_many_of_each_as_there_are(n_rows):
    before = dict(COLOURS.value_counts().rows())
    sample = sample_rows(ROWS, "rebalance", n_rows, 5, values=COLOURS)
    assert len(sample) == min(n_rows, 1000)
    taken = counts(COLOURS, sample)
    most = max(taken.values())
    for colour, count in before.items():
        assert taken[colour] == count or taken[colour] >= most - 1


def test_rebalancing_by_ratio_takes_that_share_of_all_rows():
    sample = sample_rows(ROWS, "rebalance_ratio", None, 5, ratio=0.1, values=COLOURS)
    assert (sample == sample_rows(ROWS, "rebalance", 100, 5, values=COLOURS)).all()


@pytest.mark.parametrize("descending", [False, True])
def test_the_first_in_order_with_missing_values_last(descending):
    values = pl.Series("v", np.random.default_rng(3).integers(0, 50, 1000)).cast(pl.Float64)
    values = pl.select(
        pl.when(pl.Series(np.arange(1000) % 10 == 0))
        .then(None)
        .when(pl.Series(np.arange(1000) % 10 == 1))
        .then(float("nan"))
        .otherwise(values)
    ).to_series()
    sample = sample_rows(ROWS, "first_sorted", 100, 0, values=values, descending=descending)
    key = [
        (np.isnan(v), -v if descending else v, row)
        for v, row in zip(values.cast(pl.Float64).fill_null(float("nan")), ROWS, strict=True)
    ]
    key = [(missing, 0 if missing else v, row) for missing, v, row in key]
    expected = [row for _, _, row in sorted(key)[:100]]
    assert sample.tolist() == sorted(expected)
    almost = sample_rows(ROWS, "first_sorted", 900, 0, values=values, descending=descending)
    present = values.is_not_nan().fill_null(value=False).to_numpy()
    assert set(ROWS[present].tolist()) <= set(almost.tolist())


def test_a_method_without_what_it_needs_is_told():
    with pytest.raises(DataError, match="goes by a column"):
        sample_rows(np.arange(3), "rebalance", 2, 1)
    with pytest.raises(DataError, match="ratio None"):
        sample_rows(np.arange(3), "random_ratio", None, 1)
    with pytest.raises(DataError, match=r"ratio 1\.5"):
        sample_rows(np.arange(3), "random_ratio", None, 1, ratio=1.5)
