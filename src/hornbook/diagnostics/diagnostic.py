"""One finding about a training: which, how bad, the numbers behind it, and what to do."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

import numpy as np

__all__ = ["Diagnostic", "DiagnosticId", "Severity"]


class DiagnosticId(StrEnum):
    """Every diagnostic there is, by the name that switches it off."""

    SMALL_TEST_SET = "small-test-set"
    SMALL_TRAIN_SET = "small-train-set"
    DROPPED_ROWS = "dropped-rows"
    TARGET_DRIFT = "target-drift"
    IMBALANCE = "imbalance"
    MANY_CLASSES = "many-classes"
    IDENTIFIER_COLUMN = "identifier-column"
    DUPLICATE_COLUMNS = "duplicate-columns"
    LOW_VARIANCE = "low-variance"
    TOO_GOOD = "too-good"
    NO_BETTER_THAN_BASELINE = "no-better-than-baseline"
    CONSTANT_PREDICTION = "constant-prediction"
    DOMINANT_FEATURE = "dominant-feature"
    UNUSED_INPUT = "unused-input"
    DEAD_UNITS = "dead-units"
    DIVERGED = "diverged"
    OVERFITTING = "overfitting"
    LEARNING_RATE_HIGH = "learning-rate-high"
    STILL_IMPROVING = "still-improving"
    CUSTOM_SCORE_FAILED = "custom-score-failed"
    GPU_NOT_USED = "gpu-not-used"


class Severity(StrEnum):
    """How bad a finding is, the worst first."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True)
class Diagnostic:
    """A finding.

    Attributes:
        id: which one.
        severity: `error`: the model is of no use as it is; `warning`: its numbers may mislead,
            or it could be better; `info`: good to know.
        message: what was found, in whole sentences, with its numbers.
        fix: what to do about it.
        numbers: those behind the finding, as JSON values.
        output: the output of the network it is about, where there are several.
    """

    id: DiagnosticId
    severity: Severity
    message: str
    fix: str
    numbers: dict[str, Any] = field(default_factory=dict)
    output: str | None = None

    def of_output(self, name: str | None) -> Self:
        """The same finding, about that output."""
        return replace(self, output=name)

    def to_json(self) -> dict[str, Any]:
        """The finding as JSON values."""
        return {
            "id": str(self.id),
            "severity": str(self.severity),
            "message": self.message,
            "fix": self.fix,
            "numbers": _plain(self.numbers),
            "output": self.output,
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """The finding that `to_json` wrote."""
        return cls(
            DiagnosticId(values["id"]),
            Severity(values["severity"]),
            values["message"],
            values["fix"],
            values["numbers"],
            values["output"],
        )


def _plain(value: Any) -> Any:
    """A value as JSON knows it: NumPy's numbers as Python's, and `None` for what is no number."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
