"""Projects and their datasets: uploads, previews, columns, rows that did not parse."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import polars as pl
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from hornbook.api.dependencies import CurrentDataset, CurrentProject, CurrentStudio
from hornbook.api.studio import Studio
from hornbook.api.uploads import receive_upload
from hornbook.data import Dataset, DatasetStore, Distribution, Meaning, Project, Storage, Table
from hornbook.data.names import check_name
from hornbook.errors import HornbookError

__all__ = ["router"]

router = APIRouter(tags=["datasets"])

_LONGEST_TEXT = 300
_MOST_ROWS = 500


class ProjectInfo(BaseModel):
    """A project."""

    key: str
    name: str
    created_at: datetime
    n_datasets: int
    n_analyses: int


class NewProject(BaseModel):
    """A project to make."""

    name: str


class ColumnInfo(BaseModel):
    """A column of a table."""

    name: str
    storage: Storage
    meaning: Meaning
    missing: int = Field(description="rows without a value")
    distinct: int = Field(description="different values; about right where there are many")


class DatasetInfo(BaseModel):
    """A dataset, read or being read."""

    name: str
    path: str
    created_at: datetime
    is_upload: bool
    size_bytes: int | None = Field(description="of the file; none where it is gone")
    state: str = Field(description="reading, ready or failed")
    done_bytes: int = Field(0, description="while reading")
    error: str | None = Field(None, description="why it cannot be read")
    fix: str | None = None
    n_rows: int | None = None
    n_rejected: int | None = None
    first_rejection: str | None = None
    n_columns: int | None = None
    columns: list[ColumnInfo] = Field(default_factory=list)
    notes: list[str] = Field(default_factory=list)


class NewDataset(BaseModel):
    """A file on the server to be known by a name."""

    name: str
    path: str = Field(description="on the server, absolute or from the home folder with ~")


class Rows(BaseModel):
    """Some rows of a table, in order."""

    start: int
    total: int
    columns: list[str]
    rows: list[list[Any]] = Field(description="a value for each column; long texts are cut")


class RejectedRow(BaseModel):
    """A row that was left out."""

    line: int
    reason: str
    text: str


@router.get("/projects")
def list_projects(studio: CurrentStudio) -> list[ProjectInfo]:
    """All projects, oldest first."""
    tasks = studio.registry.tasks()
    keys = [studio.project_of(task).key for task in tasks]
    return [_project_info(one, keys.count(one.key)) for one in studio.projects.all()]


@router.post("/projects", status_code=201)
def create_project(new: NewProject, studio: CurrentStudio) -> ProjectInfo:
    """Makes a project."""
    return _project_info(studio.projects.create(new.name), 0)


@router.get("/projects/{project}/datasets")
def list_datasets(project: CurrentProject, studio: CurrentStudio) -> list[DatasetInfo]:
    """The datasets of a project, oldest first, without their columns."""
    return [
        _dataset_info(one, studio, wait_seconds=0.0, with_columns=False)
        for one in DatasetStore(project).all()
    ]


@router.post("/projects/{project}/datasets", status_code=201)
def create_dataset(new: NewDataset, project: CurrentProject, studio: CurrentStudio) -> DatasetInfo:
    """Gives a file on the server a name and begins to read it; the file stays where it is."""
    dataset = DatasetStore(project).create(new.name, Path(new.path).expanduser())
    return _dataset_info(dataset, studio)


@router.post("/projects/{project}/uploads", status_code=201)
async def upload_dataset(
    request: Request,
    project: CurrentProject,
    studio: CurrentStudio,
    name: Annotated[str, Query(description="of the dataset")],
    file_name: Annotated[str, Query(description="whose ending tells the format")],
) -> DatasetInfo:
    """Takes a file, the body of the request, and makes it a dataset."""
    store = DatasetStore(project)
    check_name(name, "dataset")
    path = await receive_upload(request, project.uploads, file_name, studio.largest_upload_bytes)
    try:
        dataset = store.create(name, path, is_upload=True)
    except HornbookError:
        path.unlink(missing_ok=True)
        raise
    return await run_in_threadpool(_dataset_info, dataset, studio)


@router.get("/projects/{project}/datasets/{dataset}")
def get_dataset(dataset: CurrentDataset, studio: CurrentStudio) -> DatasetInfo:
    """A dataset with its columns."""
    return _dataset_info(dataset, studio)


@router.delete("/projects/{project}/datasets/{dataset}", status_code=204)
def delete_dataset(dataset: CurrentDataset, project: CurrentProject, studio: CurrentStudio) -> None:
    """Forgets a dataset; an uploaded file is deleted."""
    studio.tables.forget(dataset)
    DatasetStore(project).remove(dataset.name)


@router.get("/projects/{project}/datasets/{dataset}/rows")
def get_rows(
    dataset: CurrentDataset,
    studio: CurrentStudio,
    start: Annotated[int, Query(ge=0)] = 0,
    count: Annotated[int, Query(ge=1, le=_MOST_ROWS)] = 100,
) -> Rows:
    """Rows of the table, wherever they lie in it."""
    table = studio.tables.table(dataset)
    wanted = np.arange(min(start, table.n_rows), min(start + count, table.n_rows))
    frame = table.take(wanted, table.column_names)
    return Rows(
        start=start,
        total=table.n_rows,
        columns=list(table.column_names),
        rows=[[shown_value(value) for value in row] for row in frame.iter_rows()],
    )


@router.get("/projects/{project}/datasets/{dataset}/distribution")
def get_distribution(
    dataset: CurrentDataset, studio: CurrentStudio, column: Annotated[str, Query()]
) -> Distribution:
    """How the values of a column are spread."""
    return studio.tables.distribution(studio.tables.table(dataset), column)


@router.get("/projects/{project}/datasets/{dataset}/rejected")
def get_rejected_rows(
    dataset: CurrentDataset,
    studio: CurrentStudio,
    start: Annotated[int, Query(ge=0)] = 0,
    count: Annotated[int, Query(ge=1, le=_MOST_ROWS)] = 100,
) -> list[RejectedRow]:
    """Rows of the file that did not parse, with the reasons."""
    table = studio.tables.table(dataset)
    found = islice(table.rejections(), start, start + count)
    return [RejectedRow(line=one.line, reason=one.reason, text=one.text) for one in found]


def shown_value(value: Any) -> Any:
    """A value of a table as JSON has it: texts cut, times as texts, no NaN."""
    if isinstance(value, str):
        return value if len(value) <= _LONGEST_TEXT else value[:_LONGEST_TEXT] + "…"
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, pl.Series | list):
        numbers = [f"{one:.4g}" for one in islice(value, 8)]
        return f"[{', '.join(numbers)}{', …' if len(value) > 8 else ''}]"
    if value is None or isinstance(value, bool | int):
        return value
    return str(value)


def _project_info(project: Project, n_analyses: int) -> ProjectInfo:
    return ProjectInfo(
        key=project.key,
        name=project.name,
        created_at=project.created_at,
        n_datasets=len(DatasetStore(project).all()),
        n_analyses=n_analyses,
    )


def _dataset_info(
    dataset: Dataset, studio: Studio, *, wait_seconds: float = 0.5, with_columns: bool = True
) -> DatasetInfo:
    info = DatasetInfo(
        name=dataset.name,
        path=str(dataset.path),
        created_at=dataset.created_at,
        is_upload=dataset.is_upload,
        size_bytes=dataset.path.stat().st_size if dataset.path.is_file() else None,
        state="reading",
    )
    reading = studio.tables.begin(dataset, wait_seconds)
    if not reading.future.done():
        info.done_bytes = reading.done_bytes
        return info
    error = reading.future.exception()
    if error is None:
        _describe(info, reading.future.result(), with_columns)
    else:
        info.state = "failed"
        info.error = error.message if isinstance(error, HornbookError) else str(error)
        info.fix = error.fix if isinstance(error, HornbookError) else None
    return info


def _describe(info: DatasetInfo, table: Table, with_columns: bool) -> None:
    info.state = "ready"
    info.n_rows, info.n_rejected = table.n_rows, table.n_rejected
    info.first_rejection = table.first_rejection
    info.n_columns = len(table.columns)
    info.notes = list(table.notes)
    if with_columns:
        info.columns = list(column_infos(table))


def column_infos(table: Table) -> Iterator[ColumnInfo]:
    """The columns of a table."""
    for column in table.columns:
        yield ColumnInfo(
            name=column.name,
            storage=column.storage,
            meaning=column.meaning,
            missing=column.missing,
            distinct=column.distinct,
        )
