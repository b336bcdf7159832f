"""How a training ended, as a file in the session's folder."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from hornbook.atomic import write_json_atomically
from hornbook.training.events import json_safe
from hornbook.training.profile import EpochProfile
from hornbook.training.race_entry import RaceEntry

__all__ = [
    "RESULT_FILE",
    "CalibrationResult",
    "FoldResult",
    "IntervalResult",
    "OutputResult",
    "TrainingResult",
]

RESULT_FILE = "result.json"


@dataclass(frozen=True)
class CalibrationResult:
    """What is reported of a calibration; the losses are of rows that it was not fitted on.

    Attributes:
        method: `"sigmoid"` or `"isotonic"`.
        fitted_on: the set whose rows fitted it, `"validation"` or `"test"`.
        fitted_rows: how many they are.
        measured_on: `"test"` for the test rows, or `"folds"` where these fitted it: then each
            fifth of them is corrected by a fit on the others.
        log_loss_before, log_loss_after: of the network, and with the correction.
        calibration_loss_before, calibration_loss_after: likewise.
    """

    method: str
    fitted_on: str
    fitted_rows: int
    measured_on: str
    log_loss_before: float | None
    log_loss_after: float | None
    calibration_loss_before: float | None
    calibration_loss_after: float | None


@dataclass(frozen=True)
class IntervalResult:
    """What is reported of prediction intervals.

    Attributes:
        coverage: the share of new rows meant to lie inside.
        half_width: in the target's unit.
        fitted_on: the set whose errors it was learnt from, `"validation"` or `"test"`.
        fitted_rows: how many rows they are.
        measured_on: `"test"` for the test rows, or `"halves"` where it was learnt from these:
            then each half is held against the half width of the other.
        measured_coverage: the share of these rows that lie inside.
    """

    coverage: float
    half_width: float
    fitted_on: str
    fitted_rows: int
    measured_on: str
    measured_coverage: float | None


@dataclass(frozen=True)
class OutputResult:
    """What is reported of one output.

    Attributes:
        prediction_type, target: of the design.
        metrics: of the kept epoch on the test set, by exact spelling.
        threshold: binary only, from which probability on a row is positive.
        calibration: classification, where the design asks for it.
        interval: regression, where the design asks for it.
    """

    prediction_type: str
    target: str
    metrics: dict[str, float | None]
    threshold: float | None = None
    calibration: CalibrationResult | None = None
    interval: IntervalResult | None = None

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> OutputResult:
        """Reads the plain values of one."""
        calibration, interval = values["calibration"], values["interval"]
        read = {
            "calibration": None if calibration is None else CalibrationResult(**calibration),
            "interval": None if interval is None else IntervalResult(**interval),
        }
        return cls(**{**values, **read})


@dataclass(frozen=True)
class FoldResult:
    """What is reported of one fold of a cross-test.

    Attributes:
        fold: its number, from 1.
        metrics: of its kept epoch on its test rows, named as in `TrainingResult.metrics`.
        thresholds: by output, as in `OutputResult`.
        best_epoch, epochs: as in `TrainingResult`.
        train_rows, test_rows, validation_rows: after dropping.
        seconds: of its fit loop.
    """

    fold: int
    metrics: dict[str, float | None]
    thresholds: dict[str, float | None]
    best_epoch: int
    epochs: int
    train_rows: int
    test_rows: int
    validation_rows: int | None
    seconds: float


@dataclass(frozen=True)
class TrainingResult:
    """All that is reported of a training.

    Attributes:
        status: finished, stopped by the user with the best epoch kept, failed, or aborted.
        reason: why it failed, was stopped or aborted; in the user's terms.
        has_model: whether an epoch was kept.
        prediction_type, target: of the design; of several outputs with commas between.
        metric: the name of the metric that decides, and whether greater is better.
        metrics: of the kept epoch on the test set, by exact spelling; with several outputs
            the name of the output goes before.
        measured_on: the set that epochs were chosen on, `"test"` or `"validation"`.
        best_epoch: the kept epoch, 1-based.
        epochs: how many were run.
        history: every number of every epoch.
        threshold: binary only, from which probability on a row is positive; of the output
            whose metric decides.
        outputs: what is reported of each output, by name; the only one of a `[target]` is
            called `""`.
        train_rows, test_rows, validation_rows: after dropping. With folds, the rows that the
            kept model was trained on, and all rows that were tested in a fold.
        folds: of a cross-test, the folds that came to their end; metrics, thresholds and history
            are then means over them.
        planned_folds: of a cross-test, how many folds the design has.
        metric_margins: of a cross-test, twice the standard deviation of each metric over the
            folds; `None` where fewer than two folds have it.
        kept_fold: of a cross-test, whose model is kept; `None` where it was trained on all rows.
        dropped: rows left out, by reason.
        seconds: `prepare` (imports, reading, fitting features, building), `fit` (the loop
            with its metrics) and `total`.
        profile: what the seconds of each epoch went to; of a cross-test, those of the kept model.
        race: how each backend did, where the design lets them race.
        backend: what Keras ran on; `backend_reason` says why.
        warnings: what the user should know, in sentences.
    """

    status: Literal["finished", "stopped", "failed", "aborted"]
    reason: str | None = None
    has_model: bool = False
    prediction_type: str | None = None
    target: str | None = None
    metric: str | None = None
    greater_is_better: bool | None = None
    metrics: dict[str, float | None] = field(default_factory=dict)
    measured_on: str | None = None
    best_epoch: int | None = None
    epochs: int | None = None
    history: dict[str, list[float | None]] = field(default_factory=dict)
    threshold: float | None = None
    outputs: dict[str, OutputResult] = field(default_factory=dict)
    train_rows: int | None = None
    test_rows: int | None = None
    validation_rows: int | None = None
    folds: tuple[FoldResult, ...] = ()
    planned_folds: int | None = None
    metric_margins: dict[str, float | None] = field(default_factory=dict)
    kept_fold: int | None = None
    dropped: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    profile: tuple[EpochProfile, ...] = ()
    race: tuple[RaceEntry, ...] = ()
    backend: str | None = None
    backend_reason: str | None = None
    warnings: tuple[str, ...] = ()

    @property
    def metric_value(self) -> float | None:
        """The deciding metric of the kept epoch."""
        return None if self.metric is None else self.metrics.get(self.metric)

    @property
    def metric_margin(self) -> float | None:
        """Twice the standard deviation of the deciding metric over the folds."""
        return None if self.metric is None else self.metric_margins.get(self.metric)

    def to_json(self) -> dict[str, Any]:
        """Plain values; numbers that do not exist are `None`."""
        values: dict[str, Any] = json_safe(asdict(self))
        return values

    def write(self, folder: Path) -> None:
        """Writes the result into the session's folder."""
        write_json_atomically(folder / RESULT_FILE, self.to_json())

    @classmethod
    def read(cls, folder: Path) -> TrainingResult | None:
        """The result of a session's folder; `None` while there is none."""
        path = folder / RESULT_FILE
        if not path.exists():
            return None
        return cls.from_json(json.loads(path.read_text("utf-8")))

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> TrainingResult:
        """The result that `to_json` gave."""
        read = {
            "outputs": {
                name: OutputResult.from_json(one) for name, one in values["outputs"].items()
            },
            "folds": tuple(FoldResult(**one) for one in values["folds"]),
            "race": tuple(RaceEntry(**one) for one in values.get("race", ())),
            "profile": tuple(EpochProfile(**one) for one in values.get("profile", ())),
            "warnings": tuple(values["warnings"]),
        }
        return cls(**{**values, **read})
