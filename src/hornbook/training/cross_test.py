"""K-fold cross-test: the design trained once for each fold, measured on the rows it left out."""

from __future__ import annotations

import math
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
from numpy.typing import NDArray

from hornbook.backends import set_seed
from hornbook.design import DesignFolder
from hornbook.errors import InterruptedTrainingError
from hornbook.metrics import Measurement, TaskMeasurement, TaskMeasurer
from hornbook.training.build import build_for_training
from hornbook.training.context import TrainingContext
from hornbook.training.correction import learn_corrections
from hornbook.training.evaluated_rows import EvaluatedRows
from hornbook.training.events import EventWriter
from hornbook.training.fit import FitOutcome, fit, refit
from hornbook.training.job import STOP_FILE
from hornbook.training.kept import WEIGHTS_FILE, read_weights, write_weights
from hornbook.training.model import UserModel
from hornbook.training.prepare import Preparation, PreparedData
from hornbook.training.result import FoldResult
from hornbook.training.row_sets import RowSets
from hornbook.training.user_code import UserCode

__all__ = ["CrossTest", "CrossTester", "Fold", "metric_margins"]

_RETRAINED = "all-rows"


@dataclass(frozen=True)
class Fold:
    """One fold: what it was fed with, and what came of it.

    Attributes:
        number: counted from 1.
        data: its rows.
        outcome: of its training.
    """

    number: int
    data: PreparedData
    outcome: FitOutcome

    @property
    def result(self) -> FoldResult:
        """What is reported of it."""
        data, outcome = self.data, self.outcome
        return FoldResult(
            self.number,
            dict(outcome.measurement.metrics),
            outcome.measurement.thresholds,
            outcome.epoch,
            outcome.epochs,
            len(data.train),
            len(data.test),
            None if data.validation is None else len(data.validation),
            outcome.seconds,
        )


@dataclass(frozen=True)
class CrossTest:
    """What a cross-test came to.

    Attributes:
        folds: those that came to their end, in order.
        planned: how many folds the design has.
        data: what the kept model was fed with.
        user_model: the kept model, with its weights.
        kept_fold: whose model is kept; `None` where it was trained on all rows.
        outcome: of all folds: the mean of each metric and threshold, and the predictions of the
            rows of each fold by the model that had not seen them. Its epoch is how long the kept
            model was trained.
        margins: of each metric, see `metric_margins`.
        notes: what the user should know, in sentences.
    """

    folds: tuple[Fold, ...]
    planned: int
    data: PreparedData
    user_model: UserModel
    kept_fold: int | None
    outcome: FitOutcome
    margins: dict[str, float]
    notes: tuple[str, ...]

    @property
    def kept(self) -> str:
        """Which model is kept, and what was measured, as the end of a sentence."""
        over = f"measured over {len(self.folds)} of {self.planned} folds"
        if self.kept_fold is None:
            return f"the model of all rows is kept, {over}"
        return f"the model of fold {self.kept_fold} is kept, {over}"


def metric_margins(metrics: Sequence[dict[str, float]]) -> dict[str, float]:
    """Twice the standard deviation of each metric over folds; NaN where fewer than two have it.

    The standard deviation is that of the folds themselves, `sqrt(mean((x - mean(x))^2))`; folds in
    which a metric has no value do not count.

    Example:
        >>> metric_margins([{"MAE": 1.0}, {"MAE": 2.0}, {"MAE": float("nan")}])
        {'MAE': 1.0}
    """
    margins = {}
    for name in metrics[0]:
        values = _defined([one[name] for one in metrics])
        margins[name] = 2 * float(np.std(values)) if len(values) > 1 else math.nan
    return margins


class CrossTester:
    """Trains a design once for each fold, and then, if it says so, on all rows.

    Keras is cleared and the user's code loaded anew before each training, so that nothing of
    one fold reaches the next, and the memory of one is enough. One thread uses an instance, once;
    it writes into the session's folder and leaves the kept weights there.

    Args:
        design: says how.
        preparation: of the rows of each fold.
        measurer: the metrics.
        context: what the user's code can ask about the training.
        events: where progress is written.
        folder: the session's folder.
    """

    def __init__(
        self,
        design: DesignFolder,
        preparation: Preparation,
        *,
        measurer: TaskMeasurer,
        context: TrainingContext,
        events: EventWriter,
        folder: Path,
    ) -> None:
        self._design = design
        self._preparation = preparation
        self.measurer = measurer
        self._context = context
        self._events = events
        self._folder = folder
        self._folds: list[Fold] = []
        self._stopped = False
        self._failure: Exception | None = None

    def run(self, first: PreparedData) -> CrossTest:
        """Trains, and leaves the kept model with its weights.

        Stopped by the user, or failing, it keeps what the folds before came to: the fold in which
        that happens does not count, unless it is the first.

        Args:
            first: the data of the first fold.

        Raises:
            UserCodeError: the user's code failed in the first fold before an epoch could be kept.
            InterruptedTrainingError: the user stopped it there.
            TrainingError: the training itself failed there.
        """
        for number, sets in enumerate(self._preparation.sets, start=1):
            self._train(number, first if number == 1 else self._data(sets))
            if self._is_over:
                break
        outcome = _combined(self._design, self._folds, self.measurer)
        kept = None
        if self._design.task.split.retrain and not self._is_over:
            kept = self._retrain(outcome.epoch)
        if kept is None:
            kept = self._best_fold()
        write_weights(kept.user_model.keras_model, self._folder / WEIGHTS_FILE)
        for number in range(1, len(self._preparation.sets) + 1):
            shutil.rmtree(self._folder / _run(number), ignore_errors=True)
        return CrossTest(
            folds=tuple(self._folds),
            planned=len(self._preparation.sets),
            data=kept.data,
            user_model=kept.user_model,
            kept_fold=kept.fold,
            outcome=replace(
                outcome,
                epoch=kept.epoch,
                stopped=self._stopped,
                failure=self._failure,
                seconds=outcome.seconds + kept.seconds,
            ),
            margins=metric_margins([fold.outcome.measurement.metrics for fold in self._folds]),
            notes=_notes(self._folds),
        )

    @property
    def _is_over(self) -> bool:
        return self._stopped or self._failure is not None

    @property
    def _stop_was_asked(self) -> bool:
        return (self._folder / STOP_FILE).exists()

    def _train(self, number: int, data: PreparedData) -> None:
        """Trains one fold; the first one has to keep something."""
        if self._folds and self._stop_was_asked:
            self._stopped = True
            return
        validation = None if data.validation is None else len(data.validation)
        self._events.write(
            "fold",
            fold=number,
            folds=len(self._preparation.sets),
            train_rows=len(data.train),
            test_rows=len(data.test),
            validation_rows=validation,
        )
        try:
            user_model, code = self._fresh_model(data)
            outcome = fit(
                self._design,
                data,
                user_model=user_model,
                measurer=self.measurer,
                code=code,
                events=self._events,
                folder=self._folder,
                run=_run(number),
            )
        except InterruptedTrainingError:
            if not self._folds:
                raise
            self._stopped = True
            return
        except Exception as error:
            if not self._folds:
                raise
            self._failure = error
            return
        self._stopped, self._failure = outcome.stopped, outcome.failure
        if not (self._is_over and self._folds):
            self._folds.append(Fold(number, data, outcome))

    def _retrain(self, epochs: int) -> _Kept | None:
        """The model of all rows; `None` where the user stopped it or it failed."""
        if self._stop_was_asked:
            self._stopped = True
            return None
        # The last fold has all rows also where the windows grow with time.
        rows = self._preparation.sets[-1].all_rows
        try:
            data = self._data(RowSets(rows, rows))
            self._events.write("retraining", epochs=epochs, train_rows=len(data.train))
            user_model, code = self._fresh_model(data)
            outcome = refit(
                self._design,
                data,
                epochs,
                user_model=user_model,
                code=code,
                events=self._events,
                folder=self._folder,
                run=_RETRAINED,
            )
        except Exception as error:  # noqa: BLE001 - the folds outlive what broke this off
            self._failure = error
            return None
        self._stopped = outcome.stopped
        if outcome.stopped:
            return None
        return _Kept(data, user_model, None, outcome.epochs, outcome.seconds)

    def _best_fold(self) -> _Kept:
        """The model of the fold with the best value, built again with the weights it had."""
        best = _best(self._folds, self.measurer)
        user_model, _ = self._fresh_model(best.data)
        read_weights(user_model.keras_model, self._folder / _run(best.number) / WEIGHTS_FILE)
        return _Kept(best.data, user_model, best.number, best.outcome.epoch, 0.0)

    def _data(self, sets: RowSets) -> PreparedData:
        # Processors of the user's own may draw at random while they are fitted.
        set_seed(self._design.task.seed)
        return self._preparation.data(sets)

    def _fresh_model(self, data: PreparedData) -> tuple[UserModel, UserCode]:
        """A model built after Keras has let go of those before, names and memory included."""
        keras.utils.clear_session(free_memory=True)
        code = UserCode(self._design.path, self._design.libraries)
        return build_for_training(
            self._design, data.pipeline.inputs, data.targets.n_classes, code, self._context
        ), code


class _Kept(NamedTuple):
    """The model that is kept, and what it was trained on."""

    data: PreparedData
    user_model: UserModel
    fold: int | None
    epoch: int
    seconds: float


def _run(number: int) -> str:
    return f"fold-{number}"


def _best(folds: Sequence[Fold], measurer: TaskMeasurer) -> Fold:
    best = folds[0]
    for fold in folds[1:]:
        if measurer.is_better(fold.outcome.measurement.value, best.outcome.measurement.value):
            best = fold
    return best


def _combined(design: DesignFolder, folds: Sequence[Fold], measurer: TaskMeasurer) -> FitOutcome:
    """All folds as one outcome: the means of their numbers, and their predictions in one row."""
    outcomes = [fold.outcome for fold in folds]
    evaluated = _joined([one.evaluated for one in outcomes])
    return FitOutcome(
        # Halves go up: a training of a fold more epochs is nearer to one of more rows.
        epoch=max(1, math.floor(float(np.mean([one.epoch for one in outcomes])) + 0.5)),
        measurement=TaskMeasurement(
            {
                name: _mean_measurement([one.measurement.outputs[name] for one in outcomes])
                for name in outcomes[0].measurement.outputs
            },
            measurer.deciding,
        ),
        evaluated=evaluated,
        history=_mean_history([one.history for one in outcomes]),
        epochs=max(one.epochs for one in outcomes),
        stopped=False,
        failure=None,
        seconds=sum(one.seconds for one in outcomes),
        custom_score_errors=_first_errors([one.custom_score_errors for one in outcomes]),
        # For the kept model, from rows that were predicted by models that had not seen them.
        corrections=learn_corrections(design, measurer, evaluated, "test"),
    )


def _mean_measurement(measured: Sequence[Measurement]) -> Measurement:
    thresholds = [one.threshold for one in measured if one.threshold is not None]
    return Measurement(
        {name: _mean([one.metrics[name] for one in measured]) for name in measured[0].metrics},
        _mean([one.value for one in measured]),
        float(np.mean(thresholds)) if thresholds else None,
        _first_errors([one.custom_score_errors for one in measured]),
    )


def _first_errors(folds: Sequence[dict[str, str]]) -> dict[str, str]:
    """Why custom scores have no value, by their names; of several folds, what the first says."""
    return {name: error for errors in reversed(folds) for name, error in errors.items()}


def _mean_history(histories: Sequence[dict[str, list[float]]]) -> dict[str, list[float]]:
    """The mean of each number in each epoch, over the folds that came as far."""
    names = dict.fromkeys(name for history in histories for name in history)
    mean = {}
    for name in names:
        series = [history[name] for history in histories if name in history]
        longest = max(map(len, series))
        mean[name] = [
            _mean([values[epoch] for values in series if epoch < len(values)])
            for epoch in range(longest)
        ]
    return mean


def _joined(evaluated: Sequence[EvaluatedRows]) -> EvaluatedRows:
    def joined(parts: Sequence[dict[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    targets = [one.targets for one in evaluated]
    sizes = [len(next(iter(part.values()))) for part in targets]
    weights = [one.weight for one in evaluated if one.weight is not None]
    rows = [one.rows for one in evaluated if one.rows is not None]
    return EvaluatedRows(
        joined([one.predictions for one in evaluated]),
        joined(targets),
        np.concatenate(weights) if weights else None,
        float(np.average([one.loss for one in evaluated], weights=sizes)),
        np.concatenate(rows) if rows else None,
    )


def _notes(folds: Sequence[Fold]) -> tuple[str, ...]:
    """Metrics that some folds could not compute, the folds by number."""
    lacking: dict[tuple[int, ...], list[str]] = {}
    for name in folds[0].outcome.measurement.metrics:
        values = [fold.outcome.measurement.metrics[name] for fold in folds]
        numbers = tuple(
            fold.number for fold, value in zip(folds, values, strict=True) if math.isnan(value)
        )
        if numbers and len(numbers) < len(folds):
            lacking.setdefault(numbers, []).append(name)
    return tuple(
        f"{', '.join(names)}: no value in fold {', '.join(map(str, numbers))}; mean and margin are "
        "those of the other folds."
        for numbers, names in lacking.items()
    )


def _defined(values: Sequence[float]) -> list[float]:
    return [value for value in values if not math.isnan(value)]


def _mean(values: Sequence[float]) -> float:
    defined = _defined(values)
    return float(np.mean(defined)) if defined else math.nan
