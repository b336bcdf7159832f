"""What is learnt on rows that the network did not train on: calibration and intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from numpy.typing import NDArray

from hornbook.design import DesignFolder
from hornbook.errors import TrainingError
from hornbook.metrics import (
    Calibration,
    CalibrationMethod,
    Measurer,
    PredictionInterval,
    PredictionType,
    TaskMeasurer,
    cross_coverage,
    default_metric,
    fit_interval,
)
from hornbook.metrics.calibration_fit import cross_calibrate, fit_calibration
from hornbook.training.evaluated_rows import EvaluatedRows
from hornbook.training.result import CalibrationResult, IntervalResult

__all__ = ["Corrections", "HeldOut", "learn_corrections"]

HeldOut = Literal["test", "validation"]


@dataclass(frozen=True)
class Corrections:
    """What was learnt of the outputs, by their names; an output may be in none of them.

    Attributes:
        calibrations: of classifying outputs.
        intervals: of regressing outputs.
        calibration_results: what the calibrations do.
        interval_results: what the intervals are worth.
        notes: what the user should know, in sentences.
    """

    calibrations: Mapping[str, Calibration] = field(default_factory=dict)
    intervals: Mapping[str, PredictionInterval] = field(default_factory=dict)
    calibration_results: Mapping[str, CalibrationResult] = field(default_factory=dict)
    interval_results: Mapping[str, IntervalResult] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def apply(self, predictions: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """The network's outputs by name, with the probabilities of calibrated ones corrected."""
        return {
            name: self.calibrations[name].apply(outputs) if name in self.calibrations else outputs
            for name, outputs in predictions.items()
        }


def learn_corrections(
    design: DesignFolder,
    measurer: TaskMeasurer,
    fitted: EvaluatedRows,
    fitted_on: HeldOut,
    test: EvaluatedRows | None = None,
) -> Corrections:
    """Learns what the design asks for, and measures it on rows that it was not learnt from.

    What cannot be learnt, for lack of rows, is left out with a note: by now a training stands
    behind the model.

    Args:
        design: says what to learn.
        measurer: of the task.
        fitted: the rows to learn from, none of which the network trained on.
        fitted_on: the set that they are.
        test: the test rows, where they are others; else parts of `fitted` stand in for them.
    """
    learning = _Learning(design, fitted, fitted_on, test)
    for name, one in measurer.measurers.items():
        if one.prediction_type is PredictionType.REGRESSION:
            learning.interval(name)
        else:
            learning.calibration(name, one)
    return Corrections(
        learning.calibrations,
        learning.intervals,
        learning.calibration_results,
        learning.interval_results,
        tuple(learning.notes),
    )


class _Learning:
    """The corrections of one output after the other."""

    def __init__(
        self,
        design: DesignFolder,
        fitted: EvaluatedRows,
        fitted_on: HeldOut,
        test: EvaluatedRows | None,
    ) -> None:
        self._task, self._fitted, self._on, self._test = design.task, fitted, fitted_on, test
        self.calibrations: dict[str, Calibration] = {}
        self.intervals: dict[str, PredictionInterval] = {}
        self.calibration_results: dict[str, CalibrationResult] = {}
        self.interval_results: dict[str, IntervalResult] = {}
        self.notes: list[str] = []

    def calibration(self, name: str, measurer: Measurer) -> None:
        method = self._task.calibration.method
        if method == "none":
            return
        kind, rows = measurer.prediction_type, self._fitted
        outputs, truth = rows.predictions[name], rows.targets[name]
        try:
            calibration = fit_calibration(method, truth, outputs, kind, rows.weight)
        except TrainingError as error:
            self.notes.append(f"{_of(name)}Probabilities are not calibrated: {error.message}")
            return
        self.calibrations[name] = calibration
        self.calibration_results[name] = self._calibration_result(name, kind, method, calibration)
        if self._test is None:
            self.notes.append(f"{_of(name)}{self._calibration_note}")

    def interval(self, name: str) -> None:
        if not self._task.prediction_intervals.enabled:
            return
        coverage, rows = self._task.prediction_intervals.coverage, self._fitted
        outputs, truth = rows.predictions[name], rows.targets[name]
        try:
            interval = fit_interval(coverage, truth, outputs, rows.weight)
        except TrainingError as error:
            self.notes.append(f"{_of(name)}There are no prediction intervals: {error}")
            return
        self.intervals[name] = interval
        self.interval_results[name] = IntervalResult(
            coverage,
            interval.half_width,
            self._on,
            len(truth),
            "halves" if self._test is None else "test",
            self._measured_coverage(name, interval),
        )
        if self._test is None:
            self.notes.append(f"{_of(name)}{self._interval_note}")

    @property
    def _calibration_note(self) -> str:
        split = self._task.split
        if split.folds is None:
            return (
                "The calibration was fitted on the test rows, so the metrics on them flatter it. "
                "With [split] validation_share it is fitted on rows of its own."
            )
        note = (
            "The calibration was fitted on the test rows of all folds, each predicted by a model "
            "that had not seen it. The metrics are those of a calibration for each fold"
        )
        return note + ("." if split.validation_share else ", fitted on the rows it is measured on.")

    @property
    def _interval_note(self) -> str:
        of_folds = self._task.split.folds is not None
        note = (
            f"The prediction intervals were learnt on the test rows{' of all folds' * of_folds}; "
            "their coverage is that of each half of them with the half width of the other."
        )
        if of_folds:
            return note
        return f"{note} With [split] validation_share they are learnt on rows of their own."

    def _calibration_result(
        self, name: str, kind: PredictionType, method: CalibrationMethod, calibration: Calibration
    ) -> CalibrationResult:
        seen = self._fitted if self._test is None else self._test
        outputs, truth = seen.predictions[name], seen.targets[name]
        corrected: NDArray[Any] | None
        if self._test is not None:
            corrected = calibration.apply(outputs)
        else:
            try:
                corrected = cross_calibrate(
                    method, truth, outputs, kind, seen.weight, seed=self._task.seed
                )
            except TrainingError:
                corrected = None  # Too few rows of a class to leave some out.
        measurer = Measurer(kind, metric=default_metric(kind).name)

        def losses(probabilities: NDArray[Any] | None) -> tuple[float | None, float | None]:
            if probabilities is None:
                return None, None
            measured = measurer.measure(truth, probabilities, seen.weight).metrics
            return measured["Log Loss"], measured["Calibration Loss"]

        before, after = losses(outputs), losses(corrected)
        return CalibrationResult(
            method,
            self._on,
            len(self._fitted.targets[name]),
            "folds" if self._test is None else "test",
            before[0],
            after[0],
            before[1],
            after[1],
        )

    def _measured_coverage(self, name: str, interval: PredictionInterval) -> float | None:
        if self._test is not None:
            test = self._test
            return interval.measured_coverage(
                test.targets[name], test.predictions[name], test.weight
            )
        rows = self._fitted
        try:
            return cross_coverage(
                interval.coverage,
                rows.targets[name],
                rows.predictions[name],
                rows.weight,
                seed=self._task.seed,
            )
        except TrainingError:
            return None  # Half the rows are too few.


def _of(name: str) -> str:
    return f"{name}: " if name else ""
