"""`hornbook serve` and `hornbook user`: the studio in the browser, and who may open it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from hornbook.cli.output import Home, Json, console, open_registry, print_json, reported_errors
from hornbook.errors import UsageError
from hornbook.registry import default_home

__all__ = ["serve", "user"]

_FEWEST_CHARACTERS = 8

user = typer.Typer(no_args_is_help=True, help="The people who may open the studio.")


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int | None, typer.Option(help="The port; 8765, or the next free one, when absent.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many trainings run at once.")] = 1,
    password: Annotated[
        bool,
        typer.Option("--password", help="Ask for a password that opens it, or HORNBOOK_PASSWORD."),
    ] = False,
    allowed_host: Annotated[
        list[str] | None,
        typer.Option(help="A name under which the server is reached; * for any."),
    ] = None,
    upload_limit: Annotated[int, typer.Option(min=1, help="MiB of one upload.")] = 20_480,
    worker_ready: Annotated[
        bool,
        typer.Option(
            "--worker-ready/--no-worker-ready", help="Keep a worker with its imports done."
        ),
    ] = True,
    home: Home = None,
) -> None:
    """Open the studio: design, train, watch and judge models in the browser."""
    # Other commands need not wait for the web server's imports.
    from hornbook.web import ServerOptions  # noqa: PLC0415
    from hornbook.web import serve as run_server  # noqa: PLC0415

    with reported_errors(as_json=False):
        options = ServerOptions(
            home=Path(home) if home is not None else default_home(),
            host=host,
            port=8765 if port is None else port,
            or_next_port=port is None,
            password=_asked_password() if password else None,
            token=os.environ.get("HORNBOOK_TOKEN") or None,
            limit=limit,
            keep_worker_ready=worker_ready,
            allowed_hosts=frozenset(allowed_host or ()),
            largest_upload_bytes=upload_limit * 2**20,
        )
        run_server(options, _say_ready)


@user.command("add")
def add_user(name: Annotated[str, typer.Argument(help="Of the user.")], home: Home = None) -> None:
    """Add a user, or give one another password; HORNBOOK_PASSWORD or asked for."""
    from hornbook.api.access import hash_password  # noqa: PLC0415

    with reported_errors(as_json=False), open_registry(home) as registry:
        registry.set_user(name, hash_password(_asked_password()))
        console.print(f"'{name}' may open the studio.")


@user.command("list")
def list_users(home: Home = None, as_json: Json = False) -> None:
    """List the users."""
    with reported_errors(as_json), open_registry(home) as registry:
        users = registry.users()
        if as_json:
            values = [{"name": one.name, "created_at": one.created_at.isoformat()} for one in users]
            print_json({"users": values})
        for one in () if as_json else users:
            console.print(f"{one.name}  since {one.created_at:%Y-%m-%d}")
        if not users and not as_json:
            console.print("No users: the link of `hornbook serve`, or its password, opens it.")


@user.command("remove")
def remove_user(
    name: Annotated[str, typer.Argument(help="Of the user.")], home: Home = None
) -> None:
    """Remove a user; what they trained stays."""
    with reported_errors(as_json=False), open_registry(home) as registry:
        registry.remove_user(name)
        console.print(f"'{name}' may no longer open the studio.")


def _say_ready(address: str, link: str) -> None:
    console.print(Text.assemble("The studio is open at  ", (link, "bold")), soft_wrap=True)
    console.print("Ctrl-C ends the server; trainings go on and are found again.")
    sys.stdout.flush()
    del address


def _asked_password() -> str:
    given = os.environ.get("HORNBOOK_PASSWORD")
    if given is None:
        given = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    if len(given) < _FEWEST_CHARACTERS:
        raise UsageError(
            f"The password has {len(given)} characters.",
            fix=f"Choose one of at least {_FEWEST_CHARACTERS}.",
        )
    return str(given)
