from __future__ import annotations

import numpy as np

from hornbook.features.moments import CoMoments


def test_blocks_add_up_to_what_numpy_computes() -> None:
    random = np.random.default_rng(0)
    left = random.normal(size=(500, 4)) @ random.normal(size=(4, 4)) + 1e6
    right = left[:, :2] * 0.5 + random.normal(size=(500, 2))
    moments = CoMoments(4, 2)
    for start in range(0, 500, 37):
        moments.add(left[start : start + 37], right[start : start + 37])
    moments.add(left[:0], right[:0])
    assert moments.n_rows == 500
    np.testing.assert_allclose(moments.left_mean, left.mean(axis=0))
    np.testing.assert_allclose(moments.left_squares / 500, left.var(axis=0), rtol=1e-9)
    np.testing.assert_allclose(moments.right_squares / 500, right.var(axis=0), rtol=1e-9)
    expected = np.corrcoef(left.T, right.T)[:4, 4:]
    np.testing.assert_allclose(moments.correlations(), expected, rtol=1e-9, atol=1e-12)


def test_a_constant_column_correlates_with_nothing() -> None:
    moments = CoMoments(2, 1)
    for _ in range(5):
        moments.add(np.array([[0.1, 1.0], [0.1, 2.0], [0.1, 3.0]]), np.array([[1.0], [2.0], [3.0]]))
    np.testing.assert_allclose(moments.correlations(), [[0.0], [1.0]])


def test_the_rows_given_are_not_changed() -> None:
    left = np.arange(6.0).reshape(3, 2)
    CoMoments(2, 2).add(left, left)
    np.testing.assert_array_equal(left, np.arange(6.0).reshape(3, 2))
