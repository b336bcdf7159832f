"""Tasks made of a design that was written elsewhere and sent here."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from hornbook.api.dependencies import CurrentProject, CurrentStudio
from hornbook.api.tasks import TaskInfo, task_info
from hornbook.data import slug
from hornbook.design import SettingChange, write_design

__all__ = ["router"]

router = APIRouter(tags=["tasks"])


class SentDesign(BaseModel):
    """A design as texts."""

    name: str = Field(min_length=1, description="of the task in its project")
    files: dict[str, str] = Field(description="the texts by their paths in the design folder")
    dataset: str = Field(description="of the project, with the rows to learn from")
    test_dataset: str | None = Field(None, description="with the rows to measure on")
    replace: bool = Field(False, description="whether another design of that name is replaced")


@router.post("/projects/{project}/designs", status_code=201)
def send_design(sent: SentDesign, project: CurrentProject, studio: CurrentStudio) -> TaskInfo:
    """Makes a task of a design; the same design sent again is the same task."""
    datasets = studio.datasets(project)
    changes = [_path("path", datasets.get(sent.dataset).path.as_posix())]
    if sent.test_dataset is not None:
        changes.append(_path("test_path", datasets.get(sent.test_dataset).path.as_posix()))
    folder = project.analyses / slug(sent.name)
    write_design(folder, sent.files, changes, replace=sent.replace)
    return task_info(studio.registry.ensure_task(folder), studio)


def _path(key: str, value: str) -> SettingChange:
    return SettingChange(("dataset", key), value)
