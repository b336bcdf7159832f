from __future__ import annotations

import numpy as np
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
