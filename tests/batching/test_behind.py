"""Work a little behind: in order, bounded, and failing where the next item is handed over."""

from __future__ import annotations

import threading

import pytest

from hornbook.batching.behind import Behind


def test_items_are_worked_on_in_order():
    seen = []
    behind = Behind(seen.append, most=2, name="test")
    for number in range(50):
        behind.put(number)
    behind.finish()
    assert seen == list(range(50))


def test_no_more_than_so_many_wait():
    may_go_on, waiting = threading.Event(), []
    behind = Behind(lambda _: may_go_on.wait(30), most=2, name="test")
    giver = threading.Thread(target=lambda: [behind.put(n) or waiting.append(n) for n in range(3)])
    giver.start()
    giver.join(0.2)
    assert giver.is_alive()
    assert len(waiting) == 2
    may_go_on.set()
    giver.join(30)
    behind.finish()
    assert waiting == [0, 1, 2]


def test_a_failure_is_raised_with_the_next_item_or_at_the_end():
    def fail(_):
        raise ValueError("no room")

    behind = Behind(fail, most=1, name="test")
    with pytest.raises(ValueError, match="no room"):
        for number in range(10):
            behind.put(number)
    with pytest.raises(ValueError, match="no room"):
        behind.finish()


def test_closing_forgets_what_waits():
    started, may_go_on, seen = threading.Event(), threading.Event(), []

    def work(number):
        started.set()
        may_go_on.wait(30)
        seen.append(number)

    behind = Behind(work, most=5, name="test")
    for number in range(4):
        behind.put(number)
    started.wait(30)
    closing = threading.Thread(target=behind.close)
    closing.start()
    may_go_on.set()
    closing.join(30)
    assert seen[0] == 0
    assert len(seen) < 4
