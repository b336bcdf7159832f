"""What the routes ask for: the running studio, and records by their ids."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from hornbook.api.studio import Studio
from hornbook.data import Dataset, DatasetStore, Project
from hornbook.registry import SessionRecord, TaskRecord

__all__ = [
    "CurrentDataset",
    "CurrentProject",
    "CurrentSession",
    "CurrentStudio",
    "CurrentTask",
    "studio_of",
]


def studio_of(connection: HTTPConnection) -> Studio:
    """The studio that the server runs."""
    return cast("Studio", connection.app.state.studio)


def _studio(request: Request) -> Studio:
    return studio_of(request)


CurrentStudio = Annotated[Studio, Depends(_studio)]


def _project(project: str, studio: CurrentStudio) -> Project:
    return studio.projects.get(project)


CurrentProject = Annotated[Project, Depends(_project)]


def _dataset(dataset: str, project: CurrentProject) -> Dataset:
    return DatasetStore(project).get(dataset)


CurrentDataset = Annotated[Dataset, Depends(_dataset)]


def _task(analysis_id: str, mltask_id: str, studio: CurrentStudio) -> TaskRecord:
    return studio.registry.task(analysis_id, mltask_id)


CurrentTask = Annotated[TaskRecord, Depends(_task)]


def _session(
    analysis_id: str, mltask_id: str, session_id: str, studio: CurrentStudio
) -> SessionRecord:
    return studio.registry.session(f"{analysis_id}/{mltask_id}/{session_id}")


CurrentSession = Annotated[SessionRecord, Depends(_session)]
