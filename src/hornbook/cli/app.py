"""The `hornbook` command: its verbs, and what holds for all of them."""

from __future__ import annotations

from typing import Annotated

import typer

from hornbook import __version__
from hornbook.cli.cache import cache
from hornbook.cli.check import check
from hornbook.cli.demo import demo
from hornbook.cli.endpoint import endpoint
from hornbook.cli.evaluate import evaluate, evaluations
from hornbook.cli.export import export
from hornbook.cli.folder import folder
from hornbook.cli.import_model import import_model
from hornbook.cli.init import init
from hornbook.cli.interrupt import end_interrupted
from hornbook.cli.models import models
from hornbook.cli.predict import predict
from hornbook.cli.retrain import deploy, retrain
from hornbook.cli.score import score
from hornbook.cli.serve import serve, user
from hornbook.cli.sessions import logs, sessions, show
from hornbook.cli.train import train
from hornbook.cli.trust import trust
from hornbook.processes import leave_imports_alone

__all__ = ["app", "main"]

app = typer.Typer(
    name="hornbook",
    help="Deep learning on tables: bring a table and a Keras architecture, get a trained, "
    "measured, kept model.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    demo,
    serve,
    init,
    check,
    train,
    sessions,
    show,
    predict,
    score,
    evaluate,
    evaluations,
    logs,
    deploy,
    retrain,
    export,
    trust,
    cache,
):
    app.command()(command)
app.add_typer(models, name="models")
app.command("import")(import_model)
app.add_typer(endpoint, name="endpoint")
app.add_typer(folder, name="folder")
app.add_typer(user, name="user")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    del version  # its callback has answered


def main() -> None:
    """Runs the command line; ends with its exit code."""
    leave_imports_alone()
    try:
        app()
    except KeyboardInterrupt:
        end_interrupted()
