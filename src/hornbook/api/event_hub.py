"""Events for all open pages: numbered, kept for a while, sent to each as one text."""

from __future__ import annotations

import asyncio
import json
import secrets
import threading
from collections import deque
from typing import Any

__all__ = ["EventHub", "Listener"]

_KEPT = 20_000
_MOST_WAITING = 5_000


class Listener:
    """One open page; used in the server's event loop only.

    Attributes:
        messages: JSON texts to be sent; `None` says that the page cannot keep up.
    """

    def __init__(self) -> None:
        self.messages: asyncio.Queue[str | None] = asyncio.Queue()

    def put(self, texts: list[str]) -> None:
        """Adds messages; a page too slow to take them is told to begin anew."""
        if self.messages.qsize() > _MOST_WAITING:
            self.messages = asyncio.Queue()
            self.messages.put_nowait(None)
            return
        for text in texts:
            self.messages.put_nowait(text)


class EventHub:
    """Numbers events and hands them to every listener. Any thread may publish.

    Attributes:
        instance: of this run of the server; the numbers start again with the next.
    """

    def __init__(self) -> None:
        self.instance = secrets.token_hex(8)
        self._lock = threading.Lock()
        self._kept: deque[tuple[int, str]] = deque(maxlen=_KEPT)
        self._sequence = 0
        self._listeners: set[Listener] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: list[str] = []

    @property
    def sequence(self) -> int:
        """The number of the last event."""
        return self._sequence

    @property
    def n_listeners(self) -> int:
        """How many pages are open."""
        return len(self._listeners)

    def publish(self, kind: str, **values: Any) -> None:
        """Sends an event to all listeners.

        Args:
            kind: what happened.
            values: JSON values.
        """
        with self._lock:
            self._sequence += 1
            event = {"type": kind, "sequence": self._sequence, **values}
            text = json.dumps(event, ensure_ascii=False)
            self._kept.append((self._sequence, text))
            loop = self._loop
            if loop is None or loop.is_closed():
                return
            self._waiting.append(text)
            if len(self._waiting) > 1:
                return  # They go together.
        loop.call_soon_threadsafe(self._hand_out)

    def listen(self, instance: str | None, after: int | None) -> tuple[Listener, bool]:
        """Adds a listener, in the event loop.

        Args:
            instance: of the run that the page has heard last.
            after: the number of the last event it has heard.

        Returns:
            The listener, and whether all events since then are among its messages; where not,
            the page must read anew what it shows.
        """
        listener = Listener()
        with self._lock:
            self._loop = asyncio.get_running_loop()
            missed = None if after is None or instance != self.instance else self._since(after)
            if missed:
                # Some of these may come twice; their numbers tell.
                listener.put(missed)
            self._listeners.add(listener)
        return listener, missed is not None

    def forget(self, listener: Listener) -> None:
        """Removes a listener."""
        self._listeners.discard(listener)

    def _since(self, after: int) -> list[str] | None:
        if after > self._sequence:
            return None
        if self._kept and self._kept[0][0] > after + 1:
            return None
        return [text for number, text in self._kept if number > after]

    def _hand_out(self) -> None:
        with self._lock:
            texts, self._waiting = self._waiting, []
        for listener in self._listeners:
            listener.put(texts)
