"""Rows of many requests, predicted together by one thread."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from hornbook.serving.endpoint.predictions import Predictions
from hornbook.serving.endpoint.refusal import RefusedError
from hornbook.serving.endpoint.row_values import Cells

__all__ = ["Batcher", "Predict"]

Predict = Callable[[Cells, int], Predictions]
"""Predicts cells of so many rows."""

_SMOOTHING = 0.2


@dataclass(eq=False)
class _Work:
    """Rows that wait for the model, and who waits for them."""

    cells: Cells
    n_rows: int
    future: asyncio.Future[Predictions]
    since: float


class Batcher:
    """Predicts what has gathered while the batch before was predicted.

    So a row that comes alone starts at once, and many that come together share a batch, without
    a time to wait for company. Only where the last batches had several requests, it waits for up to
    `window_seconds` until as many have come again.

    `predict` is called by the loop of the event loop; the model is used by one thread of the
    batcher's own. If a batch is refused, its requests are predicted one by one, so that each is
    answered for itself.

    Args:
        predict: predicts cells.
        limit: how many rows a batch has at most.
        queue_rows: how many rows may wait.
        window_seconds: the longest wait for more requests, under load.
        on_batch: told the rows of a batch and its seconds, by the batcher's thread.
        name: of the thread.
    """

    def __init__(
        self,
        predict: Predict,
        *,
        limit: int,
        queue_rows: int,
        window_seconds: float,
        on_batch: Callable[[int, float], None],
        name: str,
    ) -> None:
        self._predict = predict
        self._limit = limit
        self._queue_rows = queue_rows
        self._window_seconds = window_seconds
        self._on_batch = on_batch
        self._queue: SimpleQueue[_Work | None] = SimpleQueue()
        self._held: _Work | None = None
        self._closed = False
        # Each of the two is written by one thread only.
        self._submitted_rows = 0
        self._taken_rows = 0
        self._requests_a_batch = 1.0
        self._row_seconds = 0.001
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    @property
    def waiting_rows(self) -> int:
        """How many rows wait."""
        return self._submitted_rows - self._taken_rows

    async def predict(self, cells: Cells, n_rows: int, *, admitted: bool = False) -> Predictions:
        """Predicts at most `limit` rows.

        Args:
            cells: the rows.
            n_rows: how many.
            admitted: whether they belong to a request of which rows were predicted already; those
                are not turned away.

        Raises:
            RefusedError: too many rows wait, or the model refuses these.
        """
        waiting = self.waiting_rows
        if not admitted and waiting + n_rows > max(self._queue_rows, n_rows):
            seconds = max(1, math.ceil(waiting * self._row_seconds))
            raise RefusedError(
                429,
                f"{waiting} rows wait for the model already, and {self._queue_rows} may.",
                fix=f"Send the request again in {seconds} s, or give the endpoint more workers.",
                headers={"retry-after": str(seconds)},
            )
        future: asyncio.Future[Predictions] = self._loop.create_future()
        self._submitted_rows += n_rows
        self._queue.put(_Work(cells, n_rows, future, time.perf_counter()))
        return await future

    def close(self) -> None:
        """Ends the thread once all that waits is predicted."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)

    def _work(self) -> None:
        while True:
            works = self._next_batch()
            if works is None:
                return
            if works:
                self._answer(works)

    def _next_batch(self) -> list[_Work] | None:
        """Requests that are still wanted, `None` at the end."""
        first = self._held if self._held is not None else self._queue.get()
        self._held = None
        if first is None:
            return None
        works, n_rows = [first], first.n_rows
        deadline = time.perf_counter() + self._window_seconds
        expected = self._requests_a_batch
        while n_rows < self._limit:
            work = self._next(deadline if len(works) + 1 < expected else None)
            if work is None:
                break
            if n_rows + work.n_rows > self._limit:
                self._held = work
                break
            works.append(work)
            n_rows += work.n_rows
        self._taken_rows += n_rows
        self._requests_a_batch += _SMOOTHING * (len(works) - self._requests_a_batch)
        return [work for work in works if not work.future.done()]

    def _next(self, deadline: float | None) -> _Work | None:
        """The next request, waited for where there is a deadline."""
        try:
            work = self._queue.get_nowait()
        except Empty:
            left = 0.0 if deadline is None else deadline - time.perf_counter()
            if left <= 0:
                return None
            try:
                work = self._queue.get(timeout=left)
            except Empty:
                return None
        if work is None:
            # The end, which comes after all requests.
            self._queue.put(None)
        return work

    def _answer(self, works: Sequence[_Work]) -> None:
        started = time.perf_counter()
        answers = self._predicted(works)
        seconds = time.perf_counter() - started
        n_rows = sum(work.n_rows for work in works)
        self._row_seconds += _SMOOTHING * (seconds / n_rows - self._row_seconds)
        for work, answer in zip(works, answers, strict=True):
            if isinstance(answer, Predictions):
                answer.wait_seconds = started - work.since
                answer.predict_seconds = seconds
        self._on_batch(n_rows, seconds)
        self._loop.call_soon_threadsafe(_deliver, works, answers)

    def _predicted(self, works: Sequence[_Work]) -> list[Predictions | BaseException]:
        cells = works[0].cells
        if len(works) > 1:
            cells = [
                [cell for work in works for cell in work.cells[column]]
                for column in range(len(cells))
            ]
        try:
            predictions = self._predict(cells, sum(work.n_rows for work in works))
        # A panic of Polars is no Exception, and must not end the thread.
        except BaseException as error:  # noqa: BLE001
            if len(works) == 1:
                return [error]
            return [self._predicted([work])[0] for work in works]
        parts: list[Predictions | BaseException] = []
        start = 0
        for work in works:
            parts.append(predictions.part(start, start + work.n_rows))
            start += work.n_rows
        return parts


def _deliver(works: Sequence[_Work], answers: Sequence[Predictions | BaseException]) -> None:
    for work, answer in zip(works, answers, strict=True):
        if work.future.done():
            continue
        if isinstance(answer, Exception):
            work.future.set_exception(answer)
        elif isinstance(answer, BaseException):
            work.future.set_exception(RuntimeError(f"{type(answer).__name__}: {answer}"))
        else:
            work.future.set_result(answer)
