from __future__ import annotations

import numpy as np
import pytest
from sklearn.model_selection import StratifiedKFold

from hornbook.data import fold_rows
from hornbook.errors import DataError


def check_folds(rows, folds):
    tested = np.concatenate([test for _, test in folds])
    assert sorted(tested.tolist()) == sorted(rows.tolist())
    for train, test in folds:
        assert (np.diff(train) > 0).all()
        assert (np.diff(test) > 0).all()
        assert sorted([*train, *test]) == sorted(rows.tolist())


@pytest.mark.parametrize("seed", range(20))
def test_every_row_is_tested_once_in_folds_of_one_size(seed):
    generator = np.random.default_rng(seed)
    n_folds = int(generator.integers(2, 9))
    rows = generator.permutation(5000)[: int(generator.integers(n_folds, 300))]
    folds = fold_rows(rows, n_folds, seed)
    check_folds(rows, folds)
    sizes = [len(test) for _, test in folds]
    assert max(sizes) - min(sizes) <= 1
    again = fold_rows(rows, n_folds, seed)
    assert all((one[1] == other[1]).all() for one, other in zip(folds, again, strict=True))


@pytest.mark.parametrize("seed", range(20))
def test_stratified_folds_are_as_even_as_those_of_scikit_learn(seed):
    generator = np.random.default_rng(seed)
    n = int(generator.integers(60, 500))
    classes = np.sort(generator.choice(4, n, p=[0.6, 0.25, 0.1, 0.05]))
    classes[:40] = np.repeat(np.arange(4), 10)
    generator.shuffle(classes)
    rows = np.arange(n)
    folds = fold_rows(rows, 5, seed, classes)
    check_folds(rows, folds)
    ours = np.array([np.bincount(classes[test], minlength=4) for _, test in folds])
    splitter = StratifiedKFold(5, shuffle=True, random_state=seed)
    theirs = np.array(
        [np.bincount(classes[test], minlength=4) for _, test in splitter.split(rows, classes)]
    )
    assert (np.ptp(ours, axis=0) <= np.ptp(theirs, axis=0).clip(1)).all()
    assert np.ptp(ours, axis=0).max() <= 1
    assert np.ptp(ours.sum(axis=1)) <= 1


def test_a_row_is_as_likely_in_every_fold():
    counts = np.zeros((20, 4))
    for seed in range(2000):
        for number, (_, test) in enumerate(fold_rows(np.arange(20), 4, seed)):
            counts[test, number] += 1
    assert counts.min() > 400
    assert counts.max() < 600


def test_too_few_rows_or_folds_are_told():
    with pytest.raises(DataError, match="3 rows cannot be divided into 5 folds"):
        fold_rows(np.arange(3), 5, 1)
    with pytest.raises(DataError, match="1 folds"):
        fold_rows(np.arange(3), 1, 1)
