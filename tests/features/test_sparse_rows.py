from __future__ import annotations

import numpy as np

from hornbook.features.sparse_rows import SparseRows


def rows() -> SparseRows:
    return SparseRows.summed(
        np.array([2, 0, 2, 2]), np.array([1, 3, 1, 0]), (4, 5), np.array([1.0, 2.0, 2.0, -4.0])
    )


DENSE = np.array([[0, 0, 0, 2, 0], [0] * 5, [-4, 3, 0, 0, 0], [0] * 5], np.float32)


def test_values_in_one_place_are_added_up() -> None:
    assert rows().dense().tolist() == DENSE.tolist()
    assert rows().dense().dtype == np.float32


def test_columns_are_weighed_and_rows_brought_to_one_length() -> None:
    assert rows().scaled(np.arange(5.0)).dense().tolist() == (DENSE * np.arange(5)).tolist()
    normalized = rows().normalized().dense()
    np.testing.assert_allclose(normalized[[0, 2]], DENSE[[0, 2]] / [[2.0], [5.0]])
    assert not normalized[[1, 3]].any()


def test_rows_and_columns_are_taken() -> None:
    kept = np.array([True, False, True, True])
    assert rows().filtered(kept).dense().tolist() == DENSE[kept].tolist()
    assert rows().taken(np.array([0, 3])).dense().tolist() == DENSE[:, [0, 3]].tolist()


def test_parts_are_stacked() -> None:
    assert SparseRows.stacked([rows(), rows()]).dense().tolist() == [*DENSE.tolist()] * 2
