"""How many rows of each kind there are at each of many thresholds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from hornbook.metrics import RankedScores

__all__ = ["ThresholdCounts"]

_EVEN_STEPS = 200
_DENSE_STEPS = 299


class ThresholdCounts(BaseModel):
    """Confusion counts by threshold, from which every figure of a threshold can be computed.

    All lists are of one length, at most 501. With TP, FP, TN, FN of a threshold and gains
    of a cost matrix, the mean gain of a row is `(gTP*TP + gFP*FP + gTN*TN + gFN*FN) / (TP + FP +
    TN + FN)`. A ratio over nothing counts as 0 in Hornbook's metrics.
    """

    model_config = ConfigDict(frozen=True)

    thresholds: list[FiniteFloat] = Field(
        description="rising; rows of this probability or more are predicted positive. 0 to 1 in "
        "steps of 0.005, further ones where probabilities lie close together, and the model's own"
    )
    chosen: int = Field(description="index of the model's own threshold in these lists")
    true_positives: list[FiniteFloat] = Field(
        description="rows, or their weight, positive and predicted so"
    )
    false_positives: list[FiniteFloat] = Field(
        description="rows, or their weight, negative but predicted positive"
    )
    true_negatives: list[FiniteFloat] = Field(
        description="rows, or their weight, negative and predicted so"
    )
    false_negatives: list[FiniteFloat] = Field(
        description="rows, or their weight, positive but predicted negative"
    )

    @classmethod
    def of(cls, ranked: RankedScores, threshold: float) -> ThresholdCounts:
        """The counts of ranked probabilities.

        Args:
            ranked: the probabilities of the positive class, float64.
            threshold: the model's own, in 0 … 1.

        Example:
            >>> ranked = RankedScores(np.array([True, False]), np.array([0.9, 0.2]))
            >>> counts = ThresholdCounts.of(ranked, 0.123)
            >>> counts.thresholds[counts.chosen], counts.false_positives[counts.chosen]
            (0.123, 1.0)
        """
        even = np.arange(_EVEN_STEPS + 1) / _EVEN_STEPS
        thresholds = np.unique(np.concatenate([even, _dense(ranked), [threshold]]))
        below = np.searchsorted(ranked.scores[::-1], thresholds)
        cuts = len(ranked.scores) - below
        true, false = ranked.true_positives[cuts], ranked.false_positives[cuts]
        return cls(
            thresholds=thresholds.tolist(),
            chosen=int(np.searchsorted(thresholds, threshold)),
            true_positives=true.tolist(),
            false_positives=false.tolist(),
            true_negatives=(ranked.negatives - false).tolist(),
            false_negatives=(ranked.positives - true).tolist(),
        )


def _dense(ranked: RankedScores) -> NDArray[np.float64]:
    """Scores in 0 … 1 between which about the same share of both classes lies."""
    passed = np.zeros(len(ranked.scores))
    for counts, total in (
        (ranked.true_positives, ranked.positives),
        (ranked.false_positives, ranked.negatives),
    ):
        if total:
            passed += counts[1:] / total
    places = np.searchsorted(passed, np.linspace(0.0, passed[-1], _DENSE_STEPS))
    scores: NDArray[np.float64] = ranked.scores[places].astype(np.float64)
    return scores[(scores >= 0) & (scores <= 1)]
