"""A callback for the peers: how long each epoch takes."""

from __future__ import annotations

import time
from typing import Any

import keras


class EpochSeconds(keras.callbacks.Callback):  # type: ignore[misc]
    """Attributes: seconds: of each epoch so far."""

    async_safe = True

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []
        self._started = 0.0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._started = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.seconds.append(time.perf_counter() - self._started)
