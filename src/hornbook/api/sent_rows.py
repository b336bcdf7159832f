"""Rows that are sent to any model, to be scored or evaluated as jobs, and what comes of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from hornbook.api.dependencies import CurrentStudio
from hornbook.api.evaluations import ModelJobInfo, job_info
from hornbook.api.studio import Studio
from hornbook.api.uploads import receive_upload
from hornbook.errors import NotFoundError
from hornbook.registry.model_folder import find_model_folder
from hornbook.serving.evaluate_model import evaluation_store
from hornbook.serving.evaluation_record import Evaluation
from hornbook.serving.loading import ModelFiles
from hornbook.serving.model_jobs import JobRequest
from hornbook.serving.scoring_options import ScoringOptions

__all__ = ["router"]

router = APIRouter(tags=["evaluations"])


class ModelInputs(BaseModel):
    """What a model reads."""

    columns: list[str] = Field(description="that rows must have; others are ignored")


class ModelJobResult(BaseModel):
    """What a job has come to."""

    result: dict[str, Any] = Field(description="of a scoring its counts, or the evaluation")


def _model(
    model: Annotated[
        str,
        Query(description="the id or name of a saved model, NAME@v2, a session's name, or latest"),
    ],
    studio: CurrentStudio,
) -> tuple[str, Path]:
    return model, find_model_folder(studio.registry, model)


CurrentModel = Annotated[tuple[str, Path], Depends(_model)]
FileName = Annotated[str, Query(description="whose ending tells the format of the rows")]


@router.get("/model-inputs")
def get_model_inputs(model: CurrentModel, studio: CurrentStudio) -> ModelInputs:
    """The columns that a model was trained on."""
    files = ModelFiles.read(model[1], studio.home)
    return ModelInputs(columns=list(files.table_columns))


@router.post("/scorings", status_code=202)
async def score_sent_rows(
    request: Request,
    model: CurrentModel,
    studio: CurrentStudio,
    file_name: FileName,
    output_format: Annotated[Literal["csv", "parquet", "jsonl"], Query(alias="format")] = "csv",
    column: Annotated[list[str] | None, Query(description="to keep; all where absent")] = None,
    threshold: Annotated[float | None, Query(ge=0, le=1)] = None,
    batch_size: Annotated[int | None, Query(ge=1, le=2**20)] = None,
    with_probabilities: Annotated[bool, Query()] = True,
) -> ModelJobInfo:
    """Starts to score the rows of a file, the body of the request."""
    ScoringOptions(threshold=threshold, batch_size=batch_size)

    def asked(folder: Path, source: Path) -> JobRequest:
        return JobRequest(
            kind="scoring",
            model=model[0],
            model_folder=str(model[1]),
            home=str(studio.home),
            source=str(source),
            output=str(folder / f"scored.{output_format}"),
            threshold=threshold,
            columns=column,
            batch_size=batch_size,
            with_probabilities=with_probabilities,
        )

    return await _started(request, studio, file_name, asked)


@router.post("/evaluations", status_code=202)
async def evaluate_sent_rows(
    request: Request,
    model: CurrentModel,
    studio: CurrentStudio,
    file_name: FileName,
    with_rows: Annotated[bool, Query(description="whether each row is kept, too")] = False,
) -> ModelJobInfo:
    """Starts to evaluate a model on the rows of a file, the body of the request."""

    def asked(folder: Path, source: Path) -> JobRequest:
        return JobRequest(
            kind="evaluation",
            model=model[0],
            model_folder=str(model[1]),
            home=str(studio.home),
            source=str(source),
            with_rows=with_rows,
        )

    return await _started(request, studio, file_name, asked)


@router.get("/evaluations")
def list_evaluations_of(model: CurrentModel) -> list[Evaluation]:
    """The evaluations of a session's model, or of all versions of a saved model."""
    return evaluation_store(model[1]).all()


@router.get("/model-jobs/{job_id}/result")
def get_model_job_result(job_id: str, studio: CurrentStudio) -> ModelJobResult:
    """All that a finished job has come to."""
    job = studio.model_jobs.get(job_id)
    if job.state.result is None:
        raise NotFoundError(f"The job '{job_id}' is {job.state.status} and has no result.")
    return ModelJobResult(result=job.state.result)


@router.delete("/model-jobs/{job_id}", status_code=204)
def remove_model_job(job_id: str, studio: CurrentStudio) -> None:
    """Forgets a job that has ended, with its files; evaluations stay with their models."""
    studio.model_jobs.remove(job_id)


async def _started(
    request: Request, studio: Studio, file_name: str, asked: Callable[[Path, Path], JobRequest]
) -> ModelJobInfo:
    """Takes in the body and starts the job; of one that cannot be, nothing is left."""
    folder = studio.model_jobs.new_folder()
    try:
        source = await receive_upload(
            request, folder / "sent", file_name, studio.largest_upload_bytes
        )
        job = await run_in_threadpool(studio.model_jobs.start, folder, asked(folder, source))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return job_info(job)
