"""The numbers of every epoch of a training, while it runs and after it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate, takewhile
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from hornbook.reports.chart_numbers import thinned
from hornbook.training.events import EventFollower
from hornbook.training.result import TrainingResult

__all__ = ["LearningCurves", "learning_curves"]

_MOST_EPOCHS = 1500


class LearningCurves(BaseModel):
    """The numbers of every epoch; all lists are of the length of `epochs`.

    Of a cross-test that runs they are those of the fold at work; of one that ended, means over
    the folds that came as far.
    """

    model_config = ConfigDict(frozen=True)

    epochs: list[int] = Field(
        description="numbers of the epochs, from 1; of more than 1,500, some spread evenly"
    )
    series: dict[str, list[FiniteFloat | None]] = Field(
        description="by name in the logs, such as `loss`, `val_loss` (the loss on the measured "
        "rows), `learning_rate` or `Test ROC AUC`; null where an epoch has no such number"
    )
    best_epoch: int | None = Field(
        description="the epoch that is kept, or would be so far; null while there is none"
    )
    seconds: list[FiniteFloat | None] = Field(
        description="how long each epoch took, its metrics included; null where not known"
    )
    elapsed_seconds: list[FiniteFloat | None] = Field(
        description="how long the training had run when each epoch ended, its preparation not "
        "counted; null where not known"
    )
    batches: int | None = Field(description="of each epoch; null where not known")
    epochs_run: int = Field(description="how many epochs there were so far")
    planned_epochs: int | None = Field(
        description="how many there will be at most; null where not known"
    )
    ended: bool = Field(description="whether the training is over")
    fold: int | None = Field(description="of a running cross-test, the fold at work, from 1")
    folds: int | None = Field(description="of a cross-test, how many folds the design has")


def learning_curves(session_folder: Path) -> LearningCurves:
    """The epochs of a session, from its result or, without one, from its events.

    Args:
        session_folder: of a session in any state; nothing needs to be in it yet.
    """
    result = TrainingResult.read(session_folder)
    run = _followed(session_folder)
    if result is not None and result.history:
        run.history = result.history
        run.epochs = max(len(values) for values in result.history.values())
        run.best_epoch = result.best_epoch
        run.fold, run.folds = None, result.planned_folds
        run.seconds = [profile.epoch for profile in result.profile]
    run.seconds = run.seconds[: run.epochs]
    kept = None if run.best_epoch is None or run.best_epoch > run.epochs else run.best_epoch - 1
    shown = thinned(run.epochs, _MOST_EPOCHS, kept)
    return LearningCurves(
        epochs=(shown + 1).tolist(),
        series={name: _at(values, shown.tolist()) for name, values in run.history.items()},
        best_epoch=run.best_epoch,
        seconds=_at(run.seconds, shown.tolist()),
        elapsed_seconds=_at(_elapsed(run.seconds), shown.tolist()),
        batches=run.batches,
        epochs_run=run.epochs,
        planned_epochs=run.planned_epochs,
        ended=result is not None,
        fold=run.fold,
        folds=run.folds,
    )


@dataclass
class _Run:
    """What the events of the training at work say; changed event by event."""

    history: dict[str, list[float | None]] = field(default_factory=dict)
    seconds: list[float | None] = field(default_factory=list)
    epochs: int = 0
    best_epoch: int | None = None
    planned_epochs: int | None = None
    batches: int | None = None
    fold: int | None = None
    folds: int | None = None

    def add_epoch(self, logs: dict[str, float | None], seconds: float | None, best: bool) -> None:
        """One epoch more."""
        for name in logs:
            self.history.setdefault(name, [None] * self.epochs)
        for name, values in self.history.items():
            values.append(logs.get(name))
        self.seconds.append(seconds)
        self.epochs += 1
        if best:
            self.best_epoch = self.epochs


def _followed(session_folder: Path) -> _Run:
    run = _Run()
    for event in EventFollower(session_folder).new_events():
        match event.get("event"):
            case "fold":
                run = _Run(fold=event["fold"], folds=event["folds"])
            case "retraining":
                run = _Run(folds=run.folds)
            case "fit_started":
                run.planned_epochs, run.batches = event["epochs"], event["batches"]
            case "epoch":
                run.add_epoch(event["logs"], event["seconds"], event["best"])
    return run


def _elapsed(seconds: list[float | None]) -> list[float | None]:
    """The sums up to each epoch, as far as all of them are known."""
    known = takewhile(lambda one: one is not None, seconds)
    return list(accumulate(one for one in known if one is not None))


def _at(values: list[float | None], places: list[int]) -> list[float | None]:
    """The values at some places, `None` beyond the end."""
    return [values[place] if place < len(values) else None for place in places]
