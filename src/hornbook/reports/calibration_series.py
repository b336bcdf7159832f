"""The calibration curve of a probability, as a chart draws it."""

from __future__ import annotations

import math

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from hornbook.metrics import RankedScores, Reliability
from hornbook.metrics.reliability import calibration_loss

__all__ = ["CalibrationSeries"]


class CalibrationSeries(BaseModel):
    """Predicted probabilities against what was observed, in bins of equal width from 0 to 1.

    Only bins that hold rows are there. All lists are of one length.
    """

    model_config = ConfigDict(frozen=True)

    mean_predicted: list[FiniteFloat] = Field(
        description="mean probability of the rows in each bin, 0 to 1, rising"
    )
    observed_share: list[FiniteFloat] = Field(description="share of them that are positive, 0 to 1")
    weight: list[FiniteFloat] = Field(description="rows in each bin, or their weight")
    loss: FiniteFloat = Field(
        description="mean distance of the two, each bin by its weight: Calibration Loss, 0 is best"
    )

    @classmethod
    def of(cls, ranked: RankedScores) -> CalibrationSeries | None:
        """The curve of ranked probabilities; `None` where they are none, beyond 0 … 1.

        Example:
            >>> CalibrationSeries.of(RankedScores(np.array([True, False]), np.array([0.75, 0.75])))
            CalibrationSeries(mean_predicted=[0.75], observed_share=[0.5], weight=[2.0], loss=0.25)
        """
        loss = calibration_loss(ranked)
        if math.isnan(loss):
            return None
        hits = np.diff(ranked.true_positives)
        curve = Reliability.of(ranked.scores, hits, hits + np.diff(ranked.false_positives))
        return cls(
            mean_predicted=curve.probability.tolist(),
            observed_share=curve.frequency.tolist(),
            weight=curve.weight.tolist(),
            loss=loss,
        )
