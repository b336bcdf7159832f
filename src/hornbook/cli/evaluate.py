"""`hornbook evaluate` and `evaluations`: a model on new rows, beside what it was at training."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from hornbook.cli.draw import format_number
from hornbook.cli.output import Home, Json, console, open_registry, print_json, reported_errors
from hornbook.cli.progress import scoring_progress
from hornbook.cli.score import AnyModel
from hornbook.client import Workspace
from hornbook.serving.evaluate_model import evaluate_model, evaluation_store
from hornbook.serving.evaluation_record import ColumnDrift, Evaluation

__all__ = ["evaluate", "evaluations"]

_MOST_COLUMNS = 15


def evaluate(
    model: AnyModel,
    source: Annotated[
        str,
        typer.Argument(
            metavar="INPUT",
            help="A file, a folder of images, or the URL of a table: sqlite:///x.db?table=rows.",
        ),
    ],
    with_rows: Annotated[
        bool, typer.Option("--rows", help="Keep each row with its truth and prediction, too.")
    ] = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Measure a model on new rows with a truth, and tell how far these are from its own."""
    with reported_errors(as_json), open_registry(home) as registry:
        folder = Workspace(registry).model_folder(model)
        with scoring_progress("Evaluating", quiet=as_json) as progress:
            found = evaluate_model(
                folder, Path(registry.home), source, with_rows=with_rows, progress=progress
            )
        if as_json:
            print_json(found.model_dump(mode="json"))
        else:
            _say(found)


def evaluations(model: AnyModel, home: Home = None, as_json: Json = False) -> None:
    """List the evaluations of a model, oldest first."""
    with reported_errors(as_json), open_registry(home) as registry:
        kept = evaluation_store(Workspace(registry).model_folder(model)).all()
        if as_json:
            print_json({"evaluations": [one.model_dump(mode="json") for one in kept]})
        elif not kept:
            console.print("No evaluation yet. Make one with:  hornbook evaluate MODEL INPUT")
        else:
            _say_all(kept)


def _say(found: Evaluation) -> None:
    console.print(
        Text(
            f"{found.evaluation_id}: {found.model} on {found.input}, {found.rows:,} rows, "
            f"{found.evaluated_rows:,} of them measured."
        ),
        soft_wrap=True,
    )
    left_out = {
        "without a truth": found.rows_without_truth if found.metrics else 0,
        "of a class that the model does not know": found.unknown_class_rows,
        "that cannot be scored": found.unscorable_rows,
        "that do not parse": found.rejected_rows,
    }
    for reason, count in left_out.items():
        if count:
            console.print(f"{count:,} rows {reason} are left out.")
    for note in found.notes:
        console.print(Text(note), soft_wrap=True)
    if found.metrics:
        console.print(_metrics_table(found))
    if found.drift or found.prediction_drift:
        console.print(_drift_table(found))
    if found.rows_file:
        console.print(f"Its rows are in {found.rows_file}.", soft_wrap=True)


def _metrics_table(found: Evaluation) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Metric")
    for name in ("Now", "At training", "Difference"):
        table.add_column(name, justify="right")
    for one in found.metrics:
        difference = "" if one.difference is None else f"{one.difference:+z.4f}"
        table.add_row(
            Text(one.name), format_number(one.value), format_number(one.at_training), difference
        )
    return table


def _drift_table(found: Evaluation) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Drift of", overflow="fold")
    for name in ("Index", "", "Statistic", "p-value", "Missing before", "now"):
        table.add_column(name, justify="right")
    shown = found.drift[:_MOST_COLUMNS]
    for one in (*found.prediction_drift, *shown):
        table.add_row(*_drift_row(one))
    if len(found.drift) > len(shown):
        table.add_row(
            f"… {len(found.drift) - len(shown)} more columns: --json lists all", *[""] * 6
        )
    return table


def _drift_row(one: ColumnDrift) -> tuple[str | Text, ...]:
    level = "" if one.level == "none" else one.level
    return (
        Text(one.column),
        "" if one.psi is None else f"{one.psi:.3f}",
        Text(level, style="bold red" if level == "strong" else "yellow"),
        "" if one.statistic is None else f"{one.statistic:.4g}",
        "" if one.p_value is None else f"{one.p_value:.2g}",
        f"{one.missing_before:.1%}",
        f"{one.missing_now:.1%}",
    )


def _say_all(kept: list[Evaluation]) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("Evaluation", "When", "Version", "Input", "Rows", "Metrics", "Drifted columns"):
        table.add_column(name, overflow="fold")
    for one in kept:
        numbers = ", ".join(f"{it.name} {format_number(it.value)}" for it in one.metrics[:3])
        drifted = sum(column.level != "none" for column in one.drift)
        table.add_row(
            one.evaluation_id,
            f"{one.created_at.astimezone():%Y-%m-%d %H:%M}",
            Text(one.model),
            Text(one.input),
            f"{one.rows:,}",
            Text(numbers or "no truth"),
            f"{drifted} of {len(one.drift)}",
        )
    console.print(table)
