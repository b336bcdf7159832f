"""One training, from prepared rows to the kept epoch."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras

from hornbook.backends.executions import paced_executions
from hornbook.backends.optimizers import build_optimizer
from hornbook.batching import RowSequence, prefetched
from hornbook.design import CUSTOM_SCORE_FILE, DesignFolder
from hornbook.design.metrics import CustomScoreSection
from hornbook.errors import InterruptedTrainingError, TrainingError
from hornbook.features import Targets
from hornbook.metrics import (
    CustomScore,
    Measurer,
    TaskMeasurement,
    TaskMeasurer,
    default_metric,
)
from hornbook.training.advanced import fit_advanced, without_base_callbacks
from hornbook.training.callbacks import (
    EpochLimit,
    EpochMetrics,
    Progress,
    StopWatch,
    TensorBoardScalars,
)
from hornbook.training.correction import Corrections, learn_corrections
from hornbook.training.evaluated_rows import EvaluatedRows
from hornbook.training.events import EventWriter
from hornbook.training.kept import WEIGHTS_FILE, read_weights
from hornbook.training.model import UserModel
from hornbook.training.prediction import evaluate_rows
from hornbook.training.prepare import PreparedData
from hornbook.training.profile import EpochProfile
from hornbook.training.user_code import UserCode

__all__ = [
    "FitOutcome",
    "RefitOutcome",
    "fit",
    "make_measurer",
    "metric_prefix",
    "refit",
    "standard_sequence",
]


@dataclass(frozen=True)
class FitOutcome:
    """What a training came to.

    Attributes:
        epoch: the kept one, counted from 1.
        measurement: of the kept epoch on the test rows.
        evaluated: its predictions on the test rows.
        history: every number of every epoch, by its name in the logs.
        epochs: how many were run.
        stopped: whether the user stopped it.
        failure: what broke the training off after the kept epoch, if anything did.
        seconds: of the fit loop, metrics of every epoch included.
        custom_score_errors: why custom scores are not numbers, by their names.
        corrections: what was learnt on rows held out from training; measurement and thresholds
            are those of corrected probabilities.
        profile: what the seconds of each epoch went to.
    """

    epoch: int
    measurement: TaskMeasurement
    evaluated: EvaluatedRows
    history: dict[str, list[float]]
    epochs: int
    stopped: bool
    failure: Exception | None
    seconds: float
    custom_score_errors: dict[str, str]
    corrections: Corrections = field(default_factory=Corrections)
    profile: tuple[EpochProfile, ...] = ()


@dataclass(frozen=True)
class RefitOutcome:
    """What a training on all rows came to.

    Attributes:
        epochs: how many were run.
        stopped: whether the user stopped it.
        seconds: of the fit loop.
    """

    epochs: int
    stopped: bool
    seconds: float


def metric_prefix(design: DesignFolder) -> str:
    """What stands before the names of metrics in the logs: the set they are measured on."""
    return "Validation " if design.task.split.validation_share else "Test "


def make_measurer(design: DesignFolder, targets: Targets, code: UserCode) -> TaskMeasurer:
    """The metrics of a design; its custom scores are for the output that decides.

    Args:
        design: says which.
        targets: the encoders of what is predicted.
        code: the user's, with the custom scores.
    """
    settings = design.task.metrics.settings
    custom, named = _custom_scores(design, code)
    deciding = design.task.deciding_output
    measurers = {
        name: Measurer(
            target.type,
            metric=design.task.deciding_metric
            if name == deciding
            else default_metric(target.type).name,
            settings=settings,
            custom_score=custom if name == deciding else None,
            custom_scores=named if name == deciding else None,
            classes=targets.encoders[name].classes,
        )
        for name, target in design.task.targets.items()
    }
    return TaskMeasurer(measurers, deciding)


def _custom_scores(
    design: DesignFolder, code: UserCode
) -> tuple[CustomScore | None, dict[str, CustomScore]]:
    """The function `custom_score`, if there is one, and those that the design names."""
    if CUSTOM_SCORE_FILE not in design.code_files:
        return None, {}
    settings = design.task.metrics

    def score(function: str, name: str | None, entry: CustomScoreSection) -> CustomScore:
        return CustomScore(
            code.raw_function(CUSTOM_SCORE_FILE, function),
            entry.greater_is_better,
            entry.needs_probability,
            name,
        )

    named = {name: score(name, name, entry) for name, entry in settings.custom_scores.items()}
    if named and not code.has_function(CUSTOM_SCORE_FILE, "custom_score"):
        return None, named
    return score("custom_score", None, settings.custom_score), named


def fit(
    design: DesignFolder,
    data: PreparedData,
    *,
    user_model: UserModel,
    measurer: TaskMeasurer,
    code: UserCode,
    events: EventWriter,
    folder: Path,
    run: str = "",
) -> FitOutcome:
    """Trains the model and leaves it with the weights of the kept epoch.

    Args:
        design: says how.
        data: what to feed.
        user_model: the compiled model.
        measurer: the metrics.
        code: the user's functions, for the advanced mode.
        events: where progress is written.
        folder: the session's folder.
        run: the folder in it for the weights, and in `tensorboard` for the curves, of a training
            that is one of several.

    Raises:
        UserCodeError: the user's code failed before an epoch could be kept.
        InterruptedTrainingError: the user stopped it before an epoch could be kept.
        TrainingError: the training itself failed before that.
    """
    model, layout = user_model.keras_model, user_model.layout
    prefix = metric_prefix(design)
    weights_file = folder / run / WEIGHTS_FILE
    weights_file.parent.mkdir(exist_ok=True)
    metrics = EpochMetrics(data.measured, layout, measurer, prefix, weights_file)
    progress, stop_watch = Progress(events, data.train.clock, metrics), StopWatch(folder)
    tensorboard = TensorBoardScalars(folder / "tensorboard" / run, prefix)
    callbacks = [metrics, progress, stop_watch, tensorboard]
    started = time.perf_counter()
    failure: Exception | None = None
    try:
        with code.running():
            if design.task.training.mode == "advanced":
                fit_advanced(
                    design, data, user_model, callbacks, code=code, prefix=metric_prefix(design)
                )
            else:
                callbacks += _form_callbacks(design, measurer.greater_is_better)
                _fit_standard(design, data, user_model, callbacks, design.task.training.epochs)
    except Exception as error:  # noqa: BLE001 - the kept epoch outlives whatever broke the rest
        failure = error
    seconds = time.perf_counter() - started
    stop_watch.on_train_end()
    tensorboard.close()
    progress.add_history(getattr(model, "history", None))
    if metrics.kept is None:
        raise _nothing_kept(failure, metrics, stopped=stop_watch.stopped)
    read_weights(model, weights_file)
    measurement, evaluated = metrics.kept.measurement, metrics.kept.evaluated
    fitted = evaluated
    if data.validation is None:
        corrections = learn_corrections(design, measurer, fitted, "test")
    else:
        evaluated = evaluate_rows(model, data.test, layout)
        corrections = learn_corrections(design, measurer, fitted, "validation", evaluated)
    if corrections.calibrations:
        measurement = _measured(measurer, corrections, fitted)
    if data.validation is not None:
        measurement = _measured(measurer, corrections, evaluated, measurement.thresholds)
    return FitOutcome(
        metrics.kept.epoch,
        measurement,
        evaluated,
        progress.history,
        progress.epochs,
        stop_watch.stopped,
        failure,
        seconds,
        metrics.custom_score_errors,
        corrections,
        tuple(progress.profile),
    )


def _measured(
    measurer: TaskMeasurer,
    corrections: Corrections,
    rows: EvaluatedRows,
    thresholds: Mapping[str, float | None] | None = None,
) -> TaskMeasurement:
    """The metrics of corrected probabilities; of the best thresholds where none are given."""
    return measurer.measure(
        rows.targets, corrections.apply(rows.predictions), rows.weight, thresholds=thresholds
    )


def refit(
    design: DesignFolder,
    data: PreparedData,
    epochs: int,
    *,
    user_model: UserModel,
    code: UserCode,
    events: EventWriter,
    folder: Path,
    run: str,
) -> RefitOutcome:
    """Trains the model for so many epochs, on rows of which none are left to measure on.

    The last epoch is kept. A falling learning rate goes by the loss on the train rows, and
    nothing stops early. In advanced mode `fit_model` is called as ever and ended after so many
    epochs; its validation sequence has the train rows.

    Args:
        design: says how.
        data: whose train rows are all the rows.
        epochs: how many.
        user_model: the compiled model.
        code: the user's functions, for the advanced mode.
        events: where progress is written.
        folder: the session's folder.
        run: the folder in `tensorboard` for the curves.

    Raises:
        UserCodeError: the user's code failed.
        TrainingError: the training itself failed.
    """
    limit, stop_watch = EpochLimit(epochs), StopWatch(folder)
    progress = Progress(events, data.train.clock)
    tensorboard = TensorBoardScalars(folder / "tensorboard" / run, metric_prefix(design))
    callbacks = [limit, progress, stop_watch, tensorboard]
    started = time.perf_counter()
    try:
        with code.running():
            if design.task.training.mode == "advanced":
                fit_advanced(
                    design, data, user_model, callbacks, code=code, prefix=metric_prefix(design)
                )
            else:
                callbacks += _falling_learning_rate(design, "loss", "min")
                _fit_standard(design, data, user_model, callbacks, epochs)
    finally:
        stop_watch.on_train_end()
        tensorboard.close()
    if not limit.began:
        raise without_base_callbacks()
    return RefitOutcome(limit.epochs, stop_watch.stopped, time.perf_counter() - started)


def _nothing_kept(failure: Exception | None, metrics: EpochMetrics, *, stopped: bool) -> Exception:
    if failure is not None:
        return failure
    if stopped:
        return InterruptedTrainingError(
            "The training was stopped before its first epoch was over; there is nothing to keep."
        )
    if not metrics.began:
        return without_base_callbacks()
    return TrainingError(
        "The training ended without a single epoch.",
        fix="Give fit at least one epoch: model.fit(train_sequence, epochs=10, …).",
    )


def _fit_standard(
    design: DesignFolder,
    data: PreparedData,
    user_model: UserModel,
    callbacks: list[Any],
    epochs: int,
) -> None:
    sequence = standard_sequence(design, data, user_model)
    model = user_model.keras_model
    build_optimizer(model)
    with prefetched(sequence) as ahead, paced_executions(model):
        model.fit(ahead, epochs=epochs, callbacks=callbacks, shuffle=False, verbose=0)


def standard_sequence(
    design: DesignFolder, data: PreparedData, user_model: UserModel
) -> RowSequence:
    """The batches that the standard mode trains on.

    Args:
        design: says how many rows a batch has, and in which order they come.
        data: what to feed.
        user_model: whose layout the targets have.
    """
    settings = design.task.training
    return RowSequence(
        data.train,
        settings.batch_size,
        user_model.layout,
        shuffle=settings.shuffle,
        seed=design.task.seed,
        steps_per_epoch=None if settings.train_on_all_data else settings.steps_per_epoch,
    )


def _form_callbacks(design: DesignFolder, greater_is_better: bool) -> list[Any]:
    """Early stopping and the falling learning rate, as the standard mode's form has them."""
    settings = design.task.training
    monitor = metric_prefix(design) + design.task.metric
    mode = "max" if greater_is_better else "min"
    chosen = _falling_learning_rate(design, monitor, mode)
    if settings.early_stopping.enabled:
        early = settings.early_stopping
        chosen.append(
            keras.callbacks.EarlyStopping(
                monitor=monitor, mode=mode, patience=early.patience, min_delta=early.min_delta
            )
        )
    return chosen


def _falling_learning_rate(design: DesignFolder, monitor: str, mode: str) -> list[Any]:
    reduce = design.task.training.reduce_learning_rate
    if not reduce.enabled:
        return []
    return [
        keras.callbacks.ReduceLROnPlateau(
            monitor=monitor,
            mode=mode,
            factor=reduce.factor,
            patience=reduce.patience,
            min_delta=reduce.min_delta,
            min_lr=reduce.min_learning_rate,
        )
    ]
