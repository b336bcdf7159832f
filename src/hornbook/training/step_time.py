"""How long the steps of a training take, on a few batches that come again and again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from hornbook.backends.executions import paced_executions

__all__ = ["fit_seconds", "step_seconds"]

_SPAN_SECONDS = 0.4
_SPANS = 3
_MOST_STEPS = 5_000
_LONG_STEP_SECONDS = 2.0


def fit_seconds(model: Any, batches: list[tuple[Any, ...]], steps: int) -> float:
    """The seconds of so many steps of all, in the loop that trains.

    Args:
        model: compiled.
        batches: as a sequence gives them; taken in turn.
        steps: to make.
    """
    with paced_executions(model):
        started = time.perf_counter()
        model.fit(_Repeated(batches, steps), verbose=0, shuffle=False)
        return time.perf_counter() - started


def step_seconds(model: Any, batches: list[tuple[Any, ...]]) -> tuple[float, float, float]:
    """How long a step takes.

    Args:
        model: compiled.
        batches: as for `fit_seconds`.

    Returns:
        The seconds of the first step, with all that is compiled for it, and those of a step in
        the fastest and in the slowest of some spans of steps.
    """
    first = fit_seconds(model, batches, 1)
    second = fit_seconds(model, batches, 1)
    if second > _LONG_STEP_SECONDS:
        return first, second, second
    steps = max(len(batches), min(_MOST_STEPS, int(_SPAN_SECONDS / max(second, 1e-6))))
    # Once to see how fast they are when so many are made at once.
    fit_seconds(model, batches, steps)
    rate = fit_seconds(model, batches, steps) / steps
    steps = max(len(batches), min(_MOST_STEPS, int(_SPAN_SECONDS / rate)))
    spans = [fit_seconds(model, batches, steps) / steps for _ in range(_SPANS)]
    return first, min(spans), max(spans)


class _Repeated(keras.utils.PyDataset):  # type: ignore[misc]
    """The same batches again and again, as a `RowSequence` gives them."""

    def __init__(self, batches: list[tuple[Any, ...]], steps: int) -> None:
        super().__init__()
        self._batches = batches
        self._steps = steps
        sizes = [len(keras.tree.flatten(batch)[0]) for batch in batches]
        self.batch_size = sizes[0]
        self.gives_chunks = len(set(sizes)) == 1

    def __len__(self) -> int:
        return self._steps

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        return self._batches[index % len(self._batches)]

    def encoded_chunks(self) -> Iterator[tuple[Any, ...]]:
        """All batches in one piece, as often as the steps take, and what is left."""
        whole = keras.tree.map_structure(lambda *arrays: np.concatenate(arrays), *self._batches)
        for done in range(0, self._steps, len(self._batches)):
            n_rows = (self._steps - done) * self.batch_size
            yield keras.tree.map_structure(lambda array, n=n_rows: array[:n], whole)

    def decode_inputs(self, inputs: dict[str, Any], namespace: Any) -> dict[str, Any]:
        """The inputs, which are decoded already."""
        del namespace
        return inputs
