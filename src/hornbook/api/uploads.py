"""Files that are sent to the server: written as they come, of limited size."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from fastapi import Request

from hornbook.atomic import partial_path
from hornbook.errors import DataError, UsageError

__all__ = ["receive_upload"]

_LONGEST_NAME = 120


async def receive_upload(
    request: Request, folder: Path, file_name: str, largest_bytes: int
) -> Path:
    """Writes the body of a request into a folder.

    Args:
        request: whose body is the file.
        folder: that gets it; made where it is not there.
        file_name: as the sender calls it; only its last part counts.
        largest_bytes: a larger body is refused, before it is read where its length is told.

    Returns:
        The file; its name is a free one like the sender's.

    Raises:
        UsageError: the file is too large, or its name is none.
        DataError: the disk is full or the sender stopped.
    """
    name = re.sub(r"[^\w. -]", "_", file_name.replace("\\", "/").rsplit("/", 1)[-1]).lstrip(". ")
    if not name:
        raise UsageError(f"'{file_name}' is no file name.", fix="Name the file, as in wine.csv.")
    announced = int(request.headers.get("content-length") or 0)
    _expect_room(announced, largest_bytes)
    folder.mkdir(parents=True, exist_ok=True)
    if announced > shutil.disk_usage(folder).free:
        raise DataError(f"The disk has no room for {announced:,} bytes.", fix="Make room on it.")
    target = _free_path(folder / name[-_LONGEST_NAME:])
    partial = partial_path(target)
    size = 0
    try:
        with partial.open("xb") as stream:
            async for part in request.stream():
                size += len(part)
                _expect_room(size, largest_bytes)
                stream.write(part)
        if announced and size != announced:
            raise DataError(f"Received {size:,} of {announced:,} bytes.", fix="Send it again.")
        partial.rename(target)
    finally:
        partial.unlink(missing_ok=True)
    return target


def _expect_room(size_bytes: int, largest_bytes: int) -> None:
    if size_bytes > largest_bytes:
        raise UsageError(
            f"The file has more than {largest_bytes / 2**20:,.0f} MiB, the most that may be sent.",
            fix="Put it on the server and give its path, or start with a larger --upload-limit.",
        )


def _free_path(path: Path) -> Path:
    found, number = path, 1
    while found.exists():
        number += 1
        found = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return found
