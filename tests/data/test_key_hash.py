from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import polars as pl
import pytest

from hornbook.data import fold_by_key, split_by_key
from hornbook.data.key_hash import key_positions
from hornbook.errors import DataError

KEYS = pl.Series("id", [f"customer {number}" for number in range(5000)])


def test_a_row_keeps_its_side_when_rows_are_added():
    few = split_by_key(np.arange(1000), KEYS[:1000], 0.2, seed=3)
    many = split_by_key(np.arange(5000), KEYS, 0.2, seed=3)
    assert (many[1][many[1] < 1000] == few[1]).all()
    shuffled = np.random.default_rng(0).permutation(5000)
    moved = split_by_key(np.arange(5000), KEYS.gather(shuffled), 0.2, seed=3)
    assert set(KEYS.gather(shuffled).gather(moved[1])) == set(KEYS.gather(many[1]))
    assert abs(len(many[1]) / 5000 - 0.2) < 0.02


def test_a_row_keeps_its_fold_when_rows_are_added():
    few = fold_by_key(np.arange(1000), KEYS[:1000], 4, seed=3)
    many = fold_by_key(np.arange(5000), KEYS, 4, seed=3)
    for (_, one), (_, other) in zip(few, many, strict=True):
        assert (other[other < 1000] == one).all()
        assert abs(len(other) / 5000 - 0.25) < 0.02
    assert sorted(np.concatenate([test for _, test in many])) == list(range(5000))


def test_positions_do_not_change_between_versions():
    assert key_positions(pl.Series(["a", "b"]), 1).tolist() == pytest.approx(
        [0.7964051260841941, 0.15909980631019516], abs=1e-15
    )


def test_a_key_has_one_position_however_it_is_stored():
    whole = key_positions(pl.Series([7, 8]), 1)
    assert (key_positions(pl.Series([7.0, 8.0]), 1) == whole).all()
    assert (key_positions(pl.Series(["7", "8"]), 1) == whole).all()
    day = key_positions(pl.Series([date(2024, 5, 31)]), 1)
    assert key_positions(pl.Series([datetime(2024, 5, 31, tzinfo=UTC)]), 1) == day
    assert key_positions(pl.Series([datetime(2024, 5, 31, 1, tzinfo=UTC)]), 1) != day


def test_positions_are_even_and_differ_by_seed_and_purpose():
    first = key_positions(KEYS, 1)
    assert np.abs(np.histogram(first, 10, (0, 1))[0] - 500).max() < 100
    for other in (key_positions(KEYS, 2), key_positions(KEYS, 1, "validation")):
        assert abs(np.corrcoef(first, other)[0, 1]) < 0.05


def test_rows_of_one_key_stay_together_and_rows_without_one_are_trained_on():
    keys = pl.Series("id", [1, 2, None, 3, 1, 2, None, 3] * 50)
    train, test = split_by_key(np.arange(400), keys, 0.5, seed=1)
    assert set(keys.gather(train)) & set(keys.gather(test)) == set()
    assert keys.gather(test).null_count() == 0
    folds = fold_by_key(np.arange(400), keys, 2, seed=4)
    assert all(keys.gather(train).null_count() == 100 for train, _ in folds)


def test_an_empty_side_is_told():
    with pytest.raises(DataError, match="sends none of 4 rows to"):
        split_by_key(np.arange(4), pl.Series("id", [1, 1, 1, 1]), 0.2, 0)
    with pytest.raises(DataError, match="of 3 folds without rows"):
        fold_by_key(np.arange(4), pl.Series("id", [1, 1, 2, 2]), 3, 0)
