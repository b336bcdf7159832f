"""`hornbook endpoint`: saved models behind an HTTP port, and the keys that open it."""

from __future__ import annotations

import sys
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
from hornbook.errors import UsageError
from hornbook.registry import default_home

__all__ = ["endpoint"]

endpoint = typer.Typer(no_args_is_help=True, help="Saved models behind an HTTP port.")
key = typer.Typer(no_args_is_help=True, help="The API keys that open endpoints.")
endpoint.add_typer(key, name="key")

_MODEL = "The id or name of a saved model."
KeyName = Annotated[str, typer.Argument(help="Of the key.")]


@endpoint.command("serve")
def serve_models(
    names: Annotated[list[str], typer.Argument(metavar="NAME", help=_MODEL)],
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port; 0 is any free one.")
    ] = 8770,
    workers: Annotated[int, typer.Option(min=1, help="How many processes share the port.")] = 1,
    service: Annotated[
        str, typer.Option(help="The service in /public/api/v1/<service>/<endpoint>/predict.")
    ] = "hornbook",
    no_keys: Annotated[
        bool, typer.Option("--no-keys", help="Let everybody on this machine ask.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse columns that the model does not know.")
    ] = False,
    share: Annotated[
        list[str] | None,
        typer.Option(help="NAME=v3:0.9,v4:0.1: which versions answer, and how many requests."),
    ] = None,
    batch_limit: Annotated[
        int, typer.Option(min=1, max=4096, help="Rows predicted at once, a power of two.")
    ] = 64,
    batch_window: Annotated[
        float, typer.Option(min=0, help="Milliseconds to wait for more rows, under load.")
    ] = 1.0,
    queue_rows: Annotated[int, typer.Option(min=1, help="Rows that may wait for a model.")] = 1024,
    body_limit: Annotated[float, typer.Option(min=0.001, help="MiB of one request.")] = 16.0,
    time_limit: Annotated[float, typer.Option(min=0.001, help="Seconds of one request.")] = 10.0,
    drain: Annotated[
        float, typer.Option(min=0, help="Seconds for the last requests after SIGTERM.")
    ] = 30.0,
    log_requests: Annotated[
        bool, typer.Option("--log-requests/--no-log-requests", help="Log each request.")
    ] = True,
    audit: Annotated[
        Path | None, typer.Option(help="A file for inputs and outputs, as JSON lines.")
    ] = None,
    audit_limit: Annotated[
        float, typer.Option(min=0.001, help="MiB after which the file is put aside.")
    ] = 64.0,
    audit_files: Annotated[int, typer.Option(min=0, help="Older files that are kept.")] = 5,
    home: Home = None,
) -> None:
    """Serve the active versions of saved models over HTTP, in this process."""
    # Other commands need not wait for the server's imports.
    from hornbook.serving.endpoint import EndpointOptions, serve_endpoint  # noqa: PLC0415

    with reported_errors(as_json=False):
        options = EndpointOptions(
            home=Path(home).resolve() if home is not None else default_home(),
            names=tuple(dict.fromkeys(names)),
            service=service,
            host=host,
            port=port,
            workers=workers,
            without_keys=no_keys,
            strict=strict,
            shares=_shares(share or ()),
            batch_limit=batch_limit,
            batch_window_ms=batch_window,
            queue_rows=queue_rows,
            body_limit_bytes=int(body_limit * 2**20),
            time_limit_seconds=time_limit,
            drain_seconds=drain,
            log_requests=log_requests,
            audit=audit,
            audit_limit_bytes=int(audit_limit * 2**20),
            audit_files=audit_files,
        )
        options.check()
        with open_registry(home) as registry:
            for name in options.names:
                registry.saved_model(name)
            if not no_keys and not registry.endpoint_keys():
                status_console.print(
                    "No API key opens it yet. To make one:  hornbook endpoint key add NAME"
                )
        serve_endpoint(options, _say_listening, _say_ready)


@endpoint.command("share")
def share_model(
    name: Annotated[str, typer.Argument(help=_MODEL)],
    shares: Annotated[
        str | None, typer.Argument(metavar="[SHARES]", help="v3:0.9,v4:0.1; together 1.")
    ] = None,
    home: Home = None,
) -> None:
    """Share a model's requests between versions; without SHARES its active version answers."""
    from hornbook.serving.endpoint.shares import (  # noqa: PLC0415
        checked_shares,
        parse_shares,
        write_shares,
    )

    with reported_errors(as_json=False), open_registry(home) as registry:
        model = registry.saved_model(name)
        parsed = None if shares is None else parse_shares(shares)
        checked_shares(model, parsed)
        write_shares(registry.home, model.name, parsed)
        told = f"its active version {model.active_version.version_id}" if parsed is None else shares
        console.print(Text(f"'{model.name}' is answered by {told}; endpoints follow in a moment."))


@key.command("add")
def add_key(
    name: KeyName,
    model: Annotated[
        str | None, typer.Option("--for", metavar="MODEL", help="The only model it opens.")
    ] = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Make a key; it is shown once, and only a hash of it is kept."""
    with reported_errors(as_json), open_registry(home) as registry:
        saved_model = None if model is None else registry.saved_model(model)
        made = registry.add_endpoint_key(
            name, None if saved_model is None else saved_model.saved_model_id
        )
        if as_json:
            print_json({"name": name, "key": made})
            return
        opens = "all models" if saved_model is None else f"'{saved_model.name}'"
        console.print(Text(f"The key '{name}' opens {opens}. It is shown this once:"))
        sys.stdout.write(f"{made}\n")


@key.command("list")
def list_keys(home: Home = None, as_json: Json = False) -> None:
    """List the keys; the keys themselves are not known any more."""
    with reported_errors(as_json), open_registry(home) as registry:
        names = {model.saved_model_id: model.name for model in registry.saved_models()}
        keys = registry.endpoint_keys()
        if as_json:
            values = [
                {
                    "name": one.name,
                    "model": one.saved_model_id,
                    "created_at": one.created_at.isoformat(),
                }
                for one in keys
            ]
            print_json({"keys": values})
            return
        for one in keys:
            opens = "all models"
            if one.saved_model_id is not None:
                opens = names.get(one.saved_model_id, one.saved_model_id)
            console.print(Text(f"{one.name}  {opens}  since {one.created_at:%Y-%m-%d}"))
        if not keys:
            console.print("No keys. To make one:  hornbook endpoint key add NAME")


@key.command("revoke")
def revoke_key(name: KeyName, home: Home = None) -> None:
    """Revoke a key; endpoints refuse it a moment later."""
    with reported_errors(as_json=False), open_registry(home) as registry:
        registry.remove_endpoint_key(name)
        console.print(Text(f"The key '{name}' opens nothing any more."))


def _shares(texts: list[str] | tuple[str, ...]) -> dict[str, dict[str, float]]:
    from hornbook.serving.endpoint.shares import parse_shares  # noqa: PLC0415

    shares = {}
    for text in texts:
        name, equals, written = text.rpartition("=")
        if not equals:
            raise UsageError(
                f"Received --share {text}, expected NAME=SHARES.",
                fix="Write it like --share adult=v3:0.9,v4:0.1.",
            )
        shares[name] = parse_shares(written)
    return shares


def _say_listening(address: str) -> None:
    console.print(Text(f"Loading; {address}/ready answers 200 once the models do."))
    sys.stdout.flush()


def _say_ready(address: str) -> None:
    console.print(Text(f"Ready at {address}. Ctrl-C or SIGTERM ends it."))
    sys.stdout.flush()
