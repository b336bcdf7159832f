"""What the pages draw of a model that predicts one of two classes."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from hornbook.metrics import CostMatrix, MetricSettings, RankedScores
from hornbook.reports.calibration_series import CalibrationSeries
from hornbook.reports.evaluated_output import EvaluatedOutput, MeasuredRows
from hornbook.reports.histogram import ScoreDensity, score_density
from hornbook.reports.ranking_curves import GainSeries, PrecisionRecallSeries, RocSeries
from hornbook.reports.threshold_counts import ThresholdCounts

__all__ = ["BinaryReport", "CostWeights", "binary_report"]

_CURVE_POINTS = 500


class CostWeights(BaseModel):
    """The gain of one row of each kind, as the design has them; a loss is a negative gain."""

    model_config = ConfigDict(frozen=True)

    true_positive: FiniteFloat = Field(description="gain of a positive found")
    true_negative: FiniteFloat = Field(description="gain of a negative left alone")
    false_positive: FiniteFloat = Field(description="gain of a false alarm")
    false_negative: FiniteFloat = Field(description="gain of a positive missed")

    @classmethod
    def of(cls, gains: CostMatrix) -> CostWeights:
        """The gains of a design."""
        return cls(
            true_positive=gains.true_positive,
            true_negative=gains.true_negative,
            false_positive=gains.false_positive,
            false_negative=gains.false_negative,
        )


class BinaryReport(MeasuredRows):
    """Two classes, the second of them positive; probabilities are those of the positive one."""

    kind: Literal["binary"] = "binary"
    classes: list[str] = Field(description="the negative class, then the positive one")
    threshold: FiniteFloat = Field(
        description="probability from which on the model predicts the positive class"
    )
    counts: ThresholdCounts = Field(description="confusion counts by threshold, for a slider")
    cost_weights: CostWeights = Field(description="gains for Cost Matrix Gain")
    roc: RocSeries | None = Field(description="null where the rows are of one class only")
    precision_recall: PrecisionRecallSeries | None = Field(
        description="null where the rows are of one class only"
    )
    gain: GainSeries | None = Field(description="null where no row is positive")
    calibration: CalibrationSeries | None = Field(
        description="null where the network's numbers are no probabilities"
    )
    density: ScoreDensity = Field(description="how the probabilities of both classes spread")


def binary_report(evaluated: EvaluatedOutput, settings: MetricSettings) -> BinaryReport:
    """The report of an output with two classes.

    Args:
        evaluated: its rows, only those that count.
        settings: gains and the share of the lift, as in the design.
    """
    ranked = RankedScores(evaluated.truth == 1, evaluated.prediction, evaluated.weight)
    return BinaryReport(
        **evaluated.described,
        classes=evaluated.classes,
        threshold=evaluated.threshold,
        counts=ThresholdCounts.of(ranked, evaluated.threshold),
        cost_weights=CostWeights.of(settings.cost_matrix),
        roc=RocSeries.of(ranked, _CURVE_POINTS),
        precision_recall=PrecisionRecallSeries.of(ranked, _CURVE_POINTS),
        gain=GainSeries.of(ranked, settings.lift_share),
        calibration=CalibrationSeries.of(ranked),
        density=score_density(ranked),
    )
