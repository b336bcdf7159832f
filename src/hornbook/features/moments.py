"""Means and co-moments of two sets of columns, added up a block of rows at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["CoMoments"]


class CoMoments:
    """What means, variances, covariances and correlations are made of, in float64.

    Blocks are combined pairwise, so that large means cost no digits: T. Chan, G. Golub and
    R. LeVeque, *Updating formulae and a pairwise algorithm for computing sample variances*,
    1979. Memory is `n_left * n_right` numbers, however many rows there are.

    Args:
        n_left: number of columns of the first set.
        n_right: number of columns of the second set.

    Attributes:
        n_rows: seen so far.
        left_mean: shape `(n_left,)`.
        right_mean: shape `(n_right,)`.
        left_squares: sums of squared distances to the mean, shape `(n_left,)`.
        right_squares: shape `(n_right,)`.
        products: sums of products of distances, shape `(n_left, n_right)`.
    """

    def __init__(self, n_left: int, n_right: int) -> None:
        self.n_rows = 0
        self.left_mean = np.zeros(n_left)
        self.right_mean = np.zeros(n_right)
        self.left_squares = np.zeros(n_left)
        self.right_squares = np.zeros(n_right)
        self.products = np.zeros((n_left, n_right))

    def add(self, left: NDArray[Any], right: NDArray[Any]) -> None:
        """Takes in the next rows.

        Args:
            left: shape `(n_rows, n_left)`.
            right: shape `(n_rows, n_right)`.
        """
        n_block = len(left)
        if not n_block:
            return
        left, right = left.astype(np.float64), right.astype(np.float64)
        left_mean, right_mean = left.mean(axis=0), right.mean(axis=0)
        left -= left_mean
        right -= right_mean
        left_step, right_step = left_mean - self.left_mean, right_mean - self.right_mean
        n_rows = self.n_rows + n_block
        weight = self.n_rows * n_block / n_rows
        self.left_squares += np.einsum("ij,ij->j", left, left) + weight * left_step**2
        self.right_squares += np.einsum("ij,ij->j", right, right) + weight * right_step**2
        self.products += left.T @ right
        self.products += weight * np.outer(left_step, right_step)
        self.left_mean += left_step * (n_block / n_rows)
        self.right_mean += right_step * (n_block / n_rows)
        self.n_rows = n_rows

    def correlations(self) -> NDArray[np.float64]:
        """Pearson's r of each pair, 0 where a column is constant; shape `(n_left, n_right)`."""
        scale = np.sqrt(np.outer(self.left_squares, self.right_squares))
        known = self._varies(self.left_squares, self.left_mean)[:, np.newaxis]
        known = known & self._varies(self.right_squares, self.right_mean)
        correlations = np.divide(self.products, scale, out=np.zeros_like(scale), where=known)
        return np.clip(correlations, -1.0, 1.0)

    def _varies(self, squares: NDArray[Any], mean: NDArray[Any]) -> NDArray[np.bool_]:
        """Whether a column's squares are more than what rounding leaves of a constant."""
        rounding = np.finfo(np.float64).eps * self.n_rows * np.abs(mean)
        return np.asarray(np.sqrt(squares / max(self.n_rows, 1)) > rounding)
