"""The advanced mode: the user's own sequences and call of `fit`, held to being measured."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import keras

from hornbook.backends.executions import paced_executions
from hornbook.batching import RowSequence, prefetched
from hornbook.design import TRAINING_FILE, DesignFolder
from hornbook.errors import TrainingError, UserCodeError
from hornbook.training.callbacks import Progress, StopWatch
from hornbook.training.model import UserModel
from hornbook.training.prepare import PreparedData
from hornbook.training.user_code import UserCode

__all__ = ["fit_advanced", "sequences_of", "without_base_callbacks"]

_PLAIN = keras.callbacks.Callback
_BATCH_HOOKS = ("on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end")


def fit_advanced(
    design: DesignFolder,
    data: PreparedData,
    user_model: UserModel,
    callbacks: list[Any],
    *,
    code: UserCode,
    prefix: str,
) -> None:
    """Calls the two functions of `training.py`.

    Args:
        design: says how.
        data: what to feed.
        user_model: the compiled model.
        callbacks: the base callbacks, without which `fit` does not start.
        code: the user's functions.
        prefix: of measured metrics in the logs.

    Raises:
        UserCodeError: one of the functions failed, or left out what it must use.
    """
    sequences = sequences_of(design, data, user_model, code)
    model = user_model.keras_model
    model.fit = _guarded_fit(model, callbacks, prefix)
    try:
        fit_model = code.function(TRAINING_FILE, "fit_model")
        fit_model(model, *sequences, list(callbacks))
    finally:
        del model.fit


def sequences_of(
    design: DesignFolder, data: PreparedData, user_model: UserModel, code: UserCode
) -> tuple[Any, Any]:
    """What the user's `build_sequences` makes: the train sequence and the validation sequence.

    Args:
        design: says in which order rows come.
        data: what to feed.
        user_model: whose layout the targets have.
        code: the user's functions.

    Raises:
        UserCodeError: it failed, or returned something else.
    """
    make = functools.partial(RowSequence, layout=user_model.layout)
    shuffle, seed = design.task.training.shuffle, design.task.seed

    def build_train_sequence_with_batch_size(batch_size: int) -> RowSequence:
        """The train rows in batches of that size."""
        return make(data.train, batch_size, shuffle=shuffle, seed=seed)

    def build_validation_sequence_with_batch_size(batch_size: int) -> RowSequence:
        """The measured rows in batches of that size."""
        return make(data.measured, batch_size)

    build = code.function(TRAINING_FILE, "build_sequences", "build_sequence")
    returned = build(
        build_train_sequence_with_batch_size, build_validation_sequence_with_batch_size
    )
    if not isinstance(returned, tuple | list) or len(returned) != 2:
        raise UserCodeError(
            f"build_sequences returned {type(returned).__name__}, expected two sequences",
            file=TRAINING_FILE,
            fix="End it with: return train_sequence, validation_sequence",
        )
    return returned[0], returned[1]


def _watches_batches(callback: Any) -> bool:
    """Whether a callback of the user's has something to do before or after a batch."""
    if isinstance(callback, Progress | StopWatch | keras.callbacks.History):
        return False
    if isinstance(callback, keras.callbacks.ModelCheckpoint):
        return bool(callback.save_freq != "epoch")
    return any(
        name in vars(callback) or getattr(type(callback), name) is not getattr(_PLAIN, name)
        for name in _BATCH_HOOKS
    )


def _guarded_fit(model: Any, base_callbacks: list[Any], prefix: str) -> Callable[..., Any]:
    """`model.fit` that refuses, before it starts, to train without being measured."""
    original = model.fit

    @functools.wraps(original)
    def guarded(*arguments: Any, **keywords: Any) -> Any:
        by_position = arguments[5] if len(arguments) > 5 else None
        given = keras.tree.flatten(keywords.get("callbacks", by_position) or [])
        if not all(callback in given for callback in base_callbacks):
            raise without_base_callbacks()
        if getattr(arguments[0] if arguments else keywords.get("x"), "shuffles_rows", False):
            # Rows come in a new order anyway; batches in order are read a block at a time.
            keywords["shuffle"] = False
        for callback in given:
            monitor = getattr(callback, "monitor", None)
            if isinstance(monitor, str) and monitor.startswith("Test ") and prefix != "Test ":
                raise TrainingError(
                    f"{type(callback).__name__} monitors '{monitor}', but this design chooses "
                    "epochs on a validation set and measures the test set once, at the end.",
                    fix='Monitor get_variable("DKU_MODEL_METRIC"), or '
                    f"'{prefix}{monitor.removeprefix('Test ')}'.",
                )
        keywords.setdefault("verbose", 0)
        sequence, *others = arguments or (keywords.pop("x", None),)
        with ExitStack() as stack:
            ahead = stack.enter_context(prefetched(sequence))
            if not any(map(_watches_batches, given)):
                stack.enter_context(paced_executions(model))
            return original(ahead, *others, **keywords)

    return guarded


def without_base_callbacks() -> UserCodeError:
    """The error of a `fit_model` that trains without being measured."""
    return UserCodeError(
        "fit_model trained without base_callbacks, so nothing was measured or kept",
        file=TRAINING_FILE,
        fix="Pass them on: model.fit(train_sequence, epochs=10, callbacks=base_callbacks). "
        "Callbacks of your own go after them: callbacks=base_callbacks + [my_callback].",
    )
