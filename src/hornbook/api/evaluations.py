"""Scorings and evaluations of saved models, as jobs, and what is kept of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from hornbook.api.dependencies import CurrentStudio
from hornbook.api.server_files import file_on_server
from hornbook.data import DatasetStore
from hornbook.errors import NotFoundError, UsageError
from hornbook.registry import SavedModelRecord, VersionRecord
from hornbook.serving.evaluation_record import Evaluation
from hornbook.serving.evaluation_store import EvaluationStore
from hornbook.serving.model_jobs import JobKind, JobRequest, JobStatus, ModelJob
from hornbook.serving.scoring_options import ScoringOptions

__all__ = ["ModelJobInfo", "job_info", "router"]

router = APIRouter(tags=["evaluations"])


class ModelInput(BaseModel):
    """The rows for a model."""

    project: str | None = Field(None, description="key of a project")
    dataset: str | None = Field(None, description="name of one of its datasets")
    path: str | None = Field(
        None, description="of a file on the server, absolute or with ~, in place of a dataset"
    )
    version: str | None = Field(None, description="v1, v2, …; the active one where absent")


class NewScoring(ModelInput):
    """Rows to score."""

    format: Literal["csv", "parquet", "jsonl"] = "csv"
    columns: list[str] | None = Field(None, description="of the input to keep; all where absent")
    threshold: float | None = Field(None, ge=0, le=1, description="in place of the model's")
    batch_size: int | None = Field(None, ge=1, le=2**20)
    with_probabilities: bool = True


class NewEvaluation(ModelInput):
    """Rows to evaluate a model on."""

    with_rows: bool = Field(False, description="whether each row is kept, too")


class ModelJobInfo(BaseModel):
    """A scoring or an evaluation, running or as it ended."""

    job_id: str
    kind: JobKind
    model: str = Field(description="<saved_model_id>/<version_id>")
    input: str
    created_at: str
    status: JobStatus
    done_rows: int
    total_rows: int | None = Field(description="where it is known")
    share: float = Field(description="of the work that is done, 0 to 1")
    rows_per_second: float
    scored_rows: int | None = Field(None, description="of a scoring that has ended")
    rejected_rows: int | None = Field(None, description="likewise")
    evaluation_id: str | None = Field(None, description="of an evaluation that has ended")
    error: str | None = None
    error_kind: str | None = Field(None, description="the class of the error in Python")
    fix: str | None = None


def _saved_model(saved_model_id: str, studio: CurrentStudio) -> SavedModelRecord:
    return studio.registry.saved_model(saved_model_id)


CurrentSavedModel = Annotated[SavedModelRecord, Depends(_saved_model)]


@router.post("/saved-models/{saved_model_id}/scorings", status_code=202)
def start_scoring(new: NewScoring, model: CurrentSavedModel, studio: CurrentStudio) -> ModelJobInfo:
    """Starts to score a dataset."""
    version = _version(model, new.version)
    ScoringOptions(threshold=new.threshold, batch_size=new.batch_size)
    source = _source(new, studio)
    folder = studio.model_jobs.new_folder()
    request = JobRequest(
        kind="scoring",
        model=f"{model.saved_model_id}/{version.version_id}",
        model_folder=str(version.folder),
        home=str(studio.home),
        source=source,
        output=str(folder / f"scored.{new.format}"),
        threshold=new.threshold,
        columns=new.columns,
        batch_size=new.batch_size,
        with_probabilities=new.with_probabilities,
    )
    return job_info(studio.model_jobs.start(folder, request))


@router.post("/saved-models/{saved_model_id}/evaluations", status_code=202)
def start_evaluation(
    new: NewEvaluation, model: CurrentSavedModel, studio: CurrentStudio
) -> ModelJobInfo:
    """Starts to evaluate a version on a dataset."""
    version = _version(model, new.version)
    source = _source(new, studio)
    request = JobRequest(
        kind="evaluation",
        model=f"{model.saved_model_id}/{version.version_id}",
        model_folder=str(version.folder),
        home=str(studio.home),
        source=source,
        with_rows=new.with_rows,
    )
    return job_info(studio.model_jobs.start(studio.model_jobs.new_folder(), request))


@router.get("/saved-models/{saved_model_id}/evaluations")
def list_evaluations(model: CurrentSavedModel) -> list[Evaluation]:
    """The evaluations of all versions of a saved model, oldest first."""
    return _store(model).all()


@router.get("/saved-models/{saved_model_id}/evaluations/{evaluation_id}")
def get_evaluation(evaluation_id: str, model: CurrentSavedModel) -> Evaluation:
    """One evaluation."""
    return _store(model).get(evaluation_id)


@router.get("/model-jobs")
def list_model_jobs(studio: CurrentStudio) -> list[ModelJobInfo]:
    """All scorings and evaluations that were started here, the newest first."""
    return [job_info(job) for job in studio.model_jobs.all()]


@router.get("/model-jobs/{job_id}")
def get_model_job(job_id: str, studio: CurrentStudio) -> ModelJobInfo:
    """How far a scoring or an evaluation is."""
    return job_info(studio.model_jobs.get(job_id))


@router.post("/model-jobs/{job_id}/cancel")
def cancel_model_job(job_id: str, studio: CurrentStudio) -> ModelJobInfo:
    """Ends a scoring or an evaluation."""
    return job_info(studio.model_jobs.cancel(job_id))


@router.get("/model-jobs/{job_id}/output", response_class=FileResponse)
def get_scored_rows(job_id: str, studio: CurrentStudio) -> FileResponse:
    """The file that a scoring has written."""
    job = studio.model_jobs.get(job_id)
    return _file(job, "output", "It writes a file once it has ended, if it is a scoring.")


@router.get("/model-jobs/{job_id}/rejected", response_class=FileResponse)
def get_rows_kept_apart(job_id: str, studio: CurrentStudio) -> FileResponse:
    """The rows that a scoring has kept apart, as JSON lines with their reasons."""
    job = studio.model_jobs.get(job_id)
    return _file(job, "rejected_file", "A scoring writes it where there are such rows.")


def _file(job: ModelJob, key: str, when: str) -> FileResponse:
    named = (job.state.result or {}).get(key)
    path = None if job.request.kind != "scoring" or not named else Path(named)
    if path is None or not path.is_file():
        raise NotFoundError(f"The job '{job.job_id}' is {job.state.status}. {when}")
    return FileResponse(path, filename=path.name)


def _store(model: SavedModelRecord) -> EvaluationStore:
    return EvaluationStore(model.active_version.folder.parent)


def _version(model: SavedModelRecord, version_id: str | None) -> VersionRecord:
    if version_id is None:
        return model.active_version
    for version in model.versions:
        if version.version_id == version_id:
            return version
    known = ", ".join(one.version_id for one in model.versions)
    raise NotFoundError(f"'{model.name}' has no version '{version_id}'; it has {known}.")


def _source(new: ModelInput, studio: CurrentStudio) -> str:
    if new.path is not None and new.dataset is None:
        return str(file_on_server(new.path))
    if new.path is not None or new.project is None or new.dataset is None:
        raise UsageError(
            "The rows are named by project and dataset, or by path alone.",
            fix='Send {"project": …, "dataset": …} or {"path": …}.',
        )
    return str(DatasetStore(studio.projects.get(new.project)).get(new.dataset).path)


def job_info(job: ModelJob) -> ModelJobInfo:
    """What is shown of a job."""
    state, request = job.state, job.request
    result = state.result or {}
    return ModelJobInfo(
        job_id=job.job_id,
        kind=request.kind,
        model=request.model,
        input=Path(request.source).name,
        created_at=request.created_at,
        status=state.status,
        done_rows=int(result.get("rows", state.done_rows)),
        total_rows=state.total_rows,
        share=state.share,
        rows_per_second=float(result.get("rows_per_second", state.rows_per_second)),
        scored_rows=result.get("scored_rows"),
        rejected_rows=result.get("rejected_rows"),
        evaluation_id=result.get("evaluation_id"),
        error=state.error,
        error_kind=state.error_kind,
        fix=state.fix,
    )
