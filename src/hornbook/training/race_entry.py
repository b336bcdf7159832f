"""How backends did in a race, and what is kept of it."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["RACE_FILE", "RaceEntry", "losses_differ", "read_race", "winner_of"]

RACE_FILE = "race.json"
_LOSSES_AGREE = 1e-3


@dataclass(frozen=True)
class RaceEntry:
    """How one backend did.

    Attributes:
        backend: its name.
        loss: of the first batch before any step; all backends begin with the same weights.
        first_step_seconds: with everything that is compiled for it.
        steps_per_second: after that.
        projected_seconds: of all steps of the training, the first one included; imports, metrics
            and the wait for data are left out.
        out_because: why it cannot run the training; `None` where it can.
    """

    backend: str
    loss: float | None = None
    first_step_seconds: float | None = None
    steps_per_second: float | None = None
    projected_seconds: float | None = None
    out_because: str | None = None


def winner_of(entries: Sequence[RaceEntry]) -> RaceEntry:
    """The backend whose training is projected to take the least time."""
    able = [entry for entry in entries if entry.projected_seconds is not None]
    return min(able, key=lambda entry: entry.projected_seconds or math.inf)


def read_race(session: Path) -> tuple[RaceEntry, ...]:
    """The race of a session; empty where there was none."""
    path = session / RACE_FILE
    if not path.exists():
        return ()
    return tuple(RaceEntry(**values) for values in json.loads(path.read_text("utf-8")))


def losses_differ(entries: Sequence[RaceEntry]) -> bool:
    """Whether backends do not agree on the loss of the first batch, from the same weights."""
    losses = [entry.loss for entry in entries if entry.loss is not None]
    return bool(losses) and max(losses) - min(losses) > _LOSSES_AGREE * max(map(abs, losses))
