from __future__ import annotations

import numpy as np
import pytest

from hornbook.features.sparse_rows import SparseRows
from hornbook.features.sparse_sample import SparseSample

N_ROWS = 300
RANKS = np.random.default_rng(1).permutation(N_ROWS).astype(np.uint64)
SIZES = np.random.default_rng(2).integers(0, 6, N_ROWS)


def sampled(block: int, most_rows: int, most_values: int) -> SparseRows:
    """Row `i` has `SIZES[i]` values, all `i`."""
    sample = SparseSample(most_rows, most_values)
    for start in range(0, N_ROWS, block):
        ranks = RANKS[start : start + block]
        wanted = sample.wants(ranks)
        numbers = np.arange(start, start + len(ranks))[wanted]
        sizes = SIZES[numbers]
        rows = np.repeat(np.arange(len(numbers)), sizes)
        columns = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        values = numbers[rows].astype(float)
        sample.add(ranks[wanted], SparseRows(rows, columns, values, (len(numbers), 6)))
    return sample.finish(6)


@pytest.mark.parametrize("limits", [(20, 10**6), (10**6, 50), (20, 50), (7, 3)])
@pytest.mark.parametrize("block", [1, 7, 100])
def test_the_sample_is_that_of_one_block(limits: tuple[int, int], block: int) -> None:
    whole, in_blocks = sampled(N_ROWS, *limits), sampled(block, *limits)
    assert in_blocks.shape == whole.shape
    assert in_blocks.dense().tolist() == whole.dense().tolist()


def test_the_lowest_ranks_are_sampled_in_the_order_of_the_rows() -> None:
    lowest = np.flatnonzero(RANKS < 20)
    found = sampled(7, 20, 10**6)
    assert found.shape == (20, 6)
    assert found.values.tolist() == np.repeat(lowest, SIZES[lowest]).tolist()


def test_long_rows_make_a_smaller_sample() -> None:
    found = sampled(7, N_ROWS, 50)
    assert 44 < len(found.values) <= 50


def test_nothing_to_sample() -> None:
    assert SparseSample(3, 3).finish(4).shape == (0, 4)
