"""The base callbacks: they measure, keep the best epoch, report, and obey a stop."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras
import numpy as np
from tensorboardX import SummaryWriter

from hornbook.batching import Clock, PreparedRows
from hornbook.errors import DivergedTrainingError, TrainingError
from hornbook.features import TargetLayout
from hornbook.metrics import TaskMeasurement, TaskMeasurer
from hornbook.training.events import EventWriter
from hornbook.training.job import STOP_FILE
from hornbook.training.kept import KeptEpoch, write_weights
from hornbook.training.prediction import evaluate_rows
from hornbook.training.profile import EpochProfile

__all__ = ["EpochLimit", "EpochMetrics", "Progress", "StopWatch", "TensorBoardScalars"]

_TICK_SECONDS = 0.05
_PROGRESS_SECONDS = 0.2


class EpochMetrics(keras.callbacks.Callback):  # type: ignore[misc]
    """Measures every metric after every epoch and keeps the weights of the best one.

    The measurements go into Keras' logs as `"Test ROC AUC"` and so on, where callbacks
    further down the list find them, and the loss on the measured rows as `"val_loss"`.

    Args:
        rows: the rows to measure on.
        layout: of the model's outputs.
        measurer: computes the metrics.
        prefix: `"Test "` or `"Validation "`, after the rows' set.
        weights_path: where the kept weights are written, safely, epoch by epoch.
    """

    async_safe = True

    def __init__(
        self,
        rows: PreparedRows,
        layout: TargetLayout,
        measurer: TaskMeasurer,
        prefix: str,
        weights_path: Path,
    ) -> None:
        super().__init__()
        self._rows = rows
        self._layout = layout
        self._measurer = measurer
        self._prefix = prefix
        self._weights_path = weights_path
        self.began = False
        self.kept: KeptEpoch | None = None
        self.epochs = 0
        self.custom_score_errors: dict[str, str] = {}

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Notes that the training runs with this callback."""
        self.began = True

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Measures, and keeps the epoch if it is the best so far.

        Raises:
            DivergedTrainingError: the loss is no longer a number.
        """
        logs = {} if logs is None else logs
        self.epochs += 1
        _expect_finite(logs.get("loss", 0.0), self.epochs)
        with self._rows.clock.timed("metrics"):
            evaluated = evaluate_rows(self.model, self._rows, self._layout)
            measurement = self._measurer.measure(
                evaluated.targets, evaluated.predictions, evaluated.weight
            )
        self._note_custom_scores(measurement)
        logs.setdefault("val_loss", evaluated.loss)
        logs.setdefault("learning_rate", float(self.model.optimizer.learning_rate))
        logs.update({self._prefix + name: value for name, value in measurement.metrics.items()})
        if self._is_best(measurement):
            with self._rows.clock.timed("checkpoints"):
                write_weights(self.model, self._weights_path)
            self.kept = KeptEpoch(self.epochs, measurement, evaluated)

    def _note_custom_scores(self, measurement: TaskMeasurement) -> None:
        """Keeps each one's first error; one that leaves nothing to choose by ends the training.

        Raises:
            TrainingError: a custom score is the deciding metric and has no value.
        """
        errors = measurement.custom_score_errors
        self.custom_score_errors = {**errors, **self.custom_score_errors}
        deciding = errors.get(self._measurer.deciding_metric)
        if deciding is not None:
            raise TrainingError(f"The custom score is to choose the epoch. {deciding}")

    def _is_best(self, measurement: TaskMeasurement) -> bool:
        """The first epoch, then each better one; an undefined metric beats nothing."""
        if self.kept is None:
            return True
        return self._measurer.is_better(measurement.value, self.kept.measurement.value)


class EpochLimit(keras.callbacks.Callback):  # type: ignore[misc]
    """Ends a training on all rows after so many epochs; there is nothing left to measure on.

    Args:
        epochs: how many, over all calls of fit.
    """

    async_safe = True

    def __init__(self, epochs: int) -> None:
        super().__init__()
        self._limit = epochs
        self.began = False
        self.epochs = 0

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Notes that the training runs with this callback."""
        self.began = True

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Counts, and stops at the last epoch.

        Raises:
            DivergedTrainingError: the loss is no longer a number.
        """
        self.epochs += 1
        _expect_finite((logs or {}).get("loss", 0.0), self.epochs)
        if self.epochs >= self._limit:
            self.model.stop_training = True


class Progress(keras.callbacks.Callback):  # type: ignore[misc]
    """Writes what happens to the session's events: epochs whole, batches a few times a second.

    Args:
        events: where to write.
        clock: has counted what the epoch's time went to.
        metrics: knows the kept epoch; `None` where nothing is measured.

    Attributes:
        history: every number of every epoch, by its name in the logs.
        epochs: how many there were.
        profile: the seconds of each epoch, see `EpochProfile`.
    """

    async_safe = True

    def __init__(
        self, events: EventWriter, clock: Clock, metrics: EpochMetrics | None = None
    ) -> None:
        super().__init__()
        self._events = events
        self._clock = clock
        self.profile: list[EpochProfile] = []
        self._metrics = metrics
        self._epoch_started = 0.0
        self._written = 0.0
        self._has_stepped = False
        self.history: dict[str, list[float]] = {}
        self.epochs = 0

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Says how long the training will be."""
        epochs = self.params.get("epochs")
        self._events.write(
            "fit_started",
            epochs=None if epochs is None else self.epochs + epochs,
            batches=self.params.get("steps"),
        )

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Starts the epoch's clock."""
        self._clock.take()
        self._epoch_started = time.perf_counter()

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Counts, and writes now and then; it runs in the training's own thread."""
        now = time.perf_counter()
        if batch:
            self._tell_first_step()
        if now - self._written >= _PROGRESS_SECONDS:
            self._written = now
            self._events.write(
                "batch",
                epoch=self.epochs + 1,
                batch=batch,
                batches=self.params.get("steps"),
                batches_per_second=batch / max(now - self._epoch_started, 1e-9),
            )

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Writes the epoch with all its numbers."""
        self._tell_first_step()
        numbers = {name: float(value) for name, value in (logs or {}).items() if _is_number(value)}
        for name, value in numbers.items():
            values = self.history.setdefault(name, [math.nan] * self.epochs)
            values.append(value)
        self.epochs += 1
        for values in self.history.values():
            values.extend([math.nan] * (self.epochs - len(values)))
        kept = None if self._metrics is None else self._metrics.kept
        seconds = time.perf_counter() - self._epoch_started
        self.profile.append(EpochProfile.of(seconds, self._clock.take()))
        self._events.write(
            "epoch",
            epoch=self.epochs,
            logs=numbers,
            best=kept is not None and kept.epoch == self.epochs,
            seconds=seconds,
            profile=asdict(self.profile[-1]),
            custom_score_errors=self._metrics.custom_score_errors if self._metrics else {},
        )

    def _tell_first_step(self) -> None:
        if not self._has_stepped:
            self._has_stepped = True
            self._events.write("first_step")

    def add_history(self, history: Any) -> None:
        """Adds what callbacks further down the list have put into the logs.

        Args:
            history: the `model.history` that Keras leaves.
        """
        for name, values in getattr(history, "history", {}).items():
            if len(values) == self.epochs and all(map(_is_number, values)):
                self.history.setdefault(name, [float(value) for value in values])


class StopWatch(keras.callbacks.Callback):  # type: ignore[misc]
    """Stops the training at the end of the batch once the user has asked for it.

    A thread looks for the session's stop file, so that watching costs the training nothing. The
    model is told in the training's own thread: a model that another thread writes to while JAX
    compiles its prediction loses its weights.

    Args:
        folder: the session's folder.
    """

    async_safe = True

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._file = folder / STOP_FILE
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self.stopped = False

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Starts watching."""
        self._over.clear()
        self._thread = threading.Thread(target=self._watch, daemon=True, name="stop-watch")
        self._thread.start()

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Makes this batch the last one, once a stop was asked for."""
        if self.stopped:
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Looks once more, for a stop that came while metrics were computed."""
        self._look()
        if self.stopped:
            self.model.stop_training = True

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Ends watching."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(_TICK_SECONDS):
            self._look()

    def _look(self) -> None:
        if self._file.exists():
            self.stopped = True


class TensorBoardScalars(keras.callbacks.Callback):  # type: ignore[misc]
    """Writes TensorBoard event files: `train` and `test` as two runs whose curves overlay.

    Args:
        folder: the log directory to point TensorBoard at.
        prefix: of the measured metrics in the logs.
    """

    async_safe = True

    def __init__(self, folder: Path, prefix: str) -> None:
        super().__init__()
        self._prefix = prefix
        self._epochs = 0
        self._train = SummaryWriter(str(folder / "train"))
        self._measured = SummaryWriter(str(folder / prefix.strip().lower()))

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Writes each number of the epoch under its own name."""
        self._epochs += 1
        for name, value in (logs or {}).items():
            if not _is_number(value) or not math.isfinite(value):
                continue
            if name == "val_loss":
                self._measured.add_scalar("loss", value, self._epochs)
            elif name.startswith(self._prefix):
                self._measured.add_scalar(name.removeprefix(self._prefix), value, self._epochs)
            else:
                self._train.add_scalar(name, value, self._epochs)
        self._train.flush()
        self._measured.flush()

    def close(self) -> None:
        """Closes the files; there may be several calls of fit before."""
        self._train.close()
        self._measured.close()


def _expect_finite(loss: float, epoch: int) -> None:
    if not math.isfinite(loss):
        raise DivergedTrainingError(
            f"The loss became {'NaN' if math.isnan(loss) else 'infinite'} in epoch {epoch}: the "
            "training diverged.",
            fix="Lower the learning rate in compile_model, clip gradients (clipnorm=1.0), "
            'or rescale the features (rescaling = "standard").',
        )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)
