"""Threads for work that lets go of Python's lock, such as decoding images."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import cv2

__all__ = ["map_in_threads"]

Item = TypeVar("Item")
Result = TypeVar("Result")

_MOST_THREADS = 8
_CHUNKS_A_THREAD = 4


class _Pool:
    """One pool for the process, made when it is first needed; any thread may use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._executor: ThreadPoolExecutor | None = None
        self._member = threading.local()
        self.threads = min(_MOST_THREADS, len(os.sched_getaffinity(0)))

    @property
    def is_member(self) -> bool:
        """Whether the current thread is one of the pool, which must not wait for the pool."""
        return getattr(self._member, "is_member", False)

    @property
    def executor(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._executor is None:
                # OpenCV's own threads would only compete with these.
                cv2.setNumThreads(1)
                self._executor = ThreadPoolExecutor(
                    self.threads, thread_name_prefix="hornbook", initializer=self._join
                )
            return self._executor

    def _join(self) -> None:
        self._member.is_member = True


_POOL = _Pool()


def map_in_threads(function: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """`[function(item) for item in items]`, several at a time.

    Args:
        function: safe to call from several threads at once.
        items: any number of them; they are handed out in runs, so small work is fine.

    Returns:
        The results, in the order of the items.

    Raises:
        Exception: the first one, in the order of the items, that `function` raises.

    Example:
        >>> map_in_threads(lambda number: number * 2, range(5))
        [0, 2, 4, 6, 8]
    """
    if len(items) < 2 or _POOL.threads < 2 or _POOL.is_member:
        return [function(item) for item in items]
    size = -(-len(items) // (_POOL.threads * _CHUNKS_A_THREAD))
    chunks = [items[start : start + size] for start in range(0, len(items), size)]
    done = _POOL.executor.map(lambda chunk: [function(item) for item in chunk], chunks)
    return [result for results in done for result in results]
