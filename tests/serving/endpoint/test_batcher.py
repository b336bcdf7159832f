from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable

import pytest

from hornbook.serving.endpoint.batcher import Batcher
from hornbook.serving.endpoint.predictions import Predictions
from hornbook.serving.endpoint.refusal import RefusedError
from hornbook.serving.endpoint.row_values import Cells


class Model:
    """Doubles numbers; waits to be let go, so that requests gather."""

    def __init__(self) -> None:
        self.batches: list[list[float]] = []
        self.may_go = threading.Event()
        self.has_begun = threading.Event()

    def predict(self, cells: Cells, n_rows: int) -> Predictions:
        assert len(cells[0]) == n_rows
        self.has_begun.set()
        assert self.may_go.wait(30)
        self.batches.append(list(cells[0]))
        if 13 in cells[0]:
            raise RefusedError(422, "13 is not predicted.")
        if 14 in cells[0]:
            raise KeyboardInterrupt
        return Predictions([[2 * value for value in cells[0]]], {})


def run(model: Model, work: Callable[[Batcher], Awaitable[None]], queue_rows: int = 100) -> None:
    async def main() -> None:
        batcher = Batcher(
            model.predict,
            limit=4,
            queue_rows=queue_rows,
            window_seconds=0.001,
            on_batch=lambda rows, seconds: None,
            name="test",
        )
        try:
            await work(batcher)
        finally:
            batcher.close()

    asyncio.run(main())


def begin(batcher: Batcher, *values: float) -> asyncio.Task[Predictions]:
    return asyncio.ensure_future(batcher.predict([list(values)], len(values)))


async def first_in_work(model: Model, batcher: Batcher) -> asyncio.Task[Predictions]:
    first = begin(batcher, 1)
    await asyncio.sleep(0)
    assert await asyncio.to_thread(model.has_begun.wait, 30)
    return first


def test_what_comes_meanwhile_is_predicted_together_up_to_the_limit() -> None:
    model = Model()

    async def work(batcher: Batcher) -> None:
        tasks = [await first_in_work(model, batcher)]
        tasks += [begin(batcher, 2), begin(batcher, 3, 4), begin(batcher, 5, 6), begin(batcher, 7)]
        await asyncio.sleep(0)
        model.may_go.set()
        found = [(await task).columns[0] for task in tasks]
        assert found == [[2], [4], [6, 8], [10, 12], [14]]
        assert batcher.waiting_rows == 0

    run(model, work)
    # Rows of one request stay together: 5 and 6 wait for the next batch.
    assert model.batches == [[1], [2, 3, 4], [5, 6, 7]]


def test_a_refused_row_is_refused_alone() -> None:
    model = Model()

    async def work(batcher: Batcher) -> None:
        tasks = [await first_in_work(model, batcher)]
        tasks += [begin(batcher, 2), begin(batcher, 13), begin(batcher, 14), begin(batcher, 4)]
        await asyncio.sleep(0)
        model.may_go.set()
        found = await asyncio.gather(*tasks, return_exceptions=True)
        assert [one.columns for one in found if isinstance(one, Predictions)] == [
            [[2]],
            [[4]],
            [[8]],
        ]
        assert isinstance(found[2], RefusedError)
        assert isinstance(found[3], RuntimeError)
        # The thread lives on.
        assert (await batcher.predict([[9]], 1)).columns == [[18]]

    run(model, work)


def test_a_full_queue_turns_away_and_says_when_to_come() -> None:
    model = Model()

    async def work(batcher: Batcher) -> None:
        tasks = [await first_in_work(model, batcher), begin(batcher, 2), begin(batcher, 3)]
        await asyncio.sleep(0)
        with pytest.raises(RefusedError) as caught:
            await batcher.predict([[4]], 1)
        assert caught.value.status == 429
        assert int(caught.value.headers["retry-after"]) >= 1
        admitted = asyncio.ensure_future(batcher.predict([[5]], 1, admitted=True))
        await asyncio.sleep(0)
        model.may_go.set()
        assert [(await task).columns for task in (*tasks, admitted)] == [
            [[2]],
            [[4]],
            [[6]],
            [[10]],
        ]

    run(model, work, queue_rows=2)


def test_who_no_longer_waits_is_not_predicted() -> None:
    model = Model()

    async def work(batcher: Batcher) -> None:
        first = await first_in_work(model, batcher)
        gone, stays = begin(batcher, 2), begin(batcher, 3)
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.sleep(0)
        model.may_go.set()
        assert (await first).columns == [[2]]
        assert (await stays).columns == [[6]]

    run(model, work)
    assert model.batches == [[1], [3]]
