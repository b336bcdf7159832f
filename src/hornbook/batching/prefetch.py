"""Batches made ready by a thread while the model trains on those before."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras

__all__ = ["PrefetchedSequence", "prefetched"]

_AHEAD = 3


class PrefetchedSequence(keras.utils.PyDataset):  # type: ignore[misc]
    """Gives the batches of a sequence, of which a thread prepares the next few ahead.

    The thread asks the wrapped sequence for one batch after the other, from the first, so what is
    in a batch is what it would be without the thread. A batch asked for out of that order, or
    outside an epoch, is prepared on the spot. Each epoch has a thread of its own, which ends with
    the epoch; `close` ends one that is left.

    One thread asks for batches at a time, as Keras does.

    Attributes:
        failure: what went wrong in the wrapped sequence, if anything did. Where Keras hands an
            error on as another one, as it does on TensorFlow, this is the one to look at.

    Args:
        sequence: the sequence to wrap.
        ahead: how many batches may be ready and not asked for yet.
    """

    def __init__(self, sequence: Any, ahead: int = _AHEAD) -> None:
        super().__init__()
        self.sequence = sequence
        self.failure: Exception | None = None
        self._ahead = ahead
        self._preparing: _Preparing | None = None
        self._next: int | None = None

    def __len__(self) -> int:
        return len(self.sequence)

    def __getitem__(self, index: int) -> Any:
        try:
            if index != self._next:
                return self.sequence[index]
            if self._preparing is None:
                self._preparing = _Preparing(self.sequence, self._ahead)
            self._next += 1
            return self._preparing.take()
        except Exception as error:
            self.failure = error
            raise

    def on_epoch_begin(self) -> None:
        """Passes the call on; from here on batches are prepared ahead."""
        self.close()
        if hasattr(self.sequence, "on_epoch_begin"):
            self.sequence.on_epoch_begin()
        self._next = 0

    def on_epoch_end(self) -> None:
        """Passes the call on, once no batch of the epoch is being prepared any more."""
        self.close()
        if hasattr(self.sequence, "on_epoch_end"):
            self.sequence.on_epoch_end()

    def close(self) -> None:
        """Ends the thread, if one is left; batches are then prepared on the spot."""
        if self._preparing is not None:
            self._preparing.end()
        self._preparing = self._next = None


@contextmanager
def prefetched(sequence: Any) -> Iterator[Any]:
    """The sequence to give to `fit`: prefetched, where its batches take long to prepare.

    Our sequences say so in `takes_long`; any other one is given back as it is. In the end whatever
    prepares batches ahead is stopped, in sequences inside of the given one too.

    Raises:
        Exception: the error of the sequence itself, where `fit` ended with another one for it.
    """
    ahead = PrefetchedSequence(sequence) if getattr(sequence, "takes_long", False) else sequence
    try:
        yield ahead
    except Exception as error:
        failures = (getattr(one, "failure", None) for one in _with_wrapped(ahead))
        first = next((failure for failure in failures if failure is not None), error)
        if first is not error:
            raise first from error
        raise
    finally:
        for one in _with_wrapped(ahead):
            if callable(getattr(one, "close", None)):
                one.close()


def _with_wrapped(sequence: Any) -> Iterator[Any]:
    """A sequence, the one it wraps, and so on."""
    while sequence is not None:
        yield sequence
        sequence = getattr(sequence, "sequence", None)


class _Preparing:
    """A thread that prepares the batches of one epoch, and those that are ready."""

    def __init__(self, sequence: Any, ahead: int) -> None:
        self._sequence = sequence
        self._ahead = ahead
        self._ready: deque[Any] = deque()
        self._failure: Exception | None = None
        self._ended = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, daemon=True, name="prefetch")
        self._thread.start()

    def take(self) -> Any:
        """The next batch, as soon as it is ready.

        Raises:
            Exception: what the sequence raised instead of it.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._ready or self._failure is not None)
            if not self._ready and self._failure is not None:
                raise self._failure
            batch = self._ready.popleft()
            self._changed.notify_all()
            return batch

    def end(self) -> None:
        """Ends the thread after the batch it is at, and waits for that."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        try:
            for index in range(len(self._sequence)):
                with self._changed:
                    self._changed.wait_for(lambda: self._ended or len(self._ready) < self._ahead)
                    if self._ended:
                        return
                batch = self._sequence[index]
                with self._changed:
                    self._ready.append(batch)
                    self._changed.notify_all()
        except Exception as error:  # noqa: BLE001 - raised where the batch is asked for
            with self._changed:
                self._failure = error
                self._changed.notify_all()
