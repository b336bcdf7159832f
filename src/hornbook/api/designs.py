"""The design of a task: read with its schema, saved as it is typed, said what is wrong with it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from hornbook.api.datasets import ColumnInfo, column_infos
from hornbook.api.dependencies import CurrentStudio, CurrentTask
from hornbook.api.studio import Studio
from hornbook.data import Distribution, ReadOptions, Table
from hornbook.design import (
    ARCHITECTURE_FILE,
    TASK_FILE,
    DesignFiles,
    DesignFolder,
    SettingChange,
    TaskDesign,
    check_code,
    check_files,
    check_table,
    edit_design,
    read_design_files,
)
from hornbook.errors import DesignError, HornbookError, NotFoundError, Problem
from hornbook.features import FeatureType, handling_class, handling_names
from hornbook.jobs import ColumnPreview, preview_column
from hornbook.metrics import PredictionType, get_metric, metric_names

__all__ = ["router"]

router = APIRouter(tags=["design"])


class Design(BaseModel):
    """A design as it stands in its folder."""

    revision: str = Field(description="changes with any of the files")
    files: dict[str, str] = Field(description="the texts by name: task.toml and Python files")
    written: dict[str, Any] = Field(description="the settings in task.toml; others have defaults")
    problems: list[Problem] = Field(description="what can be told without running anything")
    columns: list[ColumnInfo] = Field(description="of the table; empty while it is not read")
    n_rows: int | None = Field(description="of the table")


class SettingEdit(BaseModel):
    """A setting that gets a value, or goes back to its default where the value is null."""

    path: list[str] = Field(min_length=1, description='such as ["training", "epochs"]')
    value: Any = None


class DesignEdit(BaseModel):
    """What is to be changed in a design."""

    revision: str | None = Field(
        None, description="that the change was made on; null saves over whatever stands there"
    )
    settings: list[SettingEdit] = Field(default_factory=list)
    files: dict[str, str | None] = Field(
        default_factory=dict, description="new texts by name; null deletes a file"
    )


class HandlingInfo(BaseModel):
    """One way in which a column becomes numbers."""

    feature_type: FeatureType
    name: str
    is_default: bool
    description: str
    options: dict[str, Any] = Field(description="JSON schema of its options")
    has_own_input: bool = Field(description="whether it fills an input of its own")


class MetricInfo(BaseModel):
    """A metric."""

    name: str
    prediction_type: PredictionType
    greater_is_better: bool
    description: str


class DesignSchema(BaseModel):
    """What can be said in a design."""

    settings: dict[str, Any] = Field(description="JSON schema of task.toml")
    handlings: list[HandlingInfo]
    metrics: list[MetricInfo]


@router.get("/design-schema")
def get_design_schema() -> DesignSchema:
    """Every setting with its default, its meaning and its limits."""
    return DesignSchema(
        settings=TaskDesign.model_json_schema(),
        handlings=list(_handlings()),
        metrics=[
            MetricInfo(
                name=name,
                prediction_type=kind,
                greater_is_better=get_metric(kind, name).greater_is_better,
                description=get_metric(kind, name).description,
            )
            for kind in PredictionType
            for name in metric_names(kind)
        ],
    )


@router.get("/tasks/{analysis_id}/{mltask_id}/design")
def get_design(task: CurrentTask, studio: CurrentStudio) -> Design:
    """The design of a task."""
    with suppress(HornbookError):
        # Whoever looks at a design will ask for a check or a preview.
        studio.checks.expect(DesignFolder.read(task.folder))
    return _design(task.folder, read_design_files(task.folder), studio)


@router.patch("/tasks/{analysis_id}/{mltask_id}/design")
def change_design(edit: DesignEdit, task: CurrentTask, studio: CurrentStudio) -> Design:
    """Saves changes, valid or not; the answer says what is wrong."""
    files = edit_design(
        task.folder,
        revision=edit.revision,
        settings=[SettingChange(tuple(one.path), one.value) for one in edit.settings],
        files=edit.files,
    )
    studio.hub.publish("design", task=task.reference, revision=files.revision)
    return _design(task.folder, files, studio)


@router.post("/tasks/{analysis_id}/{mltask_id}/preview")
def preview(
    task: CurrentTask, studio: CurrentStudio, column: Annotated[str, Query()]
) -> ColumnPreview:
    """What becomes of the first five train rows of a column."""
    return preview_column(task.folder, studio.home, column, processes=studio.checks)


@router.get("/tasks/{analysis_id}/{mltask_id}/distribution")
def get_column_distribution(
    task: CurrentTask, studio: CurrentStudio, column: Annotated[str, Query()]
) -> Distribution:
    """How the values of a column of the design's table are spread."""
    table = _table(task.folder, read_design_files(task.folder).written, studio)
    if table is None:
        raise NotFoundError("The table of the design is not read yet.")
    return studio.tables.distribution(table, column)


def _design(folder: Path, files: DesignFiles, studio: Studio) -> Design:
    table = _table(folder, files.written, studio)
    return Design(
        revision=files.revision,
        files=dict(files.files),
        written=_json(files.written),
        problems=_problems(folder, table),
        columns=[] if table is None else list(column_infos(table)),
        n_rows=None if table is None else table.n_rows,
    )


def _problems(folder: Path, table: Table | None) -> list[Problem]:
    try:
        design = DesignFolder.read(folder)
    except DesignError as error:
        return [*error.problems, *check_files(folder, (ARCHITECTURE_FILE,))]
    found = check_code(design)
    if not design.data_path.is_file():
        problem = design.problem_at(("dataset", "path"), f"there is no file {design.data_path}")
        found.append(problem)
    elif table is not None:
        try:
            found += check_table(design, table)
        except HornbookError as error:
            found.append(Problem(error.message, TASK_FILE, fix=error.fix))
    return found


def _table(folder: Path, written: dict[str, Any], studio: Studio) -> Table | None:
    """The table that a design names, where it is read already or quickly."""
    section = written.get("dataset")
    if not isinstance(section, dict):
        return None
    path = section.get("path")
    if not isinstance(path, str) or not (folder / path).is_file():
        return None
    try:
        names = ("separator", "quote", "encoding", "header", "types")
        options = ReadOptions(**{key: section[key] for key in names if key in section})
        return studio.tables.quick_table(folder / path, options)
    except (HornbookError, TypeError):
        return None


def _handlings() -> Any:
    for kind in FeatureType:
        default = handling_class(kind).name
        for name in handling_names(kind):
            handling = handling_class(kind, name)
            yield HandlingInfo(
                feature_type=kind,
                name=name,
                is_default=name == default,
                description=(handling.__doc__ or "").strip().splitlines()[0],
                options=handling.model_json_schema(),
                has_own_input=handling.has_own_input,
            )


def _json(value: Any) -> Any:
    """TOML values as JSON has them: days as texts."""
    if isinstance(value, dict):
        return {key: _json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_json(item) for item in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
