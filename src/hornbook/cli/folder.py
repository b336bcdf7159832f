"""`hornbook folder`: names for folders of files, e.g. of images."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from hornbook.cli.output import Home, Json, console, print_json, reported_errors
from hornbook.data import FolderStore, ManagedFolder
from hornbook.home import default_home

__all__ = ["folder"]

folder = typer.Typer(
    help="Name folders of files, such as images, for designs and user code.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The folder's name in this workspace.")]


@folder.command()
def create(
    name: Name,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The folder that holds the files.")],
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Give a folder a name; its files stay where they are."""
    with reported_errors(as_json):
        created = _store(home).create(name, path)
        if as_json:
            print_json(_json(created))
        else:
            console.print(Text.assemble((name, "bold"), f" is {created.path}."), soft_wrap=True)


@folder.command(name="list")
def list_folders(home: Home = None, as_json: Json = False) -> None:
    """List the named folders."""
    with reported_errors(as_json):
        folders = _store(home).all()
        if as_json:
            print_json({"folders": [_json(one) for one in folders]})
        elif not folders:
            console.print("No folder yet. Name one with:  hornbook folder create NAME PATH")
        else:
            table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
            table.add_column("Name")
            table.add_column("Path", overflow="fold")
            for one in folders:
                missing = "" if one.path.is_dir() else "  (not there)"
                table.add_row(Text(one.name), Text(f"{one.path}{missing}"))
            console.print(table)


@folder.command()
def remove(name: Name, home: Home = None, as_json: Json = False) -> None:
    """Forget a name; the files stay where they are."""
    with reported_errors(as_json):
        removed = _store(home).remove(name)
        if as_json:
            print_json(_json(removed))
        else:
            console.print(f"'{name}' is forgotten; {removed.path} stays.", soft_wrap=True)


def _store(home: Path | None) -> FolderStore:
    return FolderStore(home if home is not None else default_home())


def _json(one: ManagedFolder) -> dict[str, str | bool]:
    return {"name": one.name, "path": str(one.path), "exists": one.path.is_dir()}
