"""How long the steps of a training take, on a few batches that come again and again."""

from __future__ import annotations

import time
from typing import Any

import keras

from hornbook.backends.executions import paced_executions

__all__ = ["fit_seconds", "step_seconds"]

_SPAN_SECONDS = 0.4
_SPANS = 3
_MOST_STEPS = 5_000
_LONG_STEP_SECONDS = 2.0


def fit_seconds(model: Any, batches: list[tuple[Any, ...]], steps: int, in_all: int) -> float:
    """The seconds of so many steps of all, in the loop that trains.

    Args:
        model: compiled.
        batches: as a sequence gives them; taken in turn.
        steps: to make.
        in_all: of the whole training, by which the loop decides how many it makes at once.
    """
    with paced_executions(model, max(1, in_all // steps)):
        started = time.perf_counter()
        model.fit(_Repeated(batches, steps), verbose=0, shuffle=False)
        return time.perf_counter() - started


def step_seconds(
    model: Any, batches: list[tuple[Any, ...]], in_all: int
) -> tuple[float, float, float]:
    """How long a step takes.

    Args:
        model: compiled.
        batches: as for `fit_seconds`.
        in_all: as for `fit_seconds`.

    Returns:
        The seconds of the first step, with all that is compiled for it, and those of a step in
        the fastest and in the slowest of some spans of steps.
    """
    first = fit_seconds(model, batches, 1, in_all)
    second = fit_seconds(model, batches, 1, in_all)
    if second > _LONG_STEP_SECONDS:
        return first, second, second
    steps = max(len(batches), min(_MOST_STEPS, int(_SPAN_SECONDS / max(second, 1e-6))))
    # Once for what it may compile for so many steps at once, and to see how fast they are then.
    fit_seconds(model, batches, steps, in_all)
    rate = fit_seconds(model, batches, steps, in_all) / steps
    steps = max(len(batches), min(_MOST_STEPS, int(_SPAN_SECONDS / rate)))
    spans = [fit_seconds(model, batches, steps, in_all) / steps for _ in range(_SPANS)]
    return first, min(spans), max(spans)


class _Repeated(keras.utils.PyDataset):  # type: ignore[misc]
    """The same batches again and again."""

    def __init__(self, batches: list[tuple[Any, ...]], steps: int) -> None:
        super().__init__()
        self._batches = batches
        self._steps = steps

    def __len__(self) -> int:
        return self._steps

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        return self._batches[index % len(self._batches)]
