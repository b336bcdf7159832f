"""How long a training will take, measured on a few of its batches before it is begun."""

from __future__ import annotations

import resource
import sys
import time
from dataclasses import replace
from typing import Any

import keras
import numpy as np

from hornbook.batching import PreparedRows, RowSequence
from hornbook.design import DesignFolder
from hornbook.training.advanced import sequences_of
from hornbook.training.fit import standard_sequence
from hornbook.training.memory_need import memory_need
from hornbook.training.model import UserModel
from hornbook.training.prediction import evaluate_rows
from hornbook.training.prepare import PreparedData
from hornbook.training.step_time import StepClock
from hornbook.training.user_code import UserCode

__all__ = ["measure_run"]

_MOST_BATCHES = 8
_MOST_BATCH_BYTES = 256 * 2**20
_MOST_READ_ROWS = 4096


def measure_run(
    design: DesignFolder, data: PreparedData, user_model: UserModel, code: UserCode
) -> dict[str, Any]:
    """Trains on a few real batches, and reckons from these how long the whole would take.

    Args:
        design: says how long.
        data: what would be fed.
        user_model: compiled; its weights are of no use afterwards.
        code: the user's functions, for the sequences of the advanced mode.

    Raises:
        UserCodeError: the user's `build_sequences` failed.
    """
    settings = design.task.training
    is_advanced = settings.mode == "advanced"
    with code.running():
        if is_advanced:
            sequence, _ = sequences_of(design, data, user_model, code)
        else:
            sequence = standard_sequence(design, data, user_model)
        batches, feed = _few_batches(sequence)
    batch_size = len(keras.tree.flatten(batches[0][0])[0])
    steps = len(sequence)
    epochs = None if is_advanced else settings.epochs
    read = _read_seconds_per_row(data.train)
    model = user_model.keras_model
    in_chunks = getattr(sequence, "gives_chunks", False)
    first, low, high = StepClock(model, batches, in_chunks=in_chunks).step_seconds()
    is_plain = isinstance(sequence, RowSequence)
    if is_plain:
        # Batches of cached rows are ready before they are asked for.
        feed = 0.0 if settings.cache_preprocessed else read * batch_size
    evaluation = _evaluation_seconds(user_model, data.measured)
    rows = len(data.train) + len(data.measured)
    return {
        "backend": keras.backend.backend(),
        "batch_size": batch_size,
        "steps_per_epoch": steps,
        "epochs": epochs,
        "models": _n_models(design),
        "first_step_seconds": first,
        "step_seconds_low": low,
        "step_seconds_high": high,
        "feed_seconds": feed,
        "evaluation_seconds": evaluation,
        "preparation_seconds": read * rows if settings.cache_preprocessed else 0.0,
        "epoch_seconds_low": steps * max(low, feed) + evaluation,
        "epoch_seconds_high": steps * max(high, feed) + evaluation,
        "stops_early": not is_advanced and settings.early_stopping.enabled,
        "memory": memory_need(model, data.pipeline.inputs, batch_size),
        "process_bytes": _peak_bytes(),
    }


def _few_batches(sequence: Any) -> tuple[list[tuple[Any, ...]], float]:
    """The first batches of an epoch, and the seconds that one of them took to come."""
    batches: list[tuple[Any, ...]] = []
    size, started = 0, time.perf_counter()
    for index in range(min(_MOST_BATCHES, len(sequence))):
        batch = sequence[index]
        batches.append(batch if isinstance(batch, tuple) else tuple(batch))
        size += sum(np.asarray(one).nbytes for one in keras.tree.flatten(batch) if one is not None)
        if size > _MOST_BATCH_BYTES:
            break
    if len(batches) > 1 and _n_rows(batches[-1]) < _n_rows(batches[0]):
        # The last batch of an epoch may be smaller, and would be compiled for.
        batches.pop()
    return batches, (time.perf_counter() - started) / len(batches)


def _n_rows(batch: tuple[Any, ...]) -> int:
    return len(keras.tree.flatten(batch[0])[0])


def _read_seconds_per_row(rows: PreparedRows) -> float:
    """How long it takes to preprocess a row, as one of a block."""
    n_rows = min(len(rows), rows.block_rows, _MOST_READ_ROWS)
    rows.read(np.arange(min(n_rows, 32)))
    started = time.perf_counter()
    rows.read(np.arange(n_rows))
    return (time.perf_counter() - started) / n_rows


def _evaluation_seconds(user_model: UserModel, rows: PreparedRows) -> float:
    """How long it takes to predict the measured rows; metrics come on top of that."""
    n_rows = min(len(rows), rows.block_rows)
    few = replace(rows, rows=rows.rows[:n_rows])
    # Once for what is compiled.
    evaluate_rows(user_model.keras_model, few, user_model.layout)
    started = time.perf_counter()
    evaluate_rows(user_model.keras_model, few, user_model.layout)
    return (time.perf_counter() - started) * len(rows) / n_rows


def _n_models(design: DesignFolder) -> int:
    """How many times the network is trained."""
    split = design.task.split
    return 1 if split.folds is None else split.folds + split.retrain


def _peak_bytes() -> int:
    """The most memory that this process has had, rows and libraries included."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
