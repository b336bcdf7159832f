from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from hornbook.features import OutputColumn
from hornbook.features.row_sample import row_hashes, sample_train_rows
from hornbook.features.step import TrainBlock


class Rows:
    """Train rows whose one value is their row number; counts how many are preprocessed."""

    columns = (OutputColumn("x", "x"),)
    numerical = (0,)

    def __init__(self, n_rows: int, block: int) -> None:
        self.n_rows, self.block, self.preprocessed = n_rows, block, 0

    def blocks(
        self, wanted: Callable[[NDArray[np.int64]], NDArray[np.bool_]] | None = None
    ) -> Iterator[TrainBlock]:
        for start in range(0, self.n_rows, self.block):
            rows = np.arange(start, min(start + self.block, self.n_rows))
            if wanted is not None:
                rows = rows[wanted(rows)]
            self.preprocessed += len(rows)
            yield TrainBlock(rows[:, np.newaxis].astype(np.float32), rows * 2, rows)


def test_hashes_are_always_the_same_and_spread_evenly() -> None:
    hashes = row_hashes(np.arange(100_000), 7)
    assert hashes[:2].tolist() == [row_hashes(np.array([k]), 7)[0] for k in range(2)]
    assert len(np.unique(hashes)) == 100_000
    counts = np.bincount((hashes >> np.uint64(60)).astype(int), minlength=16)
    assert abs(counts - 6250).max() < 400
    assert (row_hashes(np.arange(100), 8) != hashes[:100]).all()


@pytest.mark.parametrize("block", [10, 999, 5000])
def test_the_sample_does_not_depend_on_the_blocks(block: int) -> None:
    sample = sample_train_rows(Rows(5000, block), 300, seed=1)
    expected = np.sort(np.argsort(row_hashes(np.arange(5000), 1))[:300])
    np.testing.assert_array_equal(sample.rows, expected)
    np.testing.assert_array_equal(sample.values[:, 0], expected)
    np.testing.assert_array_equal(sample.target, expected * 2)


def test_rows_out_of_question_are_not_preprocessed() -> None:
    rows = Rows(50_000, 100)
    sample_train_rows(rows, 100, seed=1)
    assert rows.preprocessed < 2000


def test_few_rows_are_all_taken() -> None:
    assert len(sample_train_rows(Rows(20, 7), 300, seed=1).rows) == 20
