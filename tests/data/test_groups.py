from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold

from hornbook.data import fold_groups, group_codes, split_groups
from hornbook.errors import DataError


def random_groups(seed, n=1000, n_groups=80):
    generator = np.random.default_rng(seed)
    weights = generator.dirichlet(np.full(n_groups, 0.5))
    groups = generator.choice(n_groups, n, p=weights)
    tilt = generator.uniform(0.05, 0.5, n_groups)
    classes = (generator.random(n) < tilt[groups]).astype(np.int64)
    return np.arange(n) * 3, groups, classes


def imbalance(labels, folds):
    """The mean distance of a fold's share of the positive class to that of all rows."""
    shares = [labels[test // 3].mean() for _, test in folds]
    return float(np.abs(np.array(shares) - labels.mean()).mean())


@pytest.mark.parametrize("seed", range(20))
def test_no_group_stands_on_both_sides_and_the_share_is_met(seed):
    rows, groups, classes = random_groups(seed)
    for strata in (None, classes):
        train, test = split_groups(rows, groups, 0.25, seed, strata)
        assert sorted([*train, *test]) == rows.tolist()
        assert not set(groups[train // 3]) & set(groups[test // 3])
        assert abs(len(test) / len(rows) - 0.25) < 0.05
        again = split_groups(rows, groups, 0.25, seed, strata)
        assert (again[1] == test).all()
    assert set(classes[train // 3]) == set(classes[test // 3]) == {0, 1}


def test_other_seeds_test_other_groups():
    rows, groups, _ = random_groups(0)
    tested = {tuple(split_groups(rows, groups, 0.25, seed)[1]) for seed in range(10)}
    assert len(tested) == 10


def test_a_class_of_two_groups_stands_on_both_sides():
    for seed in range(30):
        groups = np.repeat(np.arange(20), 5)
        classes = np.where(np.isin(groups, [3, 7]), 1, 0)
        train, test = split_groups(np.arange(100), groups, 0.2, seed, classes)
        assert set(classes[train]) == set(classes[test]) == {0, 1}


def test_one_large_group_leaves_a_test_side():
    groups = np.array([0] * 90 + [1] * 10)
    train, test = split_groups(np.arange(100), groups, 0.01, 0)
    assert len(test) == 10
    assert len(train) == 90


@pytest.mark.parametrize("seed", range(10))
def test_grouped_folds_are_as_even_as_those_of_scikit_learn(seed):
    rows, groups, _ = random_groups(seed)
    folds = fold_groups(rows, groups, 5, seed)
    assert sorted(np.concatenate([test for _, test in folds]).tolist()) == rows.tolist()
    for train, test in folds:
        assert not set(groups[train // 3]) & set(groups[test // 3])
    theirs = [len(test) for _, test in GroupKFold(5).split(rows, groups=groups)]
    assert np.ptp([len(test) for _, test in folds]) <= np.ptp(theirs) + 1


def test_stratified_grouped_folds_are_as_even_as_those_of_scikit_learn():
    ours, theirs, plain = [], [], []
    for seed in range(10):
        rows, groups, classes = random_groups(seed)
        folds = fold_groups(rows, groups, 5, seed, classes)
        for train, test in folds:
            assert not set(groups[train // 3]) & set(groups[test // 3])
        ours.append(imbalance(classes, folds))
        plain.append(imbalance(classes, fold_groups(rows, groups, 5, seed)))
        sklearn_folds = StratifiedGroupKFold(5).split(rows, classes, groups)
        theirs.append(imbalance(classes, [(rows[a], rows[b]) for a, b in sklearn_folds]))
    assert np.mean(ours) <= np.mean(theirs) + 0.005
    assert np.mean(ours) < np.mean(plain) / 2


def test_every_fold_has_a_group():
    groups = np.array([0] * 100 + [1, 2, 3])
    folds = fold_groups(np.arange(103), groups, 4, 0, np.array([0, 1] * 51 + [0]))
    assert all(len(test) for _, test in folds)


def test_too_few_groups_are_told():
    with pytest.raises(DataError, match="of 1 different groups, 2 or more"):
        split_groups(np.arange(4), np.zeros(4, np.int64), 0.2, 0)
    with pytest.raises(DataError, match="of 3 different groups, 5 or more"):
        fold_groups(np.arange(6), np.arange(6) % 3, 5, 0)


def test_missing_values_are_one_group():
    values = pl.Series([1.5, None, float("nan"), 0.5])
    assert group_codes(values).tolist() == [1, 2, 2, 0]
    assert group_codes(pl.Series([None, None], dtype=pl.String)).tolist() == [0, 0]
