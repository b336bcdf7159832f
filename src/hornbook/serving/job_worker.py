"""The process of a model job, started by `module_command` with the job's folder.

It is started with `KERAS_BACKEND` set. How far it is, what it came to and why it failed stand in
the job's `state.json`. SIGINT ends it; of a scoring, what is predicted is kept for the next.
"""

from __future__ import annotations

import time
import traceback
from pathlib import Path
from typing import Any

from hornbook.errors import HornbookError
from hornbook.serving.evaluate_model import evaluate_model
from hornbook.serving.model_jobs import JobRequest, JobState
from hornbook.serving.score_model import score_model
from hornbook.serving.scoring_options import ScoringOptions

__all__ = ["main"]

_TELL_SECONDS = 0.3


class _Teller:
    """Writes how far the job is, now and then."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._told = 0.0
        self._started = time.monotonic()

    def __call__(self, done: int, total: int | None, share: float) -> None:
        now = time.monotonic()
        if now - self._told < _TELL_SECONDS:
            return
        self._told = now
        JobState(
            status="running",
            done_rows=done,
            total_rows=total,
            share=done / total if total else share,
            rows_per_second=done / max(now - self._started, 1e-9),
        ).write(self._folder)


def main(folder: Path) -> int:
    """Does the job in a folder; returns the exit code of the process."""
    request = JobRequest.read(folder)
    try:
        result = _done(request, folder)
    except KeyboardInterrupt:
        state = JobState(status="cancelled", error="Cancelled.")
    except HornbookError as error:
        kind = type(error).__name__
        state = JobState(status="failed", error=error.message, error_kind=kind, fix=error.fix)
    except Exception as error:  # noqa: BLE001 - the last place that can say why
        traceback.print_exc()
        state = JobState(status="failed", error=f"{type(error).__name__}: {error}")
    else:
        state = JobState(status="finished", share=1.0, result=result)
    state.write(folder)
    return 0 if state.status == "finished" else 1


def _done(request: JobRequest, folder: Path) -> dict[str, Any]:
    model, home, tell = Path(request.model_folder), Path(request.home), _Teller(folder)
    if request.kind == "evaluation":
        found = evaluate_model(
            model, home, request.source, with_rows=request.with_rows, progress=tell
        )
        return found.model_dump(mode="json")
    options = ScoringOptions(
        threshold=request.threshold,
        columns=None if request.columns is None else tuple(request.columns),
        batch_size=request.batch_size,
        with_probabilities=request.with_probabilities,
    )
    scored = score_model(
        model, home, request.source, str(request.output), options=options, progress=tell
    )
    return scored.to_json()
