"""The process that runs one training, started by `module_command` with the session's folder.

It is started with `KERAS_BACKEND` set. All it has to say goes into the session's folder:
events while it runs, a result at its end. If it dies before, whoever finds no result says so.
"""

from __future__ import annotations

import math
import os
import sys
import time
import traceback
import warnings
from dataclasses import asdict, replace
from pathlib import Path

import keras
import psutil

from hornbook.backends import installed_backends, open_backend, set_seed
from hornbook.data import Table, TableStore
from hornbook.design import DesignFolder
from hornbook.errors import HornbookError, InterruptedTrainingError
from hornbook.features import TargetLayout
from hornbook.processes import module_command
from hornbook.training.artifact import MODEL_FOLDER, ModelArtifact, ModelOutput
from hornbook.training.build import build_for_training
from hornbook.training.cached_sets import CachedSets
from hornbook.training.context import TrainingContext, enter_design
from hornbook.training.cross_test import CrossTester
from hornbook.training.diagnose import diagnose
from hornbook.training.evaluated_rows import write_test_predictions
from hornbook.training.events import EventWriter
from hornbook.training.feature_columns import write_columns
from hornbook.training.fit import FitOutcome, fit, make_measurer, metric_prefix
from hornbook.training.job import DESIGN_FOLDER, STOP_FILE, TrainingJob
from hornbook.training.model import UserModel
from hornbook.training.prepare import (
    Preparation,
    PreparedData,
    open_tables,
    options_for_more_files,
)
from hornbook.training.provenance import Provenance
from hornbook.training.race import Contest, run_race
from hornbook.training.race_entry import RACE_FILE, losses_differ, read_race, winner_of
from hornbook.training.reference import ModelReference
from hornbook.training.resources import DesignResources
from hornbook.training.result import OutputResult, TrainingResult
from hornbook.training.trust import TrustedModels
from hornbook.training.user_code import UserCode

__all__ = ["ignore_expected_warnings", "main"]

_OUT_OF_MEMORY = (
    "The training ran out of memory. Use a smaller batch_size, fewer or narrower layers, or "
    "a machine with more memory."
)


def main(folder: Path, started: float | None = None) -> int:
    """Runs the job in a session's folder; returns the exit code of the process.

    Args:
        folder: of the session.
        started: when the job was handed over, in seconds since the epoch; when the process was
            started, where it was started for the job.
    """
    ignore_expected_warnings()
    events = EventWriter(folder)
    if started is None:
        started = psutil.Process().create_time()
    try:
        result = _Training(folder, events, started).run()
    except InterruptedTrainingError as error:
        result = TrainingResult("aborted", reason=str(error))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the last place that can say why
        traceback.print_exc()
        result = TrainingResult("failed", reason=failure_reason(error))
    result.write(folder)
    events.write("ended", status=result.status, reason=result.reason)
    events.close()
    return 0 if result.status in ("finished", "stopped") else 1


def failure_reason(error: BaseException) -> str:
    """Why a training failed, in the user's terms."""
    if isinstance(error, HornbookError):
        return str(error)
    text = str(error).strip()
    if isinstance(error, MemoryError) or "RESOURCE_EXHAUSTED" in text:
        return _OUT_OF_MEMORY
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


class _Training:
    """The stages of one training, in order."""

    def __init__(self, folder: Path, events: EventWriter, started: float) -> None:
        self._folder = folder
        self._events = events
        self._job = TrainingJob.read(folder)
        self._started = self._job.started or started
        self._imported = self._prepared = self._preprocess_seconds = 0.0
        self._stage_written = 0.0
        self._caches: CachedSets | None = None

    def run(self) -> TrainingResult:
        """Trains, and leaves nothing open, however that ends."""
        try:
            return self._run()
        finally:
            if self._caches is not None:
                self._caches.close()

    def _run(self) -> TrainingResult:
        self._imported = time.time() - self._started
        open_backend(keras.backend.backend())
        design = DesignFolder.read(self._folder / DESIGN_FOLDER, base=Path(self._job.base))
        enter_design(design, Path(self._job.home))
        code = UserCode(design.path, design.libraries)
        table, preparation, data = self._prepare(design, code)
        self._stage("building the model")
        measurer = make_measurer(design, data.targets, code)
        context = TrainingContext(
            Path(self._job.home),
            self._job.analysis_id,
            self._job.mltask_id,
            self._job.session_id,
            metric_prefix(design) + design.task.metric,
            measurer.greater_is_better,
        )
        self._race(design, data, code, context)
        if design.task.split.folds is not None:
            tester = CrossTester(
                design,
                preparation,
                measurer=measurer,
                context=context,
                events=self._events,
                folder=self._folder,
            )
            return self._cross_test(design, table, data, tester)
        del preparation
        self._preprocess(data)
        user_model = build_for_training(
            design, data.pipeline.inputs, data.targets.n_classes, code, context
        )
        self._prepared = time.time() - self._started
        self._stage("training")
        outcome = fit(
            design,
            data,
            user_model=user_model,
            measurer=measurer,
            code=code,
            events=self._events,
            folder=self._folder,
        )
        self._save(design, table, data, user_model, outcome)
        kept = f"epoch {outcome.epoch} is kept"
        return self._result(design, data, outcome, measurer.greater_is_better, kept)

    def _cross_test(
        self, design: DesignFolder, table: Table, data: PreparedData, tester: CrossTester
    ) -> TrainingResult:
        """The other way to the same end: a training for each fold, and one on all rows."""
        self._prepared = time.time() - self._started
        self._stage("training")
        tested = tester.run(data)
        self._save(design, table, tested.data, tested.user_model, tested.outcome)
        better = tester.measurer.greater_is_better
        result = self._result(design, tested.data, tested.outcome, better, tested.kept)
        return replace(
            result,
            test_rows=sum(len(fold.data.test) for fold in tested.folds),
            folds=tuple(fold.result for fold in tested.folds),
            planned_folds=tested.planned,
            metric_margins=dict(tested.margins),
            kept_fold=tested.kept_fold,
            warnings=(*result.warnings, *tested.notes),
        )

    def _prepare(
        self, design: DesignFolder, code: UserCode
    ) -> tuple[Table, Preparation, PreparedData]:
        """Reads the files and fits the features; of several folds, those of the first."""
        self._stage("reading data")
        store = TableStore(Path(self._job.home) / "datasets")
        table, test = open_tables(design, store, self._reading)
        self._stop_if_asked()
        self._stage("preparing features")
        resources = DesignResources.of_training(design, code, Path(self._job.home))
        set_seed(design.task.seed)
        self._caches = CachedSets(design, Path(self._job.home))
        preparation = Preparation(design, table, test, resources, self._caches)
        data = preparation.data(preparation.sets[0])
        if data.images is not None:
            data.images.write(self._folder)
        self._events.write(
            "prepared",
            train_rows=len(data.train),
            test_rows=len(data.test),
            validation_rows=None if data.validation is None else len(data.validation),
            features=len(data.pipeline.features),
            inputs={name: list(spec.shape) for name, spec in data.pipeline.inputs.items()},
            dropped=data.dropped,
            notes=data.notes,
            reused={name: when.isoformat() for name, when in self._caches.reused.items()},
        )
        self._stop_if_asked()
        return table, preparation, data

    def _race(
        self, design: DesignFolder, data: PreparedData, code: UserCode, context: TrainingContext
    ) -> None:
        """Lets the backends race, where the design wants it, and goes on on the winner.

        The winner takes over in this very process: its id, its log and its folder stay.
        """
        backends, current = installed_backends(), keras.backend.backend()
        is_run = design.task.runtime.backend != "race" or (self._folder / RACE_FILE).exists()
        if is_run or len(backends) < 2:
            return
        self._stage("racing backends")
        settings = design.task.training
        batches = -(-len(data.train) // settings.batch_size)
        if not settings.train_on_all_data:
            batches = settings.steps_per_epoch
        contest = Contest(data.pipeline.inputs, data.targets.n_classes, settings.epochs * batches)

        def write(folder: Path) -> None:
            inputs, n_classes = data.pipeline.inputs, data.targets.n_classes
            model = build_for_training(design, inputs, n_classes, code, context).keras_model
            contest.write(folder, data.train, settings.batch_size, model)
            keras.utils.clear_session()

        entries = run_race(self._folder, backends, write, self._stop_if_asked)
        winner = winner_of(entries)
        self._events.write("race", entries=[asdict(entry) for entry in entries])
        reason = f"the fastest of {len(entries)} in a race"
        job = replace(
            self._job, backend=winner.backend, backend_reason=reason, started=self._started
        )
        job.write(self._folder)
        self._job = job
        if winner.backend == current:
            return
        if self._caches is not None:
            self._caches.close()
        self._events.close()
        sys.stdout.flush()
        sys.stderr.flush()
        os.execve(
            sys.executable,
            module_command("hornbook.training.worker", self._folder),
            {**os.environ, "KERAS_BACKEND": winner.backend},
        )

    def _preprocess(self, data: PreparedData) -> None:
        """Fills the caches of new sets, as far as that is better done now than epoch by epoch."""
        self._stage("preprocessing rows")
        started = time.perf_counter()
        for rows in (data.train, data.validation, data.test):
            if rows is not None:
                rows.fill_cache(self._preprocessing)
        data.train.clock.take()
        self._preprocess_seconds = time.perf_counter() - started

    def _preprocessing(self, done_rows: int, total_rows: int) -> None:
        now = time.monotonic()
        if now - self._stage_written >= 0.2:
            self._stage_written = now
            self._events.write("preprocessing", done_rows=done_rows, total_rows=total_rows)
        self._stop_if_asked()

    def _save(
        self,
        design: DesignFolder,
        table: Table,
        data: PreparedData,
        user_model: UserModel,
        outcome: FitOutcome,
    ) -> None:
        self._stage("saving the model")
        artifact = self._keep(design, table, data, user_model.layout, outcome)
        artifact.write(user_model.keras_model)
        write_columns(design, table, data.pipeline, artifact.folder)
        ModelReference.of_training(
            data.train, artifact.outputs, outcome.evaluated.predictions, design.task.seed
        ).write(artifact.folder)
        TrustedModels(Path(self._job.home)).add(self._folder, "trained here")
        write_test_predictions(outcome.evaluated, self._folder)
        Provenance.of_training(
            table, data.test.table, outcome.evaluated.rows, keras.backend.backend()
        ).write(self._folder)
        self._stage("looking for what may be wrong")
        diagnose(design, table, data, user_model, outcome).write(self._folder)

    def _keep(
        self,
        design: DesignFolder,
        table: Table,
        data: PreparedData,
        layout: TargetLayout,
        outcome: FitOutcome,
    ) -> ModelArtifact:
        return ModelArtifact(
            self._folder / MODEL_FOLDER,
            {
                name: ModelOutput(
                    target.type,
                    data.targets.encoders[name],
                    outcome.measurement.thresholds[name],
                    outcome.corrections.calibrations.get(name),
                    outcome.corrections.intervals.get(name),
                )
                for name, target in design.task.targets.items()
            },
            layout,
            data.pipeline,
            options_for_more_files(design, table).only(data.pipeline.columns),
            keras.backend.backend(),
        )

    def _result(
        self,
        design: DesignFolder,
        data: PreparedData,
        outcome: FitOutcome,
        greater_is_better: bool,
        kept: str,
    ) -> TrainingResult:
        status, reason = "finished", None
        if outcome.failure is not None:
            traceback.print_exception(outcome.failure)
            status = "failed"
            reason = f"{failure_reason(outcome.failure)}\n{kept[0].upper()}{kept[1:]}."
        elif outcome.stopped:
            status = "stopped"
            reason = f"Stopped by the user; {kept}."
        notes = [*data.notes, *data.pipeline.notes()]
        if self._caches is not None:
            notes += self._caches.notes
        if not math.isfinite(outcome.measurement.value):
            notes.append(
                f"{design.task.metric} has no value on the measured rows, so no epoch is better "
                "than the first, which is kept. Bring test rows of every class, or choose "
                "another metric."
            )
        if not design.task.diagnostics.enabled:
            notes += [
                f"{name} has no value: {error}"
                for name, error in outcome.custom_score_errors.items()
            ]
        notes += outcome.corrections.notes
        race = read_race(self._folder)
        if losses_differ(race):
            notes.append(
                "From the same weights, the backends do not agree on the loss of the first batch: "
                + ", ".join(f"{one.backend} {one.loss:.6g}" for one in race if one.loss is not None)
                + "."
            )
        return TrainingResult(
            status,  # type: ignore[arg-type]
            reason=reason,
            has_model=True,
            prediction_type=design.task.prediction_types,
            target=design.task.target_title,
            metric=design.task.metric,
            greater_is_better=greater_is_better,
            metrics=dict(outcome.measurement.metrics),
            measured_on=metric_prefix(design).strip().lower(),
            best_epoch=outcome.epoch,
            epochs=outcome.epochs,
            history={name: list(values) for name, values in outcome.history.items()},
            threshold=outcome.measurement.thresholds[design.task.deciding_output],
            outputs={
                name: OutputResult(
                    str(target.type),
                    target.title,
                    dict(outcome.measurement.outputs[name].metrics),
                    outcome.measurement.thresholds[name],
                    outcome.corrections.calibration_results.get(name),
                    outcome.corrections.interval_results.get(name),
                )
                for name, target in design.task.targets.items()
            },
            train_rows=len(data.train),
            test_rows=len(data.test),
            validation_rows=None if data.validation is None else len(data.validation),
            dropped=data.dropped,
            seconds={
                "imports": self._imported,
                "prepare": self._prepared,
                "preprocess": self._preprocess_seconds,
                "fit": outcome.seconds,
                "total": time.time() - self._started,
            },
            profile=outcome.profile,
            race=race,
            backend=keras.backend.backend(),
            backend_reason=self._job.backend_reason,
            warnings=tuple(notes),
        )

    def _stage(self, name: str) -> None:
        self._events.write("stage", stage=name)

    def _reading(self, done_bytes: int, total_bytes: int) -> None:
        now = time.monotonic()
        if now - self._stage_written >= 0.2:
            self._stage_written = now
            self._events.write("reading", done_bytes=done_bytes, total_bytes=total_bytes)
        self._stop_if_asked()

    def _stop_if_asked(self) -> None:
        if (self._folder / STOP_FILE).exists():
            raise InterruptedTrainingError(
                "Stopped before the first epoch; there is nothing to keep."
            )


def ignore_expected_warnings() -> None:
    """Keras warns of inputs given as a dict to models that list theirs, which is what they want."""
    warnings.filterwarnings("ignore", message="The structure of `inputs` doesn't match")
