"""`hornbook trust`: lets the code of a model be run that the workspace has not trained."""

from __future__ import annotations

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
)
from hornbook.cli.sessions import AnyModel
from hornbook.client import Workspace
from hornbook.training.trust import CodeOfModel, TrustedModels

__all__ = ["trust"]


def trust(
    model: AnyModel,
    show: Annotated[
        bool, typer.Option("--show", help="Only tell what may be run, and whether it is trusted.")
    ] = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Let a model's code be run here: one that was copied into the workspace, or changed."""
    with reported_errors(as_json), open_registry(home) as registry:
        workspace = Workspace(registry)
        folder = workspace.model_folder(model)
        if not show:
            workspace.trust(model)
        code = CodeOfModel.of(folder)
        trusted = TrustedModels(registry.home).trusts(folder)
        if as_json:
            print_json(
                {
                    "model": model,
                    "trusted": trusted,
                    "design": str(folder / "design"),
                    "files": list(code.files),
                    "modules": list(code.modules),
                }
            )
            return
        console.print(f"In {folder / 'design'}:", soft_wrap=True)
        for file in code.files:
            console.print(Text(f"  {file}"))
        if code.modules:
            console.print(Text(f"Its processors import: {', '.join(code.modules)}"))
        console.print(
            "This code is trusted: it may be run in this workspace."
            if trusted
            else "This code is not trusted. To let it be run:  hornbook trust " + model
        )
