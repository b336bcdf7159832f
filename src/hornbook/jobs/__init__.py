"""Work in processes of its own: trainings and checks, followed, stopped and settled."""

from hornbook.jobs.check import CheckReport, check_design
from hornbook.jobs.spare import SpareWorkers
from hornbook.jobs.training import (
    LOG_FILE,
    RunningTraining,
    settle_ended,
    start_training,
    train_to_end,
)

__all__ = [
    "LOG_FILE",
    "CheckReport",
    "RunningTraining",
    "SpareWorkers",
    "check_design",
    "settle_ended",
    "start_training",
    "train_to_end",
]
