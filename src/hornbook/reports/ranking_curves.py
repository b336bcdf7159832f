"""The curves that a ranking of rows by a probability gives, as a chart draws them."""

from __future__ import annotations

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from hornbook.metrics import RankedScores, precision_recall_curve, roc_curve
from hornbook.reports.chart_numbers import finite_or_nones

__all__ = ["GainSeries", "PrecisionRecallSeries", "RocSeries"]

_GAIN_POINTS = 501


class RocSeries(BaseModel):
    """The ROC curve from (0, 0) to (1, 1), threshold falling; all lists are of one length."""

    model_config = ConfigDict(frozen=True)

    false_positive_rate: list[FiniteFloat] = Field(
        description="share of the negatives at or above each threshold, 0 to 1, rising"
    )
    true_positive_rate: list[FiniteFloat] = Field(
        description="share of the positives at or above each threshold, 0 to 1, rising"
    )
    thresholds: list[FiniteFloat | None] = Field(
        description="the probability from which on rows are predicted positive; null for the "
        "first point, where none are"
    )
    auc: FiniteFloat = Field(description="area under the curve of all rows, ROC AUC")

    @classmethod
    def of(cls, ranked: RankedScores, most_points: int) -> RocSeries | None:
        """The curve; `None` where the rows are of one class only."""
        curve = roc_curve(ranked, most_points)
        if curve is None:
            return None
        return cls(
            false_positive_rate=curve.false_positive_rate.tolist(),
            true_positive_rate=curve.true_positive_rate.tolist(),
            thresholds=finite_or_nones(curve.thresholds),
            auc=curve.area,
        )


class PrecisionRecallSeries(BaseModel):
    """The precision-recall curve, threshold falling; all lists are of one length."""

    model_config = ConfigDict(frozen=True)

    recall: list[FiniteFloat] = Field(
        description="share of the positives at or above each threshold, 0 to 1, rising"
    )
    precision: list[FiniteFloat] = Field(
        description="share of positives among the rows at or above each threshold, 0 to 1"
    )
    thresholds: list[FiniteFloat] = Field(
        description="the probability from which on rows are predicted positive, falling"
    )
    average_precision: FiniteFloat = Field(description="of all rows, Average Precision")

    @classmethod
    def of(cls, ranked: RankedScores, most_points: int) -> PrecisionRecallSeries | None:
        """The curve; `None` where the rows are of one class only."""
        curve = precision_recall_curve(ranked, most_points)
        if curve is None:
            return None
        return cls(
            recall=curve.recall.tolist(),
            precision=curve.precision.tolist(),
            thresholds=curve.thresholds.tolist(),
            average_precision=curve.average_precision,
        )


class GainSeries(BaseModel):
    """Cumulative gain and lift, rows taken from the highest probability down.

    Rows of one probability count in proportion, as if each of them were partly taken.
    """

    model_config = ConfigDict(frozen=True)

    share_of_rows: list[FiniteFloat] = Field(
        description="share of the rows' weight that is taken, 0 to 1, rising"
    )
    gain: list[FiniteFloat] = Field(description="share of all positives found so, 0 to 1")
    lift: list[FiniteFloat] = Field(
        description="share of positives among the rows taken over that among all rows; the first "
        "one is that of the rows of the highest probability"
    )
    lift_share: FiniteFloat = Field(
        description="share of the rows at which the metric Cumulative Lift is read"
    )
    lift_at_share: FiniteFloat = Field(description="Cumulative Lift")

    @classmethod
    def of(cls, ranked: RankedScores, lift_share: float) -> GainSeries | None:
        """The curves; `None` where no row is positive.

        Args:
            ranked: the probabilities.
            lift_share: where to read the lift, above 0 and at most 1; among the points.
        """
        if not ranked.positives:
            return None
        total = ranked.positives + ranked.negatives
        taken = (ranked.true_positives + ranked.false_positives) / total
        found = ranked.true_positives / ranked.positives
        shares = np.union1d(np.linspace(0.0, 1.0, _GAIN_POINTS), [lift_share])
        gain = np.interp(shares, taken, found)
        first = found[1] / taken[1]
        lift = np.divide(gain, shares, out=np.full_like(gain, first), where=shares > 0)
        return cls(
            share_of_rows=shares.tolist(),
            gain=gain.tolist(),
            lift=lift.tolist(),
            lift_share=lift_share,
            lift_at_share=ranked.cumulative_lift(lift_share),
        )
