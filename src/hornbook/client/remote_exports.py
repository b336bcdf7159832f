"""Exports that a server makes, fetched and unpacked here."""

from __future__ import annotations

import shutil
import tempfile
import time
import zipfile
from contextlib import suppress
from pathlib import Path

from hornbook.atomic import replace_folder_atomically, write_json_atomically
from hornbook.client.remote_connection import Connection, path_of
from hornbook.errors import (
    ExportError,
    HornbookError,
    NotFoundError,
    RemoteError,
    did_you_mean,
)
from hornbook.serving.exports import FORMATS, ExportReport, check_output

__all__ = ["export_remotely"]

_POLL_SECONDS = 0.3
_PATIENCE_SECONDS = 60.0


def export_remotely(
    connection: Connection, model: str, name: str, output: Path | None, *, force: bool = False
) -> ExportReport:
    """Has a server write a model in a format, and brings it here, whole or not at all.

    Args:
        connection: to the server.
        model: what the server calls it.
        name: of the format.
        output: the file or folder to write; `model…` in the current folder when absent.
        force: replace what was exported there before.

    Raises:
        NotFoundError: there is no such format or model.
        UsageError: there is something at the output already, or no folder to write it in.
        ExportError: the model cannot be written in this format; it lists all reasons.
    """
    if name not in FORMATS:
        raise NotFoundError(f"There is no export format '{name}'.", fix=did_you_mean(name, FORMATS))
    chosen = FORMATS[name]
    path = (output or chosen.default_path).absolute()
    check_output(path, chosen, force=force)
    run = connection.post("/exports", {"model": model, "format": name})
    place = path_of("exports", run["export_id"])
    try:
        while run["status"] in ("waiting", "running"):
            time.sleep(_POLL_SECONDS)
            run = connection.get(place, patience_seconds=_PATIENCE_SECONDS)
        if run["status"] != "finished":
            raise ExportError(run["error"] or "The export failed.", fix=run["fix"])
        _fetch(connection, place + "/file", chosen.default_path.name, path)
    finally:
        with suppress(HornbookError):
            connection.delete(place)
    if chosen.ending and run["certificate"] is not None:
        write_json_atomically(path.with_suffix(".parity.json"), run["certificate"])
    return ExportReport(name, path, tuple(run["notes"]), run["certificate"])


def _fetch(connection: Connection, place: str, name: str, path: Path) -> None:
    """Brings the zip of an export, and moves what it holds under a name to a path."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
        packed, unpacked = Path(folder) / "export.zip", Path(folder) / "unpacked"
        connection.download(place, packed)
        try:
            with zipfile.ZipFile(packed) as archive:
                archive.extractall(unpacked)
        except zipfile.BadZipFile as error:
            raise RemoteError(f"{connection.address} sent a broken export: {error}.") from error
        found = unpacked / name
        if found.is_dir():
            replace_folder_atomically(found, path)
        elif found.is_file():
            shutil.move(found, path)
        else:
            raise RemoteError(f"The export of {connection.address} holds no '{name}'.")
