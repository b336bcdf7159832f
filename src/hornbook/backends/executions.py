"""How many training steps Keras makes at once: decided anew while it trains, not before.

Between two steps Keras runs its callbacks and goes through its Python code, which for a small
network takes longer than the step. With `steps_per_execution` it makes several steps on end: the
same steps on the same batches, with the same weights to the last bit. But Keras wants the number
before it trains, makes more steps than there are where the number does not divide them, and looks
for a stop only in between. Here the number follows from the time that steps are seen to take.
"""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from importlib import import_module
from typing import Any

import keras

from hornbook.backends.chunk_steps import ChunkedEpoch, GivesChunks, chunked_sequence

__all__ = ["StepTimer", "paced_executions"]

_AT_ONCE_SECONDS = 0.25
"""An execution takes about that long at most: a stop asked for takes effect after it."""

_MOST_STEPS = 128
_GROWTH = 4


class StepTimer:
    """Watches how long steps take, and says how many to make at once.

    Owned by the thread that trains.

    Args:
        at_once_seconds: how long the steps made at once may take.
    """

    def __init__(self, at_once_seconds: float = _AT_ONCE_SECONDS) -> None:
        self._at_once_seconds = at_once_seconds
        self._executions = 0
        self._last = 1
        self._step_seconds: float | None = None

    @property
    def step_seconds(self) -> float | None:
        """How long a step takes, as the last executions were; `None` before two of them."""
        return self._step_seconds

    @property
    def steps(self) -> int:
        """How many steps to make at once: few at first, then more and more."""
        return min(self.most_steps, _GROWTH * self._last)

    @property
    def most_steps(self) -> int:
        """How many steps take a quarter of a second, at most 128."""
        if self._step_seconds is None:
            return 1
        within = int(self._at_once_seconds / max(self._step_seconds, 1e-6))
        return max(1, min(within, _MOST_STEPS))

    def add(self, steps: int, seconds: float) -> None:
        """Takes in an execution of so many steps; the first one, which compiles, does not count."""
        self._executions += 1
        if self._executions == 1:
            return
        self._last = max(self._last, steps)
        seen = seconds / steps
        before = self._step_seconds
        self._step_seconds = seen if before is None else max(seen, (before + seen) / 2)


@contextmanager
def paced_executions(model: Any) -> Iterator[None]:
    """Inside, `model.fit` makes as many steps at once as take a quarter of a second.

    It has no effect on PyTorch, on a model that was compiled with a number of its own, that runs
    eagerly or on several devices, and where Keras is not as it is known here.

    Args:
        model: compiled.
    """
    backend = keras.backend.backend()
    names = {"jax": "JAXEpochIterator", "tensorflow": "TFEpochIterator"}
    module = import_module(f"keras.src.backend.{backend}.trainer") if backend in names else None
    original = getattr(module, names.get(backend, ""), None)
    if original is None or not _may_be_paced(model):
        yield
        return
    pace = _PACES.get(model)
    if pace is None:
        pace = _PACES[model] = _JaxPace(model) if backend == "jax" else _TensorFlowPace(model)

    def put_back() -> None:
        setattr(module, names[backend], original)

    # The first iterator is that of `fit`; the next ones belong to what callbacks evaluate.
    setattr(module, names[backend], _paced(original, pace, put_back))
    try:
        with _results_of_last_step(model) if backend == "jax" else nullcontext():
            yield
    finally:
        put_back()
        pace.end()


_RESULTS_FROM = ("train_step", "test_step", "compute_metrics", "get_metrics_result")
"""What a model may do in its own way, so that a step gives something else than the results."""


@contextmanager
def _results_of_last_step(model: Any) -> Iterator[None]:
    """Inside, an epoch's metrics are those that its last step gave.

    Keras computes them once more, operation by operation, for backends that may finish steps in
    another order. On JAX each step has the state of the one before, and compiling these
    operations takes as long as a third of the step itself.
    """
    if any(getattr(type(model), name) is not getattr(keras.Model, name) for name in _RESULTS_FROM):
        yield
        return
    model._get_metrics_result_or_logs = lambda logs: logs
    try:
        yield
    finally:
        del model._get_metrics_result_or_logs


def _may_be_paced(model: Any) -> bool:
    strategy = getattr(model, "distribute_strategy", None)
    return (
        getattr(model, "steps_per_execution", None) == 1
        and not model.run_eagerly
        and keras.distribution.distribution() is None
        and (strategy is None or strategy.num_replicas_in_sync == 1)
        and (model.train_function is None or model in _PACES)
        and type(model).make_train_function is keras.Model.make_train_function
    )


class _Pace:
    """The pace of one model: how many steps it makes at once, and the function that makes them.

    Attributes:
        timer: watches the steps.
    """

    def __init__(self, model: Any) -> None:
        self.timer = StepTimer()
        self._steps = 1
        # The function has it, and the model has the function; this is what the model is a key to.
        self._on_chunks: Callable[[], Any] = lambda: None
        self._model_reference = weakref.ref(model)
        # The model asks for its function when it trains, and again once it was compiled anew.
        model.make_train_function = self._make

    @property
    def _model(self) -> Any:
        return self._model_reference()

    def take_steps(self, left: int) -> int:
        """How many steps are made next, of those that are left in the epoch."""
        self._steps = min(self.timer.steps, left)
        return self._steps

    def end(self) -> None:
        """Makes one step at once from here on, as Keras expects of the function."""
        self._steps = 1

    def _make(self, force: bool = False) -> None:
        model = self._model
        if model.train_function is not None and not force:
            return
        if model.steps_per_execution != 1 or model.run_eagerly:
            type(model).make_train_function(model, force)
            return
        model.train_function = self._function()

    def _function(self) -> Callable[..., Any]:
        """Makes as many steps as were taken last, on an iterator of Keras or a `ChunkedEpoch`."""
        raise NotImplementedError

    def begin_chunks(self, sequence: GivesChunks) -> ChunkedEpoch | None:
        """An epoch of the sequence for the function, if there is one that takes chunks.

        Before Keras makes the function it looks at a batch.
        """
        return None if self._model.train_function is None else self._begin_chunks(sequence)

    def _begin_chunks(self, sequence: GivesChunks) -> ChunkedEpoch | None:
        on_chunks = self._on_chunks()
        return None if on_chunks is None else on_chunks.begin_epoch(sequence)


class _JaxPace(_Pace):
    """The pace on JAX, where any number of steps is a loop over the same function."""

    def _function(self) -> Callable[..., Any]:
        from hornbook.backends.jax_steps import JaxSteps

        # Made for more than one step, Keras' function reads their number whenever it is called.
        several = self._made_for(2)
        on_chunks = JaxSteps(self._model)
        self._on_chunks = weakref.ref(on_chunks)

        def make_steps(state: Any, batches: Any) -> Any:
            if isinstance(batches, ChunkedEpoch):
                return on_chunks(state, batches, self._steps)
            return self._called(several, self._steps, (state, batches))

        return make_steps

    def _begin_chunks(self, sequence: GivesChunks) -> ChunkedEpoch | None:
        is_plain = self._model.jit_compile and not keras.config.is_nnx_enabled()
        return super()._begin_chunks(sequence) if is_plain else None

    def _made_for(self, steps: int) -> Callable[..., Any]:
        model = self._model
        model.steps_per_execution = steps
        try:
            type(model).make_train_function(model, True)
        finally:
            model.steps_per_execution = 1
        made: Callable[..., Any] = model.train_function
        return made

    def _called(self, function: Callable[..., Any], steps: int, arguments: Any) -> Any:
        """Calls with a number of steps that is gone afterwards: evaluating goes by it, too."""
        self._model.steps_per_execution = steps
        try:
            return function(*arguments)
        finally:
            self._model.steps_per_execution = 1


class _TensorFlowPace(_Pace):
    """The pace on TensorFlow."""

    def _function(self) -> Callable[..., Any]:
        from hornbook.backends.tensorflow_steps import TensorFlowSteps

        make_steps = TensorFlowSteps(self._model)
        self._on_chunks = weakref.ref(make_steps)
        return lambda batches: make_steps(batches, self._steps)


_PACES: weakref.WeakKeyDictionary[Any, _Pace] = weakref.WeakKeyDictionary()
"""By model: a model that is fitted several times keeps what was compiled for it."""


def _paced(original: type[Any], pace: _Pace, when_made: Callable[[], None]) -> type[Any]:
    """Keras' iterator over the executions of an epoch, with a number of steps for each."""

    class PacedEpochIterator(original):  # type: ignore[misc]
        def __init__(self, *arguments: Any, **keywords: Any) -> None:
            when_made()
            super().__init__(*arguments, **keywords)

        def _enumerate_iterator(self) -> Iterator[tuple[int, int, Any]]:
            total = self._num_batches
            if self.steps_per_epoch or not total:
                pace.end()
                yield from super()._enumerate_iterator()
                return
            self.data_adapter.on_epoch_begin()
            sequence = chunked_sequence(self.data_adapter)
            chunks = None if sequence is None else pace.begin_chunks(sequence)
            self._current_iterator = chunks or iter(self._get_iterator())
            done = 0
            while done < total:
                left = total - done
                steps = pace.take_steps(min(left, chunks.steps_at_hand()) if chunks else left)
                self._steps_seen = done + steps
                started = time.perf_counter()
                yield done, done + steps - 1, self._current_iterator
                pace.timer.add(steps, time.perf_counter() - started)
                done += steps
            self._current_iterator = None
            self.data_adapter.on_epoch_end()

    return PacedEpochIterator
