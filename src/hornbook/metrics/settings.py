"""What the user sets about metrics: gains, the share for the lift, how classes are averaged."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from typing import Literal

from hornbook.errors import TrainingError

__all__ = ["Averaging", "CostMatrix", "MetricSettings"]

Averaging = Literal["macro", "weighted"]
"""How the metrics of each class against the rest become one: all alike, or by rows."""


@dataclass(frozen=True)
class CostMatrix:
    """The gain of one row of each kind; a loss is a negative gain.

    Attributes:
        true_positive: gain of a positive found.
        true_negative: gain of a negative left alone.
        false_positive: gain of a false alarm.
        false_negative: gain of a positive missed.

    Raises:
        TrainingError: a gain is not a finite number.
    """

    true_positive: float = 1.0
    true_negative: float = 0.0
    false_positive: float = -0.3
    false_negative: float = 0.0

    def __post_init__(self) -> None:
        for gain in fields(self):
            value = getattr(self, gain.name)
            if not math.isfinite(value):
                raise TrainingError(
                    f"The cost matrix's {gain.name} is {value!r}, expected a finite number."
                )


@dataclass(frozen=True)
class MetricSettings:
    """The settings that metrics read; every one has the default of a new design.

    Attributes:
        cost_matrix: the gains for Cost Matrix Gain.
        lift_share: the share of the rows, from the highest score down, at which Cumulative Lift
            is read; above 0 and at most 1.
        averaging: multiclass: whether every class counts the same in Precision, Recall, F1 Score,
            ROC AUC and Average Precision (`"macro"`), or by the weight of its rows
            (`"weighted"`).

    Raises:
        TrainingError: `lift_share` is out of its range.

    Example:
        >>> MetricSettings(lift_share=40)
        Traceback (most recent call last):
        ...
        hornbook.errors.TrainingError: lift_share is 40, expected a share above 0 and at most 1.
          Fix: Write 0.4 for 40 % of the rows.
    """

    cost_matrix: CostMatrix = field(default_factory=CostMatrix)
    lift_share: float = 0.4
    averaging: Averaging = "macro"

    def __post_init__(self) -> None:
        if not 0 < self.lift_share <= 1:
            raise TrainingError(
                f"lift_share is {self.lift_share!r}, expected a share above 0 and at most 1.",
                fix="Write 0.4 for 40 % of the rows.",
            )
