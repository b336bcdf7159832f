"""Sample projects, one click away."""

from __future__ import annotations

import shutil
from importlib.resources import as_file, files

from fastapi import APIRouter

from hornbook.api.dependencies import CurrentProject, CurrentStudio
from hornbook.api.tasks import NewTask, TaskInfo, make_task, task_info
from hornbook.errors import NotFoundError

__all__ = ["router"]

router = APIRouter(tags=["samples"])

_SAMPLES = {"wine": ("white wines", "wine_quality_white.csv", "quality")}


@router.post("/projects/{project}/samples/{sample}", status_code=201)
def create_sample(sample: str, project: CurrentProject, studio: CurrentStudio) -> TaskInfo:
    """Brings a sample table into a project and makes a task of it."""
    if sample not in _SAMPLES:
        raise NotFoundError(f"There is no sample '{sample}'. Known: {', '.join(_SAMPLES)}.")
    name, file, target = _SAMPLES[sample]
    datasets = studio.datasets(project)
    if datasets.find(name) is None:
        project.uploads.mkdir(parents=True, exist_ok=True)
        copy = project.uploads / file
        with as_file(files("hornbook") / "samples" / file) as source:
            shutil.copyfile(source, copy)
        datasets.create(name, copy, is_upload=True)
    new = NewTask(dataset=name, target=target, name=f"predict {target}")
    return task_info(make_task(new, project, studio), studio)
