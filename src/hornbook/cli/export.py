"""`hornbook export`: a trained model in the forms that other tools take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from hornbook.cli.output import (
    Home,
    Json,
    console,
    open_registry,
    print_json,
    reported_errors,
    status_console,
)
from hornbook.client import Workspace
from hornbook.serving.exports import FORMATS, ExportSource, export_model

__all__ = ["export"]


def export(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL",
            help="<analysis_id>/<mltask_id>/<session_id>, latest, or the id or name of a saved "
            "model.",
        ),
    ],
    format_name: Annotated[
        str, typer.Option("--format", help=f"One of {', '.join(FORMATS)}.", metavar="FORMAT")
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", help="The file or folder to write; model… when absent."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace what was exported there before.")
    ] = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Write a trained model for other tools: a folder of Python, MLflow, TensorFlow, Keras."""
    with reported_errors(as_json), open_registry(home) as registry:
        folder = Workspace(registry).model_folder(model)
        if not as_json:
            status_console.print(f"Exporting {model} as {format_name}")
        source = ExportSource.named(model, folder, registry.home)
        report = export_model(source, format_name, output, force=force)
        if as_json:
            print_json(report.to_json())
            return
        console.print(Text.assemble("Wrote ", (str(report.path), "bold")), soft_wrap=True)
        for note in report.notes:
            console.print(f"  {note}", soft_wrap=True)
