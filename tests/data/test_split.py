from __future__ import annotations

import numpy as np
import pytest

from hornbook.data import split_rows
from hornbook.errors import DataError


def check_parts(rows, train, test, share):
    assert (np.diff(train) > 0).all()
    assert (np.diff(test) > 0).all()
    assert sorted([*train, *test]) == sorted(rows)
    assert len(test) == int(np.floor(share * len(rows) + 0.5))


@pytest.mark.parametrize("seed", range(30))
def test_splits_hold_all_rows_once(seed):
    generator = np.random.default_rng(seed)
    rows = generator.permutation(5000)[: int(generator.integers(5, 500))]
    share = float(generator.uniform(0.15, 0.85))
    train, test = split_rows(rows, share, seed)
    check_parts(rows, train, test, share)
    again = split_rows(rows, share, seed)
    assert (again[0] == train).all()


@pytest.mark.parametrize("seed", range(60))
def test_stratified_splits_keep_the_share_of_every_class(seed):
    generator = np.random.default_rng(seed)
    n = int(generator.integers(20, 600))
    rows = generator.permutation(5000)[:n]
    weights = generator.dirichlet(np.full(int(generator.integers(2, 6)), 0.7))
    classes = generator.choice(len(weights), n, p=weights)
    share = float(generator.uniform(0.1, 0.9))
    train, test = split_rows(rows, share, seed, classes)
    check_parts(rows, train, test, share)
    class_of = dict(zip(rows.tolist(), classes.tolist(), strict=True))
    tested = np.bincount([class_of[row] for row in test.tolist()], minlength=len(weights))
    sizes = np.bincount(classes, minlength=len(weights))
    n_singles = int((sizes == 1).sum())
    for size, n_tested in zip(sizes, tested, strict=True):
        if size == 1:
            assert n_tested == 0
        if size >= 2:
            assert 1 <= n_tested <= size - 1
        assert abs(n_tested - size * len(test) / n) <= 1 + n_singles + (sizes < 10).sum()
    if sizes[sizes > 0].min() * min(share, 1 - share) >= 1:
        assert (np.abs(tested - sizes * len(test) / n) < 1).all()


def test_one_row_classes_go_to_train():
    classes = np.array(["a"] * 10 + ["b"])
    for seed in range(20):
        train, _ = split_rows(np.arange(11), 0.5, seed, classes)
        assert 10 in train


def test_missing_classes_are_a_class():
    classes = np.array(["a", None, float("nan"), "b", "a", "b", None, "a"], dtype=object)
    train, test = split_rows(np.arange(8), 0.5, 1, classes)
    assert len(train) == len(test) == 4
    numbers = np.array([1.0, np.nan, np.nan, 1.0])
    _, test = split_rows(np.arange(4), 0.5, 1, numbers)
    assert np.isnan(numbers[test]).sum() == 1


def test_more_classes_than_test_rows():
    classes = np.repeat(np.arange(50), 2)
    train, test = split_rows(np.arange(100), 0.1, 1, classes)
    assert len(test) == 10
    assert set(classes[train]) == set(range(50))


@pytest.mark.parametrize(
    ("n", "share", "message"),
    [
        (1, 0.5, "leave no train rows"),
        (0, 0.5, "leave no test rows"),
        (3, 0.1, "leave no test rows"),
        (3, 0.9, "leave no train rows"),
        (10, 0.0, "between 0 and 1"),
        (10, 1.0, "between 0 and 1"),
    ],
)
def test_an_empty_side_is_an_error(n, share, message):
    with pytest.raises(DataError, match=message):
        split_rows(np.arange(n), share, 1)


def test_stratify_must_fit_the_rows():
    with pytest.raises(DataError, match="3 classes were given for 4 rows"):
        split_rows(np.arange(4), 0.5, 1, np.array([1, 2, 3]))
