from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from sklearn.model_selection import TimeSeriesSplit

from hornbook.data import fold_in_time, split_in_time
from hornbook.errors import DataError


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("descending", [False, True])
def test_the_last_share_is_tested(seed, descending):
    generator = np.random.default_rng(seed)
    n = int(generator.integers(20, 500))
    rows = generator.permutation(2000)[:n]
    times = generator.permutation(n * 10)[:n].astype(float)
    train, test = split_in_time(rows, pl.Series("t", times), 0.3, descending=descending)
    assert (np.diff(train) > 0).all()
    assert (np.diff(test) > 0).all()
    assert sorted([*train, *test]) == sorted(rows.tolist())
    assert len(test) in (int(0.3 * n), int(0.3 * n) + 1)
    at = dict(zip(rows.tolist(), times.tolist(), strict=True))
    earlier, later = (test, train) if descending else (train, test)
    assert max(at[row] for row in earlier.tolist()) < min(at[row] for row in later.tolist())


def test_rows_of_one_moment_stay_together():
    days = pl.Series("day", [date(2024, 1, 1) + timedelta(days=d) for d in [0, 1, 1, 1, 1, 2]])
    train, test = split_in_time(np.arange(6), days, 0.4)
    assert (train.tolist(), test.tolist()) == ([0, 1, 2, 3, 4], [5])
    with pytest.raises(DataError, match="1 different moments in 'day', 2 or more"):
        split_in_time(np.arange(3), pl.Series("day", [5, 5, 5]), 0.5)


def test_windows_grow_as_those_of_scikit_learn():
    rows = np.arange(60)
    ours = fold_in_time(rows, pl.Series("t", rows), 5)
    theirs = list(TimeSeriesSplit(5).split(rows))
    for (train, test), (their_train, their_test) in zip(ours, theirs, strict=True):
        assert train.tolist() == their_train.tolist()
        assert test.tolist() == their_test.tolist()
    backwards = fold_in_time(rows, pl.Series("t", -rows), 5, descending=True)
    assert [test.tolist() for _, test in backwards] == [test.tolist() for _, test in ours]


def test_too_few_moments_are_told():
    with pytest.raises(DataError, match="5 different moments in 't', 6 or more"):
        fold_in_time(np.arange(10), pl.Series("t", np.arange(10) % 5), 5)


def test_uneven_moments_leave_every_block_one():
    times = pl.Series("t", [0] * 50 + [1, 2, 3, 4, 5])
    folds = fold_in_time(np.arange(55), times, 5)
    assert [len(test) for _, test in folds] == [1, 1, 1, 1, 1]
