"""Scores of a class against the rest, sorted once, and all that can be read off that order."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["ConfusionCounts", "RankedScores", "is_positive"]


def is_positive(probability: NDArray[np.floating[Any]], threshold: float) -> NDArray[np.bool_]:
    """Which rows are predicted positive: probability at or above the threshold.

    The threshold is rounded to the probabilities' dtype first, so that 0.7 counts as reaching
    the threshold 0.7 in float32 too.

    Example:
        >>> is_positive(np.array([0.69, 0.7], dtype=np.float32), 0.7)
        array([False,  True])
    """
    return np.asarray(probability >= probability.dtype.type(threshold))


class ConfusionCounts(NamedTuple):
    """How many rows, or how much weight, of each kind there is at one threshold."""

    true_positive: float
    false_positive: float
    true_negative: float
    false_negative: float


class RankedScores:
    """The rows in the order of their scores, ties as one, with what was counted on the way down.

    A cut `i` predicts the rows of the `i` highest distinct scores positive; cut 0 predicts none,
    the last one all. Immutable after construction; may be read from several threads.

    Args:
        positive: which rows are of the class, shape `(n_rows,)`, one row or more.
        scores: finite numbers of shape `(n_rows,)`, higher for rows more likely of the class.
        sample_weight: weights of shape `(n_rows,)`, none negative, at least one above 0. Rows
            of weight 0 are left out.

    Attributes:
        scores: distinct scores, highest first, shape `(n_distinct,)`.
        true_positives: weight of positives at each cut, shape `(n_distinct + 1,)`.
        false_positives: weight of negatives at each cut, shape `(n_distinct + 1,)`.

    Example:
        >>> ranked = RankedScores(np.array([True, False, True]), np.array([0.9, 0.2, 0.2]))
        >>> ranked.scores, ranked.true_positives, ranked.false_positives
        (array([0.9, 0.2]), array([0., 1., 2.]), array([0., 0., 1.]))
        >>> ranked.roc_auc()
        0.75
    """

    def __init__(
        self,
        positive: NDArray[np.bool_],
        scores: NDArray[np.floating[Any]],
        sample_weight: NDArray[np.floating[Any]] | None = None,
    ) -> None:
        if sample_weight is not None and not (counted := sample_weight > 0).all():
            positive, scores = positive[counted], scores[counted]
            sample_weight = sample_weight[counted]
        order = np.argsort(scores)[::-1]
        ordered = scores[order]
        hits = positive[order]
        ends = np.append(np.flatnonzero(ordered[1:] != ordered[:-1]), len(ordered) - 1)
        self.scores = ordered[ends]
        if sample_weight is None:
            true = np.cumsum(hits)[ends]
            false = ends + 1 - true
        else:
            weights = sample_weight[order].astype(np.float64, copy=False)
            true = np.cumsum(weights * hits)[ends]
            false = np.cumsum(weights * ~hits)[ends]
        self.true_positives: NDArray[np.float64] = np.concatenate(([0.0], true))
        self.false_positives: NDArray[np.float64] = np.concatenate(([0.0], false))

    @property
    def positives(self) -> float:
        """Weight of all positives."""
        return float(self.true_positives[-1])

    @property
    def negatives(self) -> float:
        """Weight of all negatives."""
        return float(self.false_positives[-1])

    @property
    def has_both_classes(self) -> bool:
        """Whether ranking them means anything."""
        return self.positives > 0 and self.negatives > 0

    def counts_at(self, threshold: float) -> ConfusionCounts:
        """The confusion counts when `is_positive` at this threshold predicts.

        Example:
            >>> RankedScores(np.array([True, False]), np.array([0.9, 0.2])).counts_at(0.5)
            ConfusionCounts(true_positive=1.0, false_positive=0.0, true_negative=1.0, \
false_negative=0.0)
        """
        # Counted from the lowest score, since searchsorted wants an ascending array.
        below = int(np.searchsorted(self.scores[::-1], self.scores.dtype.type(threshold)))
        cut = len(self.scores) - below
        true, false = float(self.true_positives[cut]), float(self.false_positives[cut])
        return ConfusionCounts(true, false, self.negatives - false, self.positives - true)

    def roc_auc(self) -> float:
        """Area under the ROC curve by the trapezoid rule; NaN when a class is missing."""
        if not self.has_both_classes:
            return math.nan
        true, false = self.true_positives, self.false_positives
        doubled = np.diff(false) @ (true[1:] + true[:-1])
        return float(doubled / (2 * self.positives * self.negatives))

    def average_precision(self) -> float:
        """Sum over the cuts of precision times the recall gained; NaN when a class is missing."""
        if not self.has_both_classes:
            return math.nan
        true, false = self.true_positives, self.false_positives
        precision = true[1:] / (true[1:] + false[1:])
        return float(np.diff(true) @ precision / self.positives)

    def cumulative_lift(self, share: float) -> float:
        """Share of positives in the top `share` of the rows over that of all; NaN without any.

        Where the border falls among rows of one score, these count in proportion, as if each
        of them were partly in.

        Args:
            share: of the rows' weight, above 0 and at most 1.

        Example:
            >>> ranked = RankedScores(np.array([True, False, False, False]), np.arange(4.0)[::-1])
            >>> ranked.cumulative_lift(0.25), ranked.cumulative_lift(1.0)
            (4.0, 1.0)
        """
        if not self.positives:
            return math.nan
        total = self.positives + self.negatives
        top = share * total
        found = np.interp(top, self.true_positives + self.false_positives, self.true_positives)
        return float((found / top) / (self.positives / total))

    def log_loss(self) -> float:
        """Mean of -log(probability of the true class), reading the scores as probabilities.

        Probabilities are clipped to eps … 1 - eps of their dtype, as in scikit-learn. Scores
        outside 0 … 1 by more than rounding are no probabilities: NaN, where scikit-learn raises.
        """
        eps = float(np.finfo(self.scores.dtype).eps)
        rounding = math.sqrt(eps)
        if self.scores[0] > 1 + rounding or self.scores[-1] < -rounding:
            return math.nan
        probability = self.scores.astype(np.float64, copy=False)
        of_positives = np.log(np.clip(probability, eps, 1 - eps))
        of_negatives = np.log(np.clip(1 - probability, eps, 1 - eps))
        gained = np.diff(self.true_positives) @ of_positives
        gained += np.diff(self.false_positives) @ of_negatives
        return float(-gained / (self.positives + self.negatives))
