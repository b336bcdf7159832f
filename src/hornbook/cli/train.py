"""`hornbook train`: one training, followed to its end."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from hornbook.cli.design import read_design
from hornbook.cli.diagnostics import say_diagnostics
from hornbook.cli.draw import format_number, metrics_table
from hornbook.cli.output import (
    FAILED,
    Home,
    Json,
    console,
    open_registry,
    print_json,
    reported_errors,
    require_file,
    status_console,
)
from hornbook.cli.partitions import group_json, run_group, say_group
from hornbook.cli.train_one import run_training
from hornbook.diagnostics import DiagnosticReport
from hornbook.jobs import TrainedGroup
from hornbook.registry import Registry, SessionRecord, SessionStatus
from hornbook.training.result import OutputResult, TrainingResult

__all__ = ["ended_well", "say_metrics", "say_outcome", "train", "training_json"]


def train(
    folder: Annotated[Path, typer.Argument(help="The design folder.")],
    name: Annotated[str | None, typer.Option("--name", help="A name for the session.")] = None,
    description: Annotated[
        str | None, typer.Option("--description", help="What this session tries.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="Change a setting, for this training only."
        ),
    ] = None,
    data: Annotated[
        Path | None, typer.Option("--data", help="Train on another file than task.toml names.")
    ] = None,
    partition_by: Annotated[
        str | None,
        typer.Option(
            "--partition-by",
            metavar="COLUMN",
            help="Train a submodel for each value of a column, and the whole model.",
        ),
    ] = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Train a design; Ctrl-C once stops and keeps the best epoch, twice aborts."""
    with reported_errors(as_json), open_registry(home) as registry:
        changes = list(settings or [])
        if data is not None:
            require_file(data)
            changes.append(f"dataset.path={data.resolve().as_posix()}")
        design = read_design(folder, changes)
        if partition_by is not None:
            group = run_group(registry, design, partition_by, name, description, quiet=as_json)
            session = group.whole
            _say_group_outcome(registry, group, as_json)
        else:
            session = run_training(registry, design, name, description, quiet=as_json)
            result = TrainingResult.read(session.folder)
            if as_json:
                print_json(training_json(session, result))
            else:
                say_outcome(session, result)
    if session is None or not ended_well(session):
        raise typer.Exit(FAILED)


def _say_group_outcome(registry: Registry, group: TrainedGroup, as_json: bool) -> None:
    whole = group.whole
    result = None if whole is None else TrainingResult.read(whole.folder)
    if as_json:
        known = {} if whole is None else training_json(whole, result)
        print_json({**known, **group_json(registry, group)})
        return
    if whole is not None:
        say_outcome(whole, result)
    say_group(registry, group)


def ended_well(session: SessionRecord) -> bool:
    """Whether the command ends with 0: also where the user stopped it with an epoch kept."""
    return session.status in (SessionStatus.FINISHED, SessionStatus.STOPPED)


def training_json(session: SessionRecord, result: TrainingResult | None) -> dict[str, Any]:
    """A session with all that is reported of it."""
    value = {
        "session_id": session.session_id,
        "analysis_id": session.analysis_id,
        "mltask_id": session.mltask_id,
        "model": session.reference,
        "name": session.name,
        "description": session.description,
    }
    reported = TrainingResult("failed") if result is None else result
    value.update(reported.to_json())
    value.update(DiagnosticReport.read(session.folder).to_json())
    value.update(status=str(session.status), reason=session.reason, folder=str(session.folder))
    return value


def say_outcome(session: SessionRecord, result: TrainingResult | None) -> None:
    """The closing words of a training."""
    if session.status in (SessionStatus.FAILED, SessionStatus.ABORTED):
        how = (f"{session.status.value.capitalize()}:", "bold red")
        status_console.print(Text.assemble(how, " ", session.reason or ""), soft_wrap=True)
        status_console.print(f"Log: hornbook logs {session.reference}")
    if result is None or not result.has_model:
        return
    say_metrics(result)
    for warning in result.warnings:
        console.print(f"Note: {warning}")
    say_diagnostics(session.folder)
    seconds = result.seconds
    validation = f"{result.validation_rows:,} validation rows, " if result.validation_rows else ""
    console.print(
        f"{result.train_rows:,} train rows, {validation}{result.test_rows:,} test rows; "
        f"training {seconds['fit']:.1f} s of {seconds['total']:.1f} s "
        f"(imports {seconds['imports']:.1f} s) on {result.backend}: {result.backend_reason}"
    )
    console.print(Text.assemble("Model ", (session.reference, "bold")))


def _folds_title(result: TrainingResult) -> str:
    """What the numbers of a cross-test are, and which model is kept."""
    n_folds = len(result.folds)
    of_planned = (
        f"{n_folds}"
        if n_folds == result.planned_folds
        else (f"{n_folds} of {result.planned_folds}")
    )
    measured = f"Mean ± 2 standard deviations of {of_planned} folds"
    if n_folds == 1:
        measured = f"Measured on {of_planned} folds"
    if result.measured_on == "validation":
        measured += ", on test rows that chose nothing"
    epochs = f"{result.best_epoch} epoch{'s' if result.best_epoch != 1 else ''}"
    if result.kept_fold is None:
        return f"{measured}; the kept model was trained on all rows for {epochs}"
    return f"{measured}; the model of fold {result.kept_fold} is kept, after {epochs}"


def say_metrics(result: TrainingResult) -> None:
    """The metrics of the kept epoch, and what they were measured on."""
    where = "test set" if result.measured_on == "test" else "test set, which chose nothing"
    title = f"Epoch {result.best_epoch} of {result.epochs} is kept; measured on the {where}"
    if result.folds:
        title = _folds_title(result)
    console.print(title, style="bold")
    console.print(metrics_table(result.metrics, result.metric, result.metric_margins))
    for name, output in result.outputs.items():
        if output.threshold is not None:
            which = Text(f"{name} threshold" if name else "Threshold")
            console.print(which.append(f" {output.threshold:.4f}"))
        _say_corrections(name, output)


def _say_corrections(name: str, output: OutputResult) -> None:
    """What was learnt on rows held out from training, and what it is worth on others."""
    title = f"{name}: " if name else ""
    calibration, interval = output.calibration, output.interval
    if calibration is not None:
        log_losses = (calibration.log_loss_before, calibration.log_loss_after)
        losses = (calibration.calibration_loss_before, calibration.calibration_loss_after)
        where = "the test rows"
        if calibration.measured_on == "folds":
            where += ", each fifth by a fit on the others"
        console.print(
            f"{title}Probabilities calibrated ({calibration.method}) on "
            f"{calibration.fitted_rows:,} {calibration.fitted_on} rows: Log Loss "
            f"{' → '.join(map(format_number, log_losses))}, Calibration Loss "
            f"{' → '.join(map(format_number, losses))} on {where}",
            soft_wrap=True,
        )
    if interval is not None:
        measured = ""
        if interval.measured_coverage is not None:
            measured = f"; it holds {interval.measured_coverage:.1%} of the test rows"
        if measured and interval.measured_on == "halves":
            measured += ", half against half"
        console.print(
            f"{title}Prediction interval for {interval.coverage:.4g}: "
            f"± {format_number(interval.half_width)}, learnt on {interval.fitted_rows:,} "
            f"{interval.fitted_on} rows{measured}",
            soft_wrap=True,
        )
