"""Work done by a thread a little behind the one who hands it over."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["Behind"]

Item = TypeVar("Item")


class Behind(Generic[Item]):
    """A thread that does something with items, in the order in which they are handed over.

    One thread hands over at a time. The thread ends with `finish` or `close`.

    Args:
        work: called in the thread with each item.
        most: how many items may wait.
        name: of the thread.

    Example:
        >>> seen = []
        >>> behind = Behind(seen.append, most=2, name="collecting")
        >>> for number in range(3):
        ...     behind.put(number)
        >>> behind.finish()
        >>> seen
        [0, 1, 2]
    """

    def __init__(self, work: Callable[[Item], None], most: int, name: str) -> None:
        self._work = work
        self._most = most
        self._waiting: deque[Item] = deque()
        self._failure: Exception | None = None
        self._no_more = False
        self._is_closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, daemon=True, name=name)
        self._thread.start()

    def put(self, item: Item) -> None:
        """Hands over an item, once there is room for it.

        Raises:
            Exception: what the work on an item before has raised.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._failure or len(self._waiting) < self._most)
            if self._failure is not None:
                raise self._failure
            self._waiting.append(item)
            self._changed.notify_all()

    def finish(self) -> None:
        """Waits until the work on all items is done.

        Raises:
            Exception: what it has raised.
        """
        with self._changed:
            self._no_more = True
            self._changed.notify_all()
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def close(self) -> None:
        """Ends the thread after the item it is at, and waits for that; others are forgotten."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._no_more or self._is_closed)
                if self._is_closed or not self._waiting:
                    return
                item = self._waiting[0]
            try:
                self._work(item)
            except Exception as error:  # noqa: BLE001 - raised where the next item is handed over
                with self._changed:
                    self._failure = error
                    self._changed.notify_all()
                return
            with self._changed:
                self._waiting.popleft()
                self._changed.notify_all()
