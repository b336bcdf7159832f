"""What a worker is asked to do, as a file in the session's folder."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from hornbook.atomic import write_json_atomically

__all__ = [
    "DESIGN_FOLDER",
    "JOB_FILE",
    "PREDICTIONS_FILE",
    "SPARE_READY",
    "SPARE_TAKEN",
    "STOP_FILE",
    "TrainingJob",
]

JOB_FILE = "job.json"
STOP_FILE = "stop"
PREDICTIONS_FILE = "test_predictions.parquet"
DESIGN_FOLDER = "design"

SPARE_READY = b"ready\n"
SPARE_TAKEN = b"taken\n"
"""What a spare worker says once it can be given a job, and once it has taken it."""


@dataclass(frozen=True)
class TrainingJob:
    """One training.

    Attributes:
        home: the workspace's folder.
        analysis_id, mltask_id, session_id: of the session.
        base: the user's design folder, where relative data paths start.
        backend: what Keras runs on; the worker is started with it in `KERAS_BACKEND`.
        backend_reason: why that one, in a sentence.
        started: when the worker was given the job, in seconds since the epoch, where that was in
            a process before this one.
        waits: whether it may wait in a queue, for as long as it takes.
        device: that the design asks for.
    """

    home: str
    analysis_id: str
    mltask_id: str
    session_id: str
    base: str
    backend: str
    backend_reason: str
    started: float | None = None
    waits: bool = False
    device: str = "auto"

    def write(self, folder: Path) -> None:
        """Writes the job into the session's folder."""
        write_json_atomically(folder / JOB_FILE, asdict(self))

    @classmethod
    def read(cls, folder: Path) -> TrainingJob:
        """Reads the job of a session's folder."""
        return cls(**json.loads((folder / JOB_FILE).read_text("utf-8")))
