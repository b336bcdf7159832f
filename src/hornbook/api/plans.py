"""What a training would do and take, before it is started."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from pydantic import BaseModel, Field

from hornbook.api.dependencies import CurrentStudio, CurrentTask
from hornbook.api.studio import Studio
from hornbook.data import Table
from hornbook.design import DesignFolder
from hornbook.errors import HornbookError, TrainingError
from hornbook.jobs import OPEN, TrainingPlan, plan_training
from hornbook.registry import SessionStatus

__all__ = ["MemoryNeed", "router"]

router = APIRouter(tags=["tasks"])


class MemoryNeed(BaseModel):
    """The bytes that a training step of a network holds at once, counted from its shapes."""

    weights: int
    gradients: int = Field(description="one of each trainable weight")
    optimizer: int = Field(description="what the optimizer keeps of the weights")
    inputs: int = Field(description="of one batch")
    activations: int | None = Field(
        description="the outputs of all layers for one batch; null where the data decide"
    )
    batch_size: int


class RunEstimate(BaseModel):
    """How long a training would take, from a few of its real batches."""

    unmeasured: str | None = Field(None, description="why there is nothing else, if so")
    backend: str | None = None
    batch_size: int | None = Field(None, description="of the batches that were trained on")
    steps_per_epoch: int | None = None
    epochs: int | None = Field(None, description="null where fit_model decides")
    models: int = Field(1, description="how many times the network is trained, with folds")
    stops_early: bool = Field(False, description="whether there may be fewer epochs")
    first_step_seconds: float | None = Field(None, description="with what is compiled for it")
    step_seconds_low: float | None = Field(None, description="in the fastest of some spans")
    step_seconds_high: float | None = Field(None, description="in the slowest")
    feed_seconds: float | None = Field(None, description="until a batch is there, if not cached")
    evaluation_seconds: float | None = Field(
        None, description="to predict the measured rows, after each epoch"
    )
    preparation_seconds: float | None = Field(None, description="to preprocess all rows once")
    epoch_seconds_low: float | None = None
    epoch_seconds_high: float | None = None
    memory: MemoryNeed | None = None
    process_bytes: int | None = Field(
        None, description="the most that the measuring process had, rows and libraries included"
    )
    others_running: int = Field(0, description="trainings that ran here meanwhile")


class QueueState(BaseModel):
    """How busy the queue is."""

    limit: int = Field(description="how many trainings run at once")
    running: int
    waiting: int


class PlannedTraining(BaseModel):
    """What a press of Train would do."""

    plan: TrainingPlan | None = Field(description="null where the design has mistakes")
    queue: QueueState


@router.get("/tasks/{analysis_id}/{mltask_id}/estimate")
def get_estimate(task: CurrentTask, studio: CurrentStudio) -> RunEstimate:
    """What the last valid check of the task went on to measure; waits until it has."""
    measured = studio.checks.measured(task.reference)
    if measured is None:
        raise TrainingError("The process that measured ended without an answer.")
    running = studio.registry.sessions(statuses=[SessionStatus.RUNNING])
    return RunEstimate(**measured, others_running=len(running))


@router.get("/tasks/{analysis_id}/{mltask_id}/plan")
def get_plan(task: CurrentTask, studio: CurrentStudio) -> PlannedTraining:
    """What a training would be, as far as that is known before the data are read."""
    try:
        design = DesignFolder.read(task.folder)
    except HornbookError:
        design = None
    plan = None
    if design is not None:
        tables = [_table(studio, path, design) for path in (design.data_path, design.test_path)]
        plan = plan_training(design, studio.home, *tables)
    statuses = [one.status for one in studio.registry.sessions(statuses=OPEN)]
    queue = QueueState(
        limit=studio.limit,
        running=statuses.count(SessionStatus.RUNNING),
        waiting=statuses.count(SessionStatus.QUEUED),
    )
    return PlannedTraining(plan=plan, queue=queue)


def _table(studio: Studio, path: Path | None, design: DesignFolder) -> Table | None:
    """A table of the design, where it is read already or quickly."""
    try:
        return None if path is None else studio.tables.quick_table(path, design.read_options)
    except (HornbookError, OSError):
        return None
