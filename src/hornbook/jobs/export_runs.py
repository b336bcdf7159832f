"""Exports that a server makes: each by a process of its own, kept as a zip to download."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from hornbook.atomic import partial_path, write_json_atomically
from hornbook.errors import NotFoundError, UsageError
from hornbook.jobs.environment import worker_environment
from hornbook.processes import module_command
from hornbook.registry import new_id

__all__ = ["ExportRun", "ExportRuns"]

_WORKER = "hornbook.serving.exports.worker"
_STATE_FILE = "run.json"
_ARCHIVE_FILE = "export.zip"
_ID = re.compile(r"[A-Za-z0-9]{8}")


@dataclass(frozen=True)
class ExportRun:
    """One export.

    Attributes:
        export_id: 8 letters and digits.
        model: what is exported, as it was asked for.
        format: the name of the format.
        status: `"failed"` also where the server ended before it was done.
        started_at: in ISO 8601.
        notes: once finished, what to know of it.
        certificate: how its predictions compare with Hornbook's, where that was measured.
        size_bytes: of the zip.
        error, fix: why it failed, and what to do.
    """

    export_id: str
    model: str
    format: str
    status: Literal["waiting", "running", "finished", "failed"]
    started_at: str
    notes: tuple[str, ...] = ()
    certificate: dict[str, Any] | None = None
    size_bytes: int | None = None
    error: str | None = None
    fix: str | None = None


class ExportRuns:
    """The exports of a workspace, made one after the other; any thread may use it.

    They are kept in the folder `exports` of the workspace until they are removed.

    Args:
        home: the workspace's folder.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._folder = home / "exports"
        self._lock = threading.Lock()
        self._open: dict[str, subprocess.Popen[str] | None] = {}
        self._closed = False
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="export")

    def start(self, model: str, folder: Path, format_name: str, default_path: Path) -> ExportRun:
        """Begins to export a model.

        Args:
            model: what the user calls it.
            folder: of its session or version.
            format_name: of a known format.
            default_path: what the exported file or folder is called in the zip.
        """
        run = ExportRun(new_id(), model, format_name, "waiting", datetime.now(UTC).isoformat())
        place = self._folder / run.export_id
        place.mkdir(parents=True)
        self._write(run)
        with self._lock:
            self._open[run.export_id] = None
        self._threads.submit(self._make, run, folder, place / "made" / default_path.name)
        return run

    def all(self) -> list[ExportRun]:
        """Every export, the newest first."""
        ids = [path.parent.name for path in self._folder.glob(f"*/{_STATE_FILE}")]
        return sorted((self.get(one) for one in ids), key=lambda run: run.started_at, reverse=True)

    def get(self, export_id: str) -> ExportRun:
        """One export.

        Raises:
            NotFoundError: there is none of that id.
        """
        path = self._folder / export_id / _STATE_FILE
        if not _ID.fullmatch(export_id) or not path.is_file():
            raise NotFoundError(f"There is no export '{export_id}'.")
        values = json.loads(path.read_text("utf-8"))
        run = ExportRun(**{**values, "notes": tuple(values["notes"])})
        with self._lock:
            is_open = export_id in self._open
        if run.status in ("waiting", "running") and not is_open:
            return replace(run, status="failed", error="The server ended before it was done.")
        return run

    def archive(self, export_id: str) -> Path:
        """The zip of a finished export.

        Raises:
            NotFoundError: there is none of that id, or it is not finished.
        """
        run = self.get(export_id)
        if run.status != "finished":
            raise NotFoundError(
                f"The export '{export_id}' is {run.status}, so there is nothing to download."
                + (f" {run.error}" if run.error else "")
            )
        return self._folder / export_id / _ARCHIVE_FILE

    def remove(self, export_id: str) -> None:
        """Forgets an export and its zip.

        Raises:
            NotFoundError: there is none of that id.
            UsageError: it is being made.
        """
        if self.get(export_id).status in ("waiting", "running"):
            raise UsageError(f"The export '{export_id}' is being made.", fix="Wait until it ends.")
        shutil.rmtree(self._folder / export_id)

    def close(self) -> None:
        """Ends what is being made."""
        with self._lock:
            self._closed = True
            processes = [one for one in self._open.values() if one is not None]
        for process in processes:
            process.terminate()
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _make(self, run: ExportRun, folder: Path, output: Path) -> None:
        place = self._folder / run.export_id
        try:
            self._write(replace(run, status="running"))
            output.parent.mkdir()
            answer = self._ask(run, folder, output)
            if "error" in answer:
                run = replace(run, status="failed", error=answer["error"], fix=answer["fix"])
            else:
                _zip(output, place / _ARCHIVE_FILE)
                run = replace(
                    run,
                    status="finished",
                    notes=tuple(answer["notes"]),
                    certificate=answer["certificate"],
                    size_bytes=(place / _ARCHIVE_FILE).stat().st_size,
                )
        except OSError as error:
            run = replace(run, status="failed", error=f"It could not be written: {error}")
        finally:
            shutil.rmtree(output.parent, ignore_errors=True)
            self._write(run)
            with self._lock:
                del self._open[run.export_id]

    def _ask(self, run: ExportRun, folder: Path, output: Path) -> dict[str, Any]:
        """What the process that exports says."""
        asked, answer = output.parent / "request.json", output.parent / "answer.json"
        write_json_atomically(
            asked,
            {
                "reference": run.model,
                "folder": str(folder),
                "home": str(self._home),
                "format": run.format,
                "output": str(output),
                "answer": str(answer),
            },
        )
        # The worker opens the backend that the model was trained on.
        environment = {
            name: value
            for name, value in worker_environment("", self._home).items()
            if name != "KERAS_BACKEND"
        }
        with self._lock:
            if self._closed:
                return {"error": "The server ended before it was done.", "fix": None}
            process = subprocess.Popen(
                module_command(_WORKER, asked),
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            self._open[run.export_id] = process
        _, said = process.communicate()
        if not answer.is_file():
            return {
                "error": f"The export ended with exit code {process.returncode} and no answer: "
                f"{said.strip()[-1000:]}",
                "fix": None,
            }
        found: dict[str, Any] = json.loads(answer.read_text("utf-8"))
        return found

    def _write(self, run: ExportRun) -> None:
        write_json_atomically(self._folder / run.export_id / _STATE_FILE, asdict(run))


def _zip(path: Path, target: Path) -> None:
    """Packs a file, or a folder under its own name."""
    partial = partial_path(target)
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
            files = [path] if path.is_file() else sorted(path.rglob("*"))
            for file in files:
                if file.is_file():
                    archive.write(file, file.relative_to(path.parent).as_posix())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
