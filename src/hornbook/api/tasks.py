"""ML tasks: made from a dataset and a target, listed, checked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from hornbook.api.dependencies import CurrentDataset, CurrentProject, CurrentStudio, CurrentTask
from hornbook.api.plans import MemoryNeed
from hornbook.api.studio import Studio
from hornbook.data import Project, slug
from hornbook.design import TASK_FILE, DesignFolder, create_design, guess_design
from hornbook.errors import HornbookError, Problem
from hornbook.jobs import OPEN, CheckReport, check_design
from hornbook.metrics import PredictionType
from hornbook.registry import SessionRecord, TaskRecord
from hornbook.training.result import TrainingResult

__all__ = ["router", "task_info"]

router = APIRouter(tags=["tasks"])


class TaskInfo(BaseModel):
    """An ML task: a design and its sessions."""

    analysis_id: str
    mltask_id: str
    reference: str
    name: str
    project: str = Field(description="key of its project")
    folder: str = Field(description="the design folder on the server")
    created_at: datetime
    target: str | None = Field(description="none where task.toml cannot be read")
    prediction_type: str | None
    data_path: str | None
    is_there: bool = Field(description="whether the design folder can be read")
    n_sessions: int
    n_running: int
    metric: str | None = Field(None, description="of the best model")
    best_value: float | None = Field(None, description="of that metric, over all sessions")


class TaskName(BaseModel):
    """A task, as one among many is chosen."""

    analysis_id: str
    mltask_id: str
    reference: str
    name: str
    project: str = Field(description="name of its project")


class NewTask(BaseModel):
    """A task to make."""

    dataset: str = Field(description="the rows to learn from")
    target: str = Field(description="the column to predict")
    prediction_type: PredictionType | None = Field(None, description="guessed when absent")
    test_dataset: str | None = Field(None, description="the rows to measure on")
    name: str | None = None


class GuessInfo(BaseModel):
    """What a new task would say."""

    prediction_type: PredictionType
    classes: list[str] | None = Field(description="of a classification")
    features: dict[str, str] = Field(description="the feature type of each column used")
    rejected: dict[str, str] = Field(description="why each other column is not used")
    rows: int
    rows_without_target: int


class CheckAnswer(BaseModel):
    """What a check of a design found."""

    is_valid: bool
    problems: list[Problem]
    inputs: list[dict[str, Any]] = Field(
        description="name, shape, dtype, columns, and line in architecture.py"
    )
    layers: list[dict[str, Any]] = Field(
        description="name, type, shape, parameters, and the layers that feed each"
    )
    parameters: int | None = Field(description="of the whole network")
    rows: dict[str, Any] | None = Field(description="train, test and dropped rows")
    memory: MemoryNeed | None = Field(
        description="while it trains; null where training.py decides the batch size"
    )
    measures: bool = Field(description="whether its time is being measured; see estimate")


@router.get("/projects/{project}/tasks")
def list_tasks(project: CurrentProject, studio: CurrentStudio) -> list[TaskInfo]:
    """The tasks of a project, the newest first."""
    tasks = studio.registry.tasks()
    found = [task_info(task, studio) for task in tasks if studio.project_of(task) == project]
    return found[::-1]


@router.get("/tasks")
def list_all_tasks(studio: CurrentStudio) -> list[TaskName]:
    """The tasks of all projects, the newest first, by name alone."""
    return [
        TaskName(
            analysis_id=task.analysis_id,
            mltask_id=task.mltask_id,
            reference=task.reference,
            name=task.folder.name,
            project=studio.project_of(task).name,
        )
        for task in studio.registry.tasks()[::-1]
        if (task.folder / TASK_FILE).is_file()
    ]


@router.get("/projects/{project}/datasets/{dataset}/guess")
def guess(
    dataset: CurrentDataset,
    studio: CurrentStudio,
    target: Annotated[str, Query()],
    prediction_type: Annotated[PredictionType | None, Query()] = None,
) -> GuessInfo:
    """What a task for this target would be, without making it."""
    table = studio.tables.table(dataset)
    found = guess_design(table, target, prediction_type, base=dataset.path.parent)
    return GuessInfo(
        prediction_type=found.prediction_type,
        classes=None if found.classes is None else [str(one) for one in found.classes],
        features={column: str(kind) for column, kind in found.types.items()},
        rejected=dict(found.rejected),
        rows=found.rows,
        rows_without_target=found.rows_without_target,
    )


@router.post("/projects/{project}/tasks", status_code=201)
def create_task(new: NewTask, project: CurrentProject, studio: CurrentStudio) -> TaskInfo:
    """Makes a task: its design is complete and trains."""
    return task_info(make_task(new, project, studio), studio)


def make_task(new: NewTask, project: Project, studio: Studio) -> TaskRecord:
    """Writes the design of a new task into its project."""
    datasets = studio.datasets(project)
    dataset = datasets.get(new.dataset)
    test = None if new.test_dataset is None else datasets.get(new.test_dataset)
    table = studio.tables.table(dataset)
    if test is not None:
        studio.tables.table(test)
    folder = _new_folder(project, new.name or f"predict {new.target}")
    create_design(
        folder,
        table,
        dataset.path,
        new.target,
        test=None if test is None else test.path,
        prediction_type=new.prediction_type,
        with_training_code=True,
    )
    return studio.registry.ensure_task(folder)


@router.get("/tasks/{analysis_id}/{mltask_id}")
def get_task(task: CurrentTask, studio: CurrentStudio) -> TaskInfo:
    """One task."""
    return task_info(task, studio)


@router.post("/tasks/{analysis_id}/{mltask_id}/check")
def check_task(task: CurrentTask, studio: CurrentStudio) -> CheckAnswer:
    """Checks the design whole, up to its network built on the real input shapes."""
    report = check_design(task.folder, studio.home, task=task, processes=studio.checks)
    return _check_answer(report)


def task_info(task: TaskRecord, studio: Studio) -> TaskInfo:
    """What the pages show of a task."""
    try:
        design = DesignFolder.read(task.folder)
    except (HornbookError, OSError):
        design = None
    sessions = studio.registry.sessions(task)
    scored = [one for one in sessions if one.has_model and one.metric_value is not None]
    return TaskInfo(
        analysis_id=task.analysis_id,
        mltask_id=task.mltask_id,
        reference=task.reference,
        name=task.folder.name,
        project=studio.project_of(task).key,
        folder=str(task.folder),
        created_at=task.created_at,
        target=None if design is None else design.task.target_title,
        prediction_type=None if design is None else design.task.prediction_types,
        data_path=None if design is None else str(design.data_path.resolve()),
        is_there=design is not None or (task.folder / "task.toml").is_file(),
        n_sessions=len(sessions),
        n_running=sum(one.status in OPEN for one in sessions),
        metric=scored[-1].metric if scored else None,
        best_value=_best_value(scored),
    )


def _best_value(scored: Sequence[SessionRecord]) -> float | None:
    """The best value of the newest session's metric."""
    if not scored:
        return None
    metric = scored[-1].metric
    found = (one.metric_value for one in scored if one.metric == metric)
    values = [value for value in found if value is not None]
    return min(values) if _less_is_better(scored[-1]) else max(values)


def _less_is_better(session: SessionRecord) -> bool:
    result = TrainingResult.read(session.folder)
    return result is not None and result.greater_is_better is False


def _new_folder(project: Project, name: str) -> Path:
    base = slug(name)
    project.analyses.mkdir(parents=True, exist_ok=True)
    folder, number = project.analyses / base, 1
    while folder.exists():
        number += 1
        folder = project.analyses / f"{base}-{number}"
    return folder


def _check_answer(report: CheckReport) -> CheckAnswer:
    return CheckAnswer(
        is_valid=not report.errors,
        problems=list(report.problems),
        inputs=list(report.inputs),
        layers=list(report.layers),
        parameters=report.parameters,
        rows=report.rows,
        memory=None if report.memory is None else MemoryNeed.model_validate(report.memory),
        measures=report.measures,
    )
