"""One backend in a race, started by `module_command` with the folders of session and contest.

It builds the model of the session's frozen design, takes the weights and batches of the contest,
and trains on these for a few seconds, with `KERAS_BACKEND` as it was started.
"""

from __future__ import annotations

import math
import traceback
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras

from hornbook.backends import open_backend
from hornbook.design import DesignFolder
from hornbook.errors import HornbookError
from hornbook.training.build import build_for_training
from hornbook.training.context import TrainingContext, enter_design
from hornbook.training.fit import metric_prefix
from hornbook.training.job import DESIGN_FOLDER, TrainingJob
from hornbook.training.model import UserModel
from hornbook.training.race import Contest
from hornbook.training.race_entry import RaceEntry
from hornbook.training.step_time import StepClock
from hornbook.training.user_code import UserCode
from hornbook.training.worker import ignore_expected_warnings

__all__ = ["main"]

_TIMED_SECONDS = 2.0
_MOST_STEPS = 20_000


def main(session: Path, folder: Path) -> None:
    """Trains for a few seconds and writes how that went."""
    ignore_expected_warnings()
    backend = keras.backend.backend()
    try:
        entry = _run(session, folder)
    except HornbookError as error:
        entry = RaceEntry(backend, out_because=str(error))
    except Exception as error:  # noqa: BLE001 - a backend that cannot run it is out, whatever it says
        traceback.print_exc()
        text = str(error).strip().splitlines()
        entry = RaceEntry(backend, out_because=f"{type(error).__name__}: {text[0] if text else ''}")
    if entry.loss is not None and not math.isfinite(entry.loss):
        entry = replace(entry, loss=None)
    Contest.answer(folder, entry)


def _run(session: Path, folder: Path) -> RaceEntry:
    job, contest = TrainingJob.read(session), Contest.read(folder)
    backend = keras.backend.backend()
    open_backend(backend)
    design = DesignFolder.read(session / DESIGN_FOLDER, base=Path(job.base))
    enter_design(design, Path(job.home))
    code = UserCode(design.path, design.libraries)
    # Whether greater is better only callbacks ask for, and none of the user's run here.
    context = TrainingContext(
        Path(job.home),
        job.analysis_id,
        job.mltask_id,
        job.session_id,
        metric_prefix(design) + design.task.metric,
        True,
    )
    user_model = build_for_training(design, contest.inputs, contest.n_classes, code, context)
    model = user_model.keras_model
    model.load_weights(Contest.weights(folder))
    batches = [_laid_out(batch, user_model, contest) for batch in Contest.batches(folder)]
    loss = float(_first(model.test_on_batch(*batches[0])))
    clock, few = StepClock(model, batches), len(batches)
    first_step = clock.fit_seconds(1)
    clock.fit_seconds(few)
    seconds = clock.fit_seconds(few) / few
    steps = max(few, min(_MOST_STEPS, int(_TIMED_SECONDS / seconds)))
    # Once for what it may compile for so many, once for the time.
    clock.fit_seconds(max(few, steps // 4))
    rate = steps / clock.fit_seconds(steps)
    return RaceEntry(backend, loss, first_step, rate, first_step + contest.steps / rate)


def _laid_out(
    batch: dict[str, dict[str, Any]], user_model: UserModel, contest: Contest
) -> tuple[Any, ...]:
    layout = user_model.layout
    target = layout.shape_targets(batch["target"], contest.n_classes)
    weights = layout.shape_weights(batch["weight"] or None)
    return (batch["input"], target) if weights is None else (batch["input"], target, weights)


def _first(value: Any) -> Any:
    """The loss, of what Keras gives for a batch."""
    return value[0] if isinstance(value, list | tuple) else value
