"""Work in processes of its own: trainings and checks, followed, stopped and settled."""

from hornbook.jobs.check import CheckReport, ColumnPreview, check_design, preview_column
from hornbook.jobs.deployment import deploy_model
from hornbook.jobs.export_runs import ExportRun, ExportRuns
from hornbook.jobs.queue import TrainingQueue
from hornbook.jobs.spare import SpareWorkers
from hornbook.jobs.tensorboard import TensorBoard
from hornbook.jobs.training import (
    LOG_FILE,
    OPEN,
    RunningTraining,
    settle_ended,
    start_training,
    train_to_end,
)

__all__ = [
    "LOG_FILE",
    "OPEN",
    "CheckReport",
    "ColumnPreview",
    "ExportRun",
    "ExportRuns",
    "RunningTraining",
    "SpareWorkers",
    "TensorBoard",
    "TrainingQueue",
    "check_design",
    "deploy_model",
    "preview_column",
    "settle_ended",
    "start_training",
    "train_to_end",
]
