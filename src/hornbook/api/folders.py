"""Managed folders of images and other files: listed in pages, with thumbnails."""

from __future__ import annotations

import io
from itertools import islice
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Response
from PIL import Image, UnidentifiedImageError
from pydantic import BaseModel, Field

from hornbook.api.dependencies import CurrentStudio
from hornbook.errors import DataError

__all__ = ["router"]

router = APIRouter(tags=["folders"])


class FolderInfo(BaseModel):
    """A managed folder."""

    name: str
    path: str


class FolderFiles(BaseModel):
    """Some files of a folder, by name."""

    start: int
    paths: list[str] = Field(description="each from the top of the folder, with a / before")
    has_more: bool


@router.get("/folders")
def list_folders(studio: CurrentStudio) -> list[FolderInfo]:
    """The managed folders of the workspace, by name."""
    return [FolderInfo(name=one.name, path=str(one.path)) for one in studio.folders.all()]


@router.post("/folders", status_code=201)
def create_folder(new: FolderInfo, studio: CurrentStudio) -> FolderInfo:
    """Gives a folder on the server a name; the files stay where they are."""
    folder = studio.folders.create(new.name, Path(new.path).expanduser())
    return FolderInfo(name=folder.name, path=str(folder.path))


@router.delete("/folders/{folder}", status_code=204)
def remove_folder(folder: str, studio: CurrentStudio) -> None:
    """Forgets the name; the files stay."""
    studio.folders.remove(folder)


@router.get("/folders/{folder}/files")
def list_files(
    folder: str,
    studio: CurrentStudio,
    start: Annotated[int, Query(ge=0)] = 0,
    count: Annotated[int, Query(ge=1, le=500)] = 60,
) -> FolderFiles:
    """Files of a folder."""
    found = list(islice(studio.folders.get(folder).paths(), start, start + count + 1))
    return FolderFiles(start=start, paths=found[:count], has_more=len(found) > count)


@router.get("/folders/{folder}/thumbnail", response_class=Response)
def get_thumbnail(
    folder: str,
    studio: CurrentStudio,
    path: Annotated[str, Query()],
    side: Annotated[int, Query(ge=16, le=1024)] = 160,
) -> Response:
    """A small JPEG of an image."""
    with studio.folders.get(folder).open(path) as stream:
        try:
            image = Image.open(stream)
            image.thumbnail((side, side))
            small = io.BytesIO()
            image.convert("RGB").save(small, "JPEG", quality=82)
        except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
            raise DataError(f"'{path}' is no image that can be read: {error}.") from error
    return Response(
        small.getvalue(), media_type="image/jpeg", headers={"cache-control": "max-age=600"}
    )
