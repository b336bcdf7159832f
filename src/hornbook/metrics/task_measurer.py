"""The metrics of a whole task: of its one output, or of each of its named outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from hornbook.metrics.measure import Measurement, Measurer

__all__ = ["TaskMeasurement", "TaskMeasurer", "output_metric_name"]


def output_metric_name(output: str, metric: str) -> str:
    """What a metric of an output is called in logs and reports.

    Example:
        >>> output_metric_name("rating", "R2 Score"), output_metric_name("", "R2 Score")
        ('rating R2 Score', 'R2 Score')
    """
    return f"{output} {metric}" if output else metric


@dataclass(frozen=True)
class TaskMeasurement:
    """What one call of `TaskMeasurer.measure` found.

    Attributes:
        outputs: the measurement of each output by its name.
        deciding: the output whose chosen metric chooses the epoch.
    """

    outputs: Mapping[str, Measurement]
    deciding: str

    @property
    def value(self) -> float:
        """The metric that chooses the epoch."""
        return self.outputs[self.deciding].value

    @property
    def metrics(self) -> dict[str, float]:
        """Every metric of every output, by what it is called in logs and reports."""
        return {
            output_metric_name(output, name): value
            for output, measurement in self.outputs.items()
            for name, value in measurement.metrics.items()
        }

    @property
    def thresholds(self) -> dict[str, float | None]:
        """By output: from which probability on a row was predicted positive, if it is binary."""
        return {output: one.threshold for output, one in self.outputs.items()}

    @property
    def custom_score_errors(self) -> dict[str, str]:
        """Why custom scores are not numbers, by what they are called in logs and reports."""
        return {
            output_metric_name(output, name): error
            for output, measurement in self.outputs.items()
            for name, error in measurement.custom_score_errors.items()
        }


@dataclass(frozen=True)
class TaskMeasurer:
    """Measures all outputs of a task.

    Attributes:
        measurers: by output name.
        deciding: the output whose chosen metric chooses the epoch.
    """

    measurers: Mapping[str, Measurer]
    deciding: str

    @property
    def decider(self) -> Measurer:
        """The measurer whose chosen metric chooses the epoch."""
        return self.measurers[self.deciding]

    @property
    def deciding_metric(self) -> str:
        """What the metric that chooses the epoch is called in logs and reports."""
        return output_metric_name(self.deciding, self.decider.metric.name)

    @property
    def greater_is_better(self) -> bool:
        """The direction of the metric that chooses the epoch."""
        return self.decider.greater_is_better

    def is_better(self, candidate: float, best: float | None) -> bool:
        """Whether a value of the metric that chooses beats the best so far; NaN never does."""
        return self.decider.is_better(candidate, best)

    def measure(
        self,
        targets: Mapping[str, NDArray[Any]],
        predictions: Mapping[str, NDArray[Any]],
        sample_weight: NDArray[Any] | None = None,
        thresholds: Mapping[str, float | None] | None = None,
        decided: Mapping[str, NDArray[Any]] | None = None,
    ) -> TaskMeasurement:
        """All metrics of these rows.

        Args:
            targets: by output name, as `Measurer.measure` takes them.
            predictions: the network's outputs by name.
            sample_weight: weights, shape `(n_rows,)`.
            thresholds: of binary outputs; the best ones on these rows when absent.
            decided: of binary outputs, the predicted class codes where several thresholds have
                decided them.
        """
        thresholds, decided = thresholds or {}, decided or {}
        measured = {
            name: measurer.measure(
                targets[name],
                predictions[name],
                sample_weight,
                thresholds.get(name),
                decided.get(name),
            )
            for name, measurer in self.measurers.items()
        }
        return TaskMeasurement(measured, self.deciding)
