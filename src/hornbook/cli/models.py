"""`hornbook models`: saved models, their versions, and which of them is active."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from hornbook.cli.compare import say_model_comparison
from hornbook.cli.output import Home, Json, console, open_registry, print_json, reported_errors
from hornbook.cli.saved_model import (
    saved_model_json,
    saved_models_table,
    say_saved_model,
    say_version,
    version_details,
)
from hornbook.client import Workspace
from hornbook.errors import NotFoundError, UsageError
from hornbook.jobs import finish_retrainings, settle_ended
from hornbook.registry import Registry, SavedModelRecord
from hornbook.reports import compare_models

__all__ = ["models"]

models = typer.Typer(
    help="List saved models, and change which of their versions is active.",
    invoke_without_command=True,
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The saved model's name or id.")]
VersionId = Annotated[str, typer.Argument(metavar="VERSION", help="The version, such as v2.")]


@models.callback()
def _list_without_a_verb(context: typer.Context, home: Home = None, as_json: Json = False) -> None:
    if context.invoked_subcommand is None:
        list_models(home, as_json)
    elif as_json:
        raise typer.BadParameter(f"write --json after {context.invoked_subcommand}")


@models.command(name="list")
def list_models(home: Home = None, as_json: Json = False) -> None:
    """List the saved models with their active versions; the same as no verb at all."""
    with _watched(home, as_json) as registry:
        records = registry.saved_models()
        if as_json:
            print_json({"saved_models": [saved_model_json(record) for record in records]})
        elif not records:
            console.print("No saved model yet. Make one with:  hornbook deploy MODEL --name NAME")
        else:
            console.print(saved_models_table(records))


@models.command()
def show(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A saved model, or NAME@v2 for one version.")
    ],
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Show a saved model with its versions, or one version with all that is known of it."""
    with _watched(home, as_json) as registry:
        version = registry.saved_model_version(name)
        record = registry.saved_model(version.saved_model_id)
        is_one = name not in (record.name, record.saved_model_id)
        if as_json:
            details = version_details(version) if is_one else {}
            print_json({**saved_model_json(record), **details})
        elif is_one:
            say_version(record, version)
        else:
            say_saved_model(record)


@models.command()
def activate(name: Name, version: VersionId, home: Home = None, as_json: Json = False) -> None:
    """Make a version the active one: the one that scores."""
    with reported_errors(as_json), open_registry(home) as registry:
        _say_active(registry.activate_version(name, version), as_json)


@models.command()
def rollback(name: Name, home: Home = None, as_json: Json = False) -> None:
    """Make that version active again which was so before."""
    with reported_errors(as_json), open_registry(home) as registry:
        _say_active(registry.roll_back(name), as_json)


@models.command()
def rename(
    name: Name,
    new_name: Annotated[str, typer.Argument(metavar="NEW_NAME", help="What to call it.")],
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Give a saved model another name; its id stays."""
    with reported_errors(as_json), open_registry(home) as registry:
        record = registry.rename_saved_model(name, new_name)
        if as_json:
            print_json(saved_model_json(record))
        else:
            console.print(Text.assemble(f"{record.saved_model_id} is ", (record.name, "bold"), "."))


@models.command()
def delete(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A saved model, or NAME@v2 for one version.")
    ],
    yes: Annotated[
        bool, typer.Option("--yes", help="Delete a whole saved model without asking.")
    ] = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Delete a saved model, or one of its versions; sessions stay."""
    with reported_errors(as_json), open_registry(home) as registry:
        version = registry.saved_model_version(name)
        record = registry.saved_model(version.saved_model_id)
        deleted = [version.version_id]
        if name in (record.name, record.saved_model_id):
            deleted = [one.version_id for one in record.versions]
            _confirm(record, yes=yes, as_json=as_json)
            registry.delete_saved_model(record.saved_model_id)
        else:
            registry.delete_version(record.saved_model_id, version.version_id)
        if as_json:
            print_json(
                {
                    "saved_model_id": record.saved_model_id,
                    "name": record.name,
                    "deleted_versions": deleted,
                }
            )
        else:
            console.print(Text(f"Deleted {record.name}: {', '.join(deleted)}."))


@models.command()
def compare(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="MODEL",
            help="Two or more of: NAME@v2, a saved model, a session, a folder. A saved model alone "
            "means all its versions.",
        ),
    ],
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Compare models: metrics side by side, differences of settings, code, data and software."""
    with reported_errors(as_json), open_registry(home) as registry:
        comparison = compare_models(_compared(registry, names))
        if as_json:
            print_json(comparison.model_dump(mode="json"))
        else:
            say_model_comparison(comparison)


@contextmanager
def _watched(home: Path | None, as_json: bool) -> Iterator[Registry]:
    """The workspace, once all that has ended unwatched is recorded."""
    with reported_errors(as_json), open_registry(home) as registry:
        settle_ended(registry)
        finish_retrainings(registry)
        yield registry


def _compared(registry: Registry, names: list[str]) -> dict[str, Path]:
    workspace = Workspace(registry)
    if len(names) == 1:
        try:
            record = registry.saved_model(names[0])
        except NotFoundError:
            return {names[0]: workspace.model_folder(names[0])}
        return {version.version_id: version.folder for version in record.versions}
    return {name: workspace.model_folder(name) for name in names}


def _confirm(record: SavedModelRecord, *, yes: bool, as_json: bool) -> None:
    if yes:
        return
    n_versions = len(record.versions)
    what = f"'{record.name}' and its {n_versions} version{'s' if n_versions != 1 else ''}"
    if as_json or not console.is_terminal:
        raise UsageError(f"{what} would be deleted for good.", fix="Say so with --yes.")
    typer.confirm(f"Delete {what} for good?", abort=True)


def _say_active(record: SavedModelRecord, as_json: bool) -> None:
    if as_json:
        print_json(saved_model_json(record))
    else:
        active = record.active_version.version_id
        console.print(Text.assemble((record.name, "bold"), f": version {active} is active."))
