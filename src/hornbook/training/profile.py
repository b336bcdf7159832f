"""What the seconds of an epoch went to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

__all__ = ["EpochProfile"]


@dataclass(frozen=True)
class EpochProfile:
    """The seconds of one epoch.

    Waiting, steps, metrics and checkpoints follow each other and add up to the epoch. Reading and
    transforming are done by threads beside them, so that they may take long and cost nothing;
    those of the measured rows are part of the metrics.

    Attributes:
        epoch: all of it.
        waiting: for batches that were not ready.
        steps: of the training, with all callbacks but those of Hornbook.
        metrics: predicting the measured rows, and all metrics.
        checkpoints: writing the weights of a best epoch.
        reading: rows from the table or the cache, and into the cache.
        transforming: rows by the features.
    """

    epoch: float
    waiting: float
    steps: float
    metrics: float
    checkpoints: float
    reading: float
    transforming: float

    @classmethod
    def of(cls, epoch: float, seconds: Mapping[str, float]) -> Self:
        """The profile of an epoch of so many seconds.

        Args:
            epoch: seconds of the whole epoch.
            seconds: of what was counted in it.
        """
        waiting, metrics, checkpoints, reading, transforming = (
            seconds.get(activity, 0.0) for activity in _COUNTED
        )
        steps = max(0.0, epoch - waiting - metrics - checkpoints)
        return cls(epoch, waiting, steps, metrics, checkpoints, reading, transforming)


_COUNTED = ("waiting", "metrics", "checkpoints", "reading", "transforming")
