"""`hornbook check`: a design checked whole, before anything is trained."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from hornbook.cli.design import read_design
from hornbook.cli.output import (
    FAILED,
    Home,
    Json,
    console,
    open_registry,
    print_json,
    reported_errors,
)
from hornbook.jobs import CheckReport, check_design

__all__ = ["check"]


def check(
    folder: Annotated[Path, typer.Argument(help="The design folder.")],
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change a setting, for this check only."),
    ] = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Check a design whole: its settings, its code, and its model on the real input shapes."""
    with reported_errors(as_json), open_registry(home) as registry:
        if settings:
            read_design(folder, settings)
        task = registry.find_task(folder)
        report = check_design(folder, registry.home, settings or [], task=task)
        if as_json:
            print_json({"valid": not report.errors, **asdict(report)})
        else:
            _say_check(report)
    if report.errors:
        raise typer.Exit(FAILED)


def _say_check(report: CheckReport) -> None:
    for item in report.inputs:
        shown = ", ".join(item["columns"][:12])
        more = f", … ({len(item['columns'])})" if len(item["columns"]) > 12 else ""
        line = f"architecture.py:{item['line']}" if item["line"] else "not declared"
        console.print(
            Text.assemble(
                "Input ",
                (item["name"], "bold"),
                f" {tuple(item['shape'])} {item['dtype']}, {line}",
            )
        )
        console.print(f"  from {shown}{more}")
    if report.layers:
        table = Table()
        table.add_column("Layer")
        table.add_column("Output shape")
        table.add_column("Parameters", justify="right")
        for layer in report.layers:
            shape = "" if layer["shape"] is None else str(tuple(layer["shape"]))
            count = layer["parameters"]
            table.add_row(
                Text(f"{layer['name']} ({layer['type']})"),
                shape,
                "" if count is None else f"{count:,}",
            )
        console.print(table)
    if report.rows is not None:
        console.print(f"{report.rows['train']:,} train rows, {report.rows['test']:,} test rows")
    for problem in report.problems:
        style = "bold red" if problem.severity == "error" else "bold yellow"
        said = Text.assemble((problem.severity.capitalize(), style), " ", str(problem))
        console.print(said, soft_wrap=True)
    if not report.errors:
        parameters = f" {report.parameters or 0:,} parameters."
        console.print(Text.assemble(("Valid.", "bold green"), parameters))
