"""Sessions: started, watched, stopped, named, judged."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from hornbook.api.dependencies import CurrentSession, CurrentStudio, CurrentTask
from hornbook.api.session_state import SessionSummary, session_summary
from hornbook.api.setting_values import SettingValue, setting_texts
from hornbook.design import DesignFolder, Setting, flat_settings, read_design_files
from hornbook.diagnostics import Diagnostic, DiagnosticReport
from hornbook.errors import NotFoundError, UsageError
from hornbook.jobs import LOG_FILE, OPEN, group_report
from hornbook.registry import SessionRecord
from hornbook.reports import (
    InputColumns,
    LearningCurves,
    ModelColumns,
    ModelNetwork,
    ModelReport,
    PartitionReport,
    PredictedRows,
    input_columns,
    learning_curves,
    model_columns,
    model_network,
    model_report,
    predicted_rows,
    predicted_table,
)
from hornbook.training.events import EventFollower
from hornbook.training.job import DESIGN_FOLDER
from hornbook.training.partitions import PartitionMembership
from hornbook.training.result import TrainingResult

__all__ = ["router"]

router = APIRouter(tags=["sessions"])

_LOG_PART = 256 * 1024
_EVENTS_PART = 1024 * 1024
_SESSION = "/sessions/{analysis_id}/{mltask_id}/{session_id}"


class NewSession(BaseModel):
    """A training to start."""

    name: str | None = None
    description: str | None = None
    settings: dict[str, SettingValue] = Field(
        default_factory=dict,
        description='what to change for this training only, such as {"training.epochs": 20}',
    )
    partition_by: str | None = Field(
        None, description="a column: a submodel for each of its values, before the whole model"
    )


class SessionEdit(BaseModel):
    """What is to be changed of a session; what is absent stays."""

    name: str | None = None
    description: str | None = None
    starred: bool | None = None


class SessionDetail(BaseModel):
    """A session with all that is reported of it."""

    summary: SessionSummary
    result: TrainingResult | None = Field(description="none while it runs")
    diagnostics: list[Diagnostic]
    worker_pid: int | None
    partitions: PartitionReport | None = Field(
        description="of the submodels, if it is the whole model of a group"
    )
    partition: PartitionMembership | None = Field(description="if it trains a submodel of a group")


class EventPart(BaseModel):
    """Events of a training in the order they were written."""

    events: list[dict[str, Any]] = Field(description="each with event, time and what it tells")
    next_offset: int = Field(description="bytes, where the next part begins")
    is_over: bool = Field(description="whether the training has ended and no event follows")


class LogPart(BaseModel):
    """A part of a training's log."""

    text: str
    next_offset: int = Field(description="bytes, where the next part begins")
    size_bytes: int


@router.post("/tasks/{analysis_id}/{mltask_id}/sessions", status_code=201)
def train(new: NewSession, task: CurrentTask, studio: CurrentStudio) -> SessionSummary:
    """Freezes the design and puts its training into the queue.

    With `partition_by` these are several; the answer is the session of the whole model, the last.
    """
    design = DesignFolder.read(task.folder, setting_texts(new.settings))
    if new.partition_by is None:
        session = studio.queue.add(
            design, name=new.name or None, description=new.description or None
        )
    else:
        session = studio.queue_group(design, new.partition_by, new.name, new.description)
    return session_summary(session)


@router.get("/tasks/{analysis_id}/{mltask_id}/sessions")
def list_sessions(task: CurrentTask, studio: CurrentStudio) -> list[SessionSummary]:
    """The sessions of a task, the newest first."""
    return studio.board.summaries(studio.registry.sessions(task))[::-1]


@router.get("/sessions")
def list_all_sessions(studio: CurrentStudio) -> list[SessionSummary]:
    """The sessions of all tasks, the newest first."""
    return studio.board.summaries(studio.registry.sessions())[::-1]


@router.get("/sessions/by-name")
def find_session(
    reference: Annotated[str, Query(description="<analysis_id>/<mltask_id>/<id>, or latest")],
    studio: CurrentStudio,
) -> SessionSummary:
    """The session that a text means."""
    session = studio.registry.session(reference)
    return session_summary(session, studio.board.state(session.reference))


@router.get("/tasks/{analysis_id}/{mltask_id}/curves")
def list_curves(
    task: CurrentTask,
    studio: CurrentStudio,
    series: Annotated[str, Query(description="the name of one, such as Test ROC AUC")],
) -> dict[str, list[float | None]]:
    """One series of every session of a task, by the session's id."""
    found = {}
    for session in studio.registry.sessions(task):
        values = learning_curves(session.folder).series.get(series)
        if values:
            found[session.session_id] = values
    return found


@router.get(_SESSION)
def get_session(session: CurrentSession, studio: CurrentStudio) -> SessionDetail:
    """One session."""
    return SessionDetail(
        summary=session_summary(session, studio.board.state(session.reference)),
        result=TrainingResult.read(session.folder),
        diagnostics=list(DiagnosticReport.read(session.folder).diagnostics),
        worker_pid=session.worker_pid,
        partitions=group_report(studio.registry, session),
        partition=PartitionMembership.read(session.folder),
    )


@router.patch(_SESSION)
def change_session(
    edit: SessionEdit, session: CurrentSession, studio: CurrentStudio
) -> SessionSummary:
    """Names, describes or stars a session."""
    changes = edit.model_dump(exclude_unset=True)
    if changes.get("name", "x") is None or not str(changes.get("name", "x")).strip():
        raise UsageError("A session needs a name that is not empty.")
    changed = studio.registry.update_session(session, **changes)
    studio.tell_session(changed)
    return session_summary(changed, studio.board.state(changed.reference))


@router.post(_SESSION + "/stop")
def stop_session(session: CurrentSession, studio: CurrentStudio) -> SessionSummary:
    """Ends the training after its batch and keeps the best epoch."""
    return session_summary(studio.queue.stop(session))


@router.post(_SESSION + "/abort")
def abort_session(session: CurrentSession, studio: CurrentStudio) -> SessionSummary:
    """Ends the training at once and keeps nothing."""
    return session_summary(studio.queue.abort(session))


@router.get(_SESSION + "/curves")
def get_curves(session: CurrentSession) -> LearningCurves:
    """Every number of every epoch so far."""
    return learning_curves(session.folder)


@router.get(_SESSION + "/events")
def get_events(
    session: CurrentSession, offset: Annotated[int, Query(ge=0, description="bytes")] = 0
) -> EventPart:
    """What the worker has told of its training from a byte on, as its own file has it."""
    follower = EventFollower(session.folder, offset)
    events = list(follower.new_events(_EVENTS_PART))
    is_over = session.status not in OPEN and not events
    return EventPart(events=events, next_offset=follower.offset, is_over=is_over)


@router.get(_SESSION + "/log")
def get_log(session: CurrentSession, offset: Annotated[int, Query(ge=-_LOG_PART)] = 0) -> LogPart:
    """What the worker has printed, from a byte on; a negative one counts from the end."""
    path = session.folder / LOG_FILE
    if not path.is_file():
        return LogPart(text="", next_offset=0, size_bytes=0)
    size = path.stat().st_size
    start = min(offset if offset >= 0 else max(0, size + offset), size)
    with path.open("rb") as file:
        file.seek(start)
        content = file.read(_LOG_PART)
    return LogPart(
        text=content.decode("utf-8", errors="replace"),
        next_offset=start + len(content),
        size_bytes=size,
    )


@router.get(_SESSION + "/files")
def get_frozen_files(session: CurrentSession) -> dict[str, str]:
    """The files of the design as they were trained."""
    return dict(read_design_files(session.folder / DESIGN_FOLDER).files)


@router.get(_SESSION + "/settings")
def get_frozen_settings(session: CurrentSession) -> dict[str, Setting]:
    """The settings that it was trained with, defaults included, by their dotted keys."""
    return flat_settings(DesignFolder.read(session.folder / DESIGN_FOLDER).task)


@router.get(_SESSION + "/report")
def get_report(session: CurrentSession, output: Annotated[str, Query()] = "") -> ModelReport:
    """The charts of the kept model, from its predictions of the test rows."""
    return model_report(_with_model(session), output)


@router.get(_SESSION + "/predictions")
def get_predictions(
    session: CurrentSession,
    output: Annotated[str, Query()] = "",
    sort: Annotated[Literal["error", "prediction", "truth", "row"], Query()] = "error",
    descending: Annotated[bool, Query()] = True,
    start: Annotated[int, Query(ge=0)] = 0,
    count: Annotated[int, Query(ge=1, le=500)] = 100,
) -> PredictedRows:
    """The test rows with what was predicted, sorted."""
    return predicted_rows(
        _with_model(session),
        output=output,
        sort=sort,
        descending=descending,
        start=start,
        count=count,
    )


@router.get(_SESSION + "/predictions.parquet", response_class=Response)
def get_predicted_table(session: CurrentSession, output: Annotated[str, Query()] = "") -> Response:
    """All test rows with what was predicted, in the order of the table, as a Parquet file."""
    written = io.BytesIO()
    predicted_table(_with_model(session), output).write_parquet(written)
    return Response(written.getvalue(), media_type="application/vnd.apache.parquet")


@router.get(_SESSION + "/columns")
def get_columns(session: CurrentSession) -> ModelColumns:
    """The columns of the table with their roles, handlings, and what they became."""
    return model_columns(_with_model(session))


@router.get(_SESSION + "/input-columns")
def get_input_columns(
    session: CurrentSession,
    name: Annotated[str, Query(alias="input", description="of the network")] = "main",
    start: Annotated[int, Query(ge=0)] = 0,
    count: Annotated[int, Query(ge=1, le=500)] = 100,
) -> InputColumns:
    """The columns of numbers that fill an input of the network, in their order."""
    return input_columns(_with_model(session), name, start, count)


@router.get(_SESSION + "/network")
def get_network(session: CurrentSession) -> ModelNetwork:
    """The layers of the kept model."""
    return model_network(_with_model(session))


def _with_model(session: SessionRecord) -> Path:
    if not session.has_model:
        raise NotFoundError(
            f"The session {session.reference} is {session.status} and has no model."
        )
    return session.folder
