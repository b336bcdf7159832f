"""Batches made ready by a thread while the model trains on those before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras

from hornbook.batching.ahead import Ahead

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
        self._preparing: Ahead[Any] | None = None
        self._next: int | None = None

    def __len__(self) -> int:
        return len(self.sequence)

    def __getitem__(self, index: int) -> Any:
        try:
            if index != self._next:
                return self.sequence[index]
            if self._preparing is None:
                self._preparing = Ahead(self._batches(), self._ahead, "prefetch")
            self._next += 1
            return next(self._preparing)
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
            self._preparing.close()
        self._preparing = self._next = None

    def _batches(self) -> Iterator[Any]:
        return (self.sequence[index] for index in range(len(self.sequence)))


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
