"""How far a training is, where the caller does not say how to tell it."""

from __future__ import annotations

import logging
from typing import Any

__all__ = ["log_epoch"]

_LOG = logging.getLogger("hornbook")


def log_epoch(event: dict[str, Any]) -> None:
    """Logs the numbers of each epoch."""
    if event["event"] == "epoch":
        numbers = ", ".join(
            f"{name} {value:.4g}" for name, value in event["logs"].items() if value is not None
        )
        _LOG.info("epoch %d: %s", event["epoch"], numbers)
