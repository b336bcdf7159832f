"""Exports of models: started, followed, downloaded as a zip."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from hornbook.api.dependencies import CurrentStudio
from hornbook.client import Workspace
from hornbook.errors import NotFoundError, did_you_mean
from hornbook.jobs import ExportRun
from hornbook.serving.exports import FORMATS

__all__ = ["router"]

router = APIRouter(tags=["exports"])


class ExportFormatInfo(BaseModel):
    """A format that models are exported in."""

    name: str
    description: str


class NewExport(BaseModel):
    """An export to start."""

    model: str = Field(
        min_length=1,
        description="<analysis_id>/<mltask_id>/<session_id>, or the id or name of a saved model",
    )
    format: str


class ExportInfo(BaseModel):
    """An export."""

    export_id: str
    model: str
    format: str
    status: Literal["waiting", "running", "finished", "failed"]
    started_at: str
    notes: list[str] = Field(description="what to know of it, once it is finished")
    certificate: dict[str, Any] | None = Field(
        description="how its predictions compare with Hornbook's, where that was measured"
    )
    size_bytes: int | None = Field(description="of the zip")
    error: str | None
    fix: str | None


@router.get("/export-formats")
def list_export_formats() -> list[ExportFormatInfo]:
    """The formats that models are exported in."""
    return [
        ExportFormatInfo(name=one.name, description=one.description) for one in FORMATS.values()
    ]


@router.post("/exports", status_code=202)
def start_export(new: NewExport, studio: CurrentStudio) -> ExportInfo:
    """Begins to export a model; follow it by its id."""
    if new.format not in FORMATS:
        raise NotFoundError(
            f"There is no export format '{new.format}'.", fix=did_you_mean(new.format, FORMATS)
        )
    folder = Workspace(studio.registry).model_folder(new.model)
    chosen = FORMATS[new.format]
    return _info(studio.exports.start(new.model, folder, chosen.name, chosen.default_path))


@router.get("/exports")
def list_exports(studio: CurrentStudio) -> list[ExportInfo]:
    """The exports of the workspace, the newest first."""
    return [_info(run) for run in studio.exports.all()]


@router.get("/exports/{export_id}")
def get_export(export_id: str, studio: CurrentStudio) -> ExportInfo:
    """One export."""
    return _info(studio.exports.get(export_id))


@router.get("/exports/{export_id}/file", response_class=FileResponse)
def download_export(export_id: str, studio: CurrentStudio) -> FileResponse:
    """The zip of a finished export."""
    path = studio.exports.archive(export_id)
    name = f"model-{studio.exports.get(export_id).format}.zip"
    return FileResponse(path, media_type="application/zip", filename=name)


@router.delete("/exports/{export_id}", status_code=204)
def remove_export(export_id: str, studio: CurrentStudio) -> None:
    """Forgets an export and its zip."""
    studio.exports.remove(export_id)


def _info(run: ExportRun) -> ExportInfo:
    return ExportInfo.model_validate(run, from_attributes=True)
