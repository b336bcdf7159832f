"""`hornbook import`: a plain `.keras` file as a saved model."""

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
    require_file,
    status_console,
)
from hornbook.serving.exports.keras_import import import_keras_file

__all__ = ["import_model"]


def import_model(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A .keras file, with layers of Keras only.")
    ],
    name: Annotated[str, typer.Option("--name", help="The saved model's name.")],
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Make a .keras file the active version of a saved model, whose weights designs can load."""
    with reported_errors(as_json), open_registry(home) as registry:
        require_file(file)
        if not as_json:
            status_console.print(f"Loading {file} in Keras' safe mode")
        version = import_keras_file(registry, file, name)
        if as_json:
            print_json(
                {
                    "saved_model_id": version.saved_model_id,
                    "version_id": version.version_id,
                    "name": name,
                    "folder": str(version.folder),
                }
            )
            return
        console.print(
            Text.assemble(
                (name, "bold"), f" ({version.saved_model_id}): version {version.version_id}."
            )
        )
        console.print(
            f'In build_model:  get_keras_model_from_saved_model("{version.saved_model_id}")',
            soft_wrap=True,
        )
