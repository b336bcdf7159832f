"""How long the steps of a training take, on a few batches that come again and again."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import keras
import numpy as np

from hornbook.backends.executions import paced_executions

__all__ = ["StepClock"]

_SPAN_SECONDS = 0.4
_SPANS = 3
_MOST_STEPS = 5_000
_LONG_STEP_SECONDS = 2.0
_CHUNK_BYTES = 4 * 2**20
_MOST_IN_CHUNK = 256


class StepClock:
    """Times the steps of a model in the loop that trains.

    Owned by one thread.

    Args:
        model: compiled, and not trained by other means before.
        batches: as a sequence gives them; taken in turn.
        in_chunks: whether the training gets them in chunks, see `RowSequence`.
    """

    def __init__(
        self, model: Any, batches: list[tuple[Any, ...]], *, in_chunks: bool = True
    ) -> None:
        self._model = model
        # The same one every time: what is compiled for it stays.
        self._repeated = _Repeated(batches, in_chunks=in_chunks)
        self.n_batches = len(batches)

    def fit_seconds(self, steps: int) -> float:
        """The seconds of so many steps."""
        self._repeated.steps = steps
        with paced_executions(self._model):
            started = time.perf_counter()
            self._model.fit(self._repeated, verbose=0, shuffle=False)
            return time.perf_counter() - started

    def step_seconds(self) -> tuple[float, float, float]:
        """How long a step takes.

        Returns:
            The seconds of the first step, with all that is compiled for it, and those of a step in
            the fastest and in the slowest of some spans of steps.
        """
        first, second = self.fit_seconds(1), self.fit_seconds(1)
        if second > _LONG_STEP_SECONDS:
            return first, second, second
        steps = max(self.n_batches, min(_MOST_STEPS, int(_SPAN_SECONDS / max(second, 1e-6))))
        # Once to see how fast they are when so many are made at once.
        self.fit_seconds(steps)
        rate = self.fit_seconds(steps) / steps
        steps = max(self.n_batches, min(_MOST_STEPS, int(_SPAN_SECONDS / rate)))
        spans = [self.fit_seconds(steps) / steps for _ in range(_SPANS)]
        return first, min(spans), max(spans)


class _Repeated(keras.utils.PyDataset):  # type: ignore[misc]
    """The same batches again and again, as a `RowSequence` gives them."""

    def __init__(self, batches: list[tuple[Any, ...]], *, in_chunks: bool) -> None:
        super().__init__()
        self.steps = 0
        self._batches = batches
        sizes = [len(keras.tree.flatten(batch)[0]) for batch in batches]
        self.batch_size = sizes[0]
        self.gives_chunks = in_chunks and len(set(sizes)) == 1

    def __len__(self) -> int:
        return self.steps

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        return self._batches[index % len(self._batches)]

    @cached_property
    def _whole(self) -> Any:
        """As many batches in one piece as a training has at hand."""
        arrays = keras.tree.flatten(self._batches)
        times = _CHUNK_BYTES // max(1, sum(np.asarray(array).nbytes for array in arrays))
        batches = self._batches * max(1, min(times, _MOST_IN_CHUNK // len(self._batches)))
        return keras.tree.map_structure(lambda *arrays: np.concatenate(arrays), *batches)

    def encoded_chunks(self) -> Iterator[tuple[Any, ...]]:
        """Always the same piece, so that no other length is compiled for; the end may be left."""
        return itertools.repeat(self._whole)

    def decode_inputs(self, inputs: dict[str, Any], namespace: Any) -> dict[str, Any]:
        """The inputs, which are decoded already."""
        del namespace
        return inputs
