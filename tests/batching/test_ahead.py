from __future__ import annotations

import threading
from itertools import count

import pytest

from hornbook.batching.ahead import Ahead


def test_items_come_in_order_and_then_no_more():
    ahead = Ahead(iter(range(100)), 3, "test")
    assert list(ahead) == list(range(100))
    with pytest.raises(StopIteration):
        next(ahead)


def test_no_more_than_so_many_are_made_ahead():
    made, third_was_made = [], threading.Event()

    def items():
        for number in count():
            made.append(number)
            if number == 3:
                third_was_made.set()
            yield number

    ahead = Ahead(items(), 2, "test")
    assert next(ahead) == 0
    # 1 and 2 may wait; the thread has no room to ask for 3 before one of them is taken.
    assert not third_was_made.wait(0.05)
    assert next(ahead) == 1
    assert third_was_made.wait(10)
    ahead.close()
    assert len(made) <= 5


def test_a_failure_comes_after_what_was_made_before_it():
    def items():
        yield 1
        raise ValueError("broken")

    ahead = Ahead(items(), 5, "test")
    assert next(ahead) == 1
    for _ in range(2):
        with pytest.raises(ValueError, match="broken"):
            next(ahead)


def test_closing_ends_the_thread():
    ahead = Ahead(count(), 1, "closed by a test")
    next(ahead)
    ahead.close()
    assert "closed by a test" not in {thread.name for thread in threading.enumerate()}
