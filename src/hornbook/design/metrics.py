"""The sections of `task.toml` on what is measured, and on what is learnt from held-out rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from keyword import iskeyword
from typing import Literal, get_args

from pydantic import Field, field_validator

from hornbook.design.section import Section
from hornbook.metrics import (
    Averaging,
    CalibrationMethod,
    CostMatrix,
    Metric,
    MetricSettings,
    PredictionType,
    custom_metric,
    reserved_metric_names,
)

__all__ = [
    "CalibrationSection",
    "CostMatrixSection",
    "CustomScoreSection",
    "MetricsSection",
    "PredictionIntervalsSection",
    "unsuited_sections",
]


class CostMatrixSection(Section):
    """The gain of a row of each kind, for Cost Matrix Gain."""

    true_positive: float = Field(1.0, description="gain of a positive found")
    true_negative: float = Field(0.0, description="gain of a negative left alone")
    false_positive: float = Field(-0.3, description="gain of a false alarm")
    false_negative: float = Field(0.0, description="gain of a positive missed")


class CustomScoreSection(Section):
    """How to read a function of `custom_score.py`."""

    greater_is_better: bool = Field(True, description="a score, or else a loss")
    needs_probability: bool = Field(
        False, description="classification: call it with probabilities, not classes"
    )


class MetricsSection(Section):
    """Which metric decides; all are computed anyway."""

    optimize: str | None = Field(
        None, description="the metric that chooses the epoch, spelled as in the reports"
    )
    output: str | None = Field(
        None, description="with [outputs]: the one whose metric chooses; the first when absent"
    )
    lift_share: float = Field(
        0.4, gt=0, lt=1, description="share of the rows at which Cumulative Lift is read"
    )
    averaging: Averaging = Field(
        "macro",
        description="multiclass: classes count the same in Precision, Recall, F1 Score, ROC AUC "
        "and Average Precision, or by their rows",
    )
    cost_matrix: CostMatrixSection = Field(
        default_factory=CostMatrixSection, description="gains for Cost Matrix Gain"
    )
    custom_score: CustomScoreSection = Field(
        default_factory=CustomScoreSection, description="how to read custom_score.py"
    )
    custom_scores: dict[str, CustomScoreSection] = Field(
        default_factory=dict,
        description="further functions of custom_score.py, each a metric of its name",
    )

    @field_validator("custom_scores")
    @classmethod
    def _check_names(
        cls, custom_scores: dict[str, CustomScoreSection]
    ) -> dict[str, CustomScoreSection]:
        taken = {name for kind in PredictionType for name in reserved_metric_names(kind)}
        for name in custom_scores:
            if not name.isidentifier() or iskeyword(name):
                raise ValueError(
                    f"a custom score is named after its function in custom_score.py, and "
                    f"{name!r} is no name of a function\n"
                    "  Fix: Use letters, digits and underscores, as in expected_profit."
                )
            if name == "custom_score" or name in taken:
                raise ValueError(
                    f"the custom score {name!r} has the name of a metric that is there already\n"
                    + (
                        "  Fix: Leave the entry out; [metrics.custom_score] says how "
                        "custom_score is read."
                        if name == "custom_score"
                        else "  Fix: Give the function and its entry another name."
                    )
                )
        return custom_scores

    @property
    def settings(self) -> MetricSettings:
        """What the metrics are computed with."""
        gains = CostMatrix(**self.cost_matrix.model_dump())
        return MetricSettings(gains, self.lift_share, self.averaging)

    def own_metrics(self, prediction_type: PredictionType) -> dict[str, Metric]:
        """The further custom scores as metrics, by name."""
        return {
            name: custom_metric(
                prediction_type,
                name,
                greater_is_better=entry.greater_is_better,
                needs_probability=entry.needs_probability,
            )
            for name, entry in self.custom_scores.items()
        }


class CalibrationSection(Section):
    """Classification: whether probabilities are corrected to the frequencies seen."""

    method: Literal["none", "sigmoid", "isotonic"] = Field(
        "none", description="leave them, fit a sigmoid, or fit rising steps"
    )


class PredictionIntervalsSection(Section):
    """Regression: whether predictions come with a lower and an upper end."""

    enabled: bool = Field(False, description="whether to compute intervals")
    coverage: float = Field(
        0.95, gt=0, lt=1, description="share of new rows whose truth is to lie inside"
    )


def unsuited_sections(
    prediction_types: Iterable[PredictionType], method: object, *, intervals: bool
) -> Iterator[tuple[tuple[str, str], str, str]]:
    """Sections that are for other prediction types: key, message and fix.

    Args:
        prediction_types: of all outputs.
        method: of the calibration.
        intervals: whether prediction intervals are enabled.
    """
    kinds = set(prediction_types)
    if kinds == {PredictionType.REGRESSION} and method in get_args(CalibrationMethod):
        message = "calibration corrects probabilities, and regression predicts none"
        yield ("calibration", "method"), message, 'Use [calibration] method = "none".'
    if kinds and PredictionType.REGRESSION not in kinds and intervals:
        shown = ", ".join(sorted(kinds))
        message = f"prediction intervals are for regression, the target is {shown}"
        fix = "Use [prediction_intervals] enabled = false."
        yield ("prediction_intervals", "enabled"), message, fix
