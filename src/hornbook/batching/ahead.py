"""Work done by a thread a little ahead of the one who needs it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from typing import Generic, TypeVar

__all__ = ["Ahead"]

Item = TypeVar("Item")


class Ahead(Generic[Item]):
    """An iterator whose next items are made by a thread, so many and no more.

    One thread takes at a time. The thread ends with the items, or with `close`.

    Args:
        items: what the thread goes through; nobody else may.
        most: how many items may be ready and not taken yet.
        name: of the thread.

    Example:
        >>> ahead = Ahead(iter(range(3)), most=2, name="counting")
        >>> list(ahead)
        [0, 1, 2]
    """

    def __init__(self, items: Iterator[Item], most: int, name: str) -> None:
        self._items = items
        self._most = most
        self._ready: deque[Item] = deque()
        self._failure: Exception | None = None
        self._is_over = False
        self._is_closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, daemon=True, name=name)
        self._thread.start()

    def __iter__(self) -> Iterator[Item]:
        return self

    def __next__(self) -> Item:
        """The next item, as soon as it is ready.

        Raises:
            Exception: what making it has raised.
            StopIteration: there is none.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._ready or self._is_over)
            if self._ready:
                item = self._ready.popleft()
                self._changed.notify_all()
                return item
        if self._failure is not None:
            raise self._failure
        raise StopIteration

    def close(self) -> None:
        """Ends the thread after the item it is at, and waits for that."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        self._thread.join()
        with self._changed:
            self._ready.clear()

    def _run(self) -> None:
        try:
            while self._has_room():
                item = next(self._items)
                with self._changed:
                    self._ready.append(item)
                    self._changed.notify_all()
        except StopIteration:
            pass
        except Exception as error:  # noqa: BLE001 - raised where the item is asked for
            self._failure = error
        with self._changed:
            self._is_over = True
            self._changed.notify_all()

    def _has_room(self) -> bool:
        """Waits until there is room for one more; false once there is no need for it."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or len(self._ready) < self._most)
            return not self._is_closed
