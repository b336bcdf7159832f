"""Sample projects, one click away."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from hornbook.api.dependencies import CurrentProject, CurrentStudio
from hornbook.api.tasks import NewTask, TaskInfo, make_task, task_info
from hornbook.data import bring_sample, get_sample, samples
from hornbook.metrics import PredictionType

__all__ = ["router"]

router = APIRouter(tags=["samples"])


class SampleInfo(BaseModel):
    """A table to begin with."""

    name: str
    title: str
    description: str
    target: str = Field(description="the column that its task predicts")
    source: str = Field(description="whose it is, and under which licence")


@router.get("/samples")
def list_samples(studio: CurrentStudio) -> list[SampleInfo]:
    """The tables to begin with."""
    return [
        SampleInfo(
            name=one.name,
            title=one.title,
            description=one.description,
            target=one.target,
            source=one.source,
        )
        for one in samples(studio.home)
    ]


@router.post("/projects/{project}/samples/{sample}", status_code=201)
def create_sample(sample: str, project: CurrentProject, studio: CurrentStudio) -> TaskInfo:
    """Brings a sample table into a project and makes a task of it."""
    wanted = get_sample(sample, studio.home)
    datasets = studio.datasets(project)
    if datasets.find(wanted.title) is None:
        table = bring_sample(wanted, project.uploads, studio.home)
        datasets.create(wanted.title, table, is_upload=wanted.is_shipped)
    kind = wanted.prediction_type
    new = NewTask(
        dataset=wanted.title,
        target=wanted.target,
        prediction_type=None if kind is None else PredictionType(kind),
        name=f"predict {wanted.target}",
    )
    return task_info(make_task(new, project, studio), studio)
