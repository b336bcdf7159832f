"""`hornbook sessions`, `show` and `logs`: trainings, past and running."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from hornbook.cli.diagnostics import say_diagnostics
from hornbook.cli.draw import curve, format_margin, history_table, profile_table, race_table
from hornbook.cli.output import Home, Json, console, open_registry, print_json, reported_errors
from hornbook.cli.train import say_metrics, training_json
from hornbook.errors import NotFoundError
from hornbook.features import ONLY_OUTPUT
from hornbook.jobs import LOG_FILE, settle_ended
from hornbook.registry import SessionRecord, SessionStatus
from hornbook.reports import confusion_of
from hornbook.training.result import TrainingResult

__all__ = ["AnyModel", "ModelName", "logs", "sessions", "show"]

ModelName = Annotated[
    str,
    typer.Argument(metavar="MODEL", help="<analysis_id>/<mltask_id>/<session_id>, or latest."),
]

AnyModel = Annotated[
    str,
    typer.Argument(
        metavar="MODEL",
        help="A session, a saved model, one of its versions (NAME@v2), or a folder.",
    ),
]


def sessions(
    folder: Annotated[
        Path | None, typer.Argument(help="Only the trainings of this design folder.")
    ] = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """List trainings, oldest first, with how they ended."""
    with reported_errors(as_json), open_registry(home) as registry:
        settle_ended(registry)
        task = None
        if folder is not None:
            task = registry.find_task(folder)
            if task is None:
                raise NotFoundError(
                    f"Nothing was trained in '{folder}' yet.", fix=f"hornbook train {folder}"
                )
        records = registry.sessions(task)
        if as_json:
            print_json({"sessions": [_session_json(record) for record in records]})
        elif not records:
            console.print("No training yet. Start with:  hornbook demo")
        else:
            _say_sessions(records)


def show(model: ModelName = "latest", home: Home = None, as_json: Json = False) -> None:
    """Show a trained model: its metrics, its curves, its confusion matrix, its diagnostics."""
    with reported_errors(as_json), open_registry(home) as registry:
        settle_ended(registry)
        session = registry.session(model)
        result = TrainingResult.read(session.folder)
        if as_json:
            value = training_json(session, result)
            if result is not None and result.has_model:
                matrices = confusion_of(session.folder)
                # Of an output without a name the matrix stands there itself.
                value["confusion_matrix"] = matrices.get(ONLY_OUTPUT, matrices or None)
            print_json(value)
        else:
            _say_session(session, result)


def logs(model: ModelName = "latest", home: Home = None, as_json: Json = False) -> None:
    """Print all that a training's worker printed."""
    with reported_errors(as_json), open_registry(home) as registry:
        session = registry.session(model)
        path = session.folder / LOG_FILE
        text = path.read_text("utf-8", errors="replace") if path.exists() else ""
        if as_json:
            print_json({"model": session.reference, "path": str(path), "log": text})
        else:
            typer.echo(text, nl=False)
            if not text:
                console.print(f"The worker printed nothing. Its log would be {path}")


def _session_json(session: SessionRecord) -> dict[str, Any]:
    value = asdict(session)
    for name in ("created_at", "started_at", "ended_at"):
        value[name] = None if value[name] is None else value[name].isoformat()
    return {
        **value,
        "metric_margin": _margin(session),
        "model": session.reference,
        "folder": str(session.folder),
    }


def _say_sessions(records: list[SessionRecord]) -> None:
    console.print(_sessions_table(records))
    for record in records:
        if record.reason and record.status != SessionStatus.FINISHED:
            console.print(f"{record.reference}: {record.reason.splitlines()[0]}", soft_wrap=True)


def _sessions_table(records: list[SessionRecord]) -> Table:
    # Without lines between the columns, the reference stands whole in 80 characters.
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("Model", no_wrap=True)
    for name in ("Name", "Status", "Metric", "Value", "Epoch", "Started"):
        table.add_column(
            name,
            overflow="fold",
            justify="right" if name == "Value" else "left",
            no_wrap=name == "Value",
        )
    colours = {"finished": "green", "stopped": "yellow", "failed": "red", "aborted": "red"}
    for record in records:
        status = str(record.status)
        started = record.started_at or record.created_at
        table.add_row(
            record.reference,
            Text(record.name),
            Text(status, style=colours.get(status, "cyan")),
            Text(record.metric or ""),
            _shown_value(record),
            f"{record.best_epoch}/{record.epochs}" if record.best_epoch else "",
            f"{started.astimezone():%Y-%m-%d %H:%M}",
        )
    return table


def _shown_value(record: SessionRecord) -> str:
    return (
        "" if record.metric_value is None else format_margin(record.metric_value, _margin(record))
    )


def _margin(record: SessionRecord) -> float | None:
    """Of a cross-test, twice the standard deviation of the deciding metric over the folds."""
    result = TrainingResult.read(record.folder) if record.has_model else None
    return None if result is None else result.metric_margin


def _say_session(session: SessionRecord, result: TrainingResult | None) -> None:
    console.print(Text.assemble((session.reference, "bold"), f"  {session.name}: {session.status}"))
    if session.description:
        console.print(session.description)
    if session.reason:
        console.print(session.reason, soft_wrap=True)
    if result is None or not result.has_model:
        console.print(f"Log: hornbook logs {session.reference}")
        return
    console.print(
        f"{result.prediction_type} of {result.target}; {result.train_rows:,} train rows, "
        f"{result.test_rows:,} test rows; trained in {result.seconds['fit']:.1f} s on "
        f"{result.backend}"
    )
    prefix = f"{(result.measured_on or 'test').capitalize()} "
    chosen = prefix + (result.metric or "")
    columns = [name for name in ("loss", "val_loss", chosen) if name in result.history]
    console.print(history_table(result.history, columns, result.best_epoch))
    if chosen in result.history:
        width = min(80, shutil.get_terminal_size().columns)
        console.print(
            curve(
                {chosen: result.history[chosen]},
                title=chosen,
                width=width,
                best_epoch=result.best_epoch,
            )
        )
    say_metrics(result)
    if result.race:
        console.print(race_table(result.race))
    if result.profile:
        console.print(profile_table(result.profile))
    for output, confusion in confusion_of(session.folder).items():
        if len(confusion["classes"]) <= 20:
            name = f"{output}: " if output else ""
            console.print(Text(f"{name}rows: truth, columns: prediction"))
            console.print(_confusion_table(confusion))
    say_diagnostics(session.folder)


def _confusion_table(confusion: dict[str, Any]) -> Table:
    table = Table()
    table.add_column("")
    for label in confusion["classes"]:
        table.add_column(Text(str(label)), justify="right")
    for label, row in zip(confusion["classes"], confusion["matrix"], strict=True):
        table.add_row(Text(str(label)), *(f"{count:,.10g}" for count in row))
    return table
