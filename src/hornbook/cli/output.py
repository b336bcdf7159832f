"""What every command shares: its options, its console, its JSON and its exit codes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from hornbook.errors import DesignError, HornbookError, NotFoundError, UsageError
from hornbook.registry import Registry, default_home

__all__ = [
    "FAILED",
    "WRONG_USE",
    "Home",
    "Json",
    "console",
    "open_registry",
    "print_json",
    "reported_errors",
    "status_console",
]

FAILED = 1
WRONG_USE = 2

Json = Annotated[
    bool, typer.Option("--json", help="Print one JSON object and nothing else on stdout.")
]
Home = Annotated[
    Path | None,
    typer.Option(
        "--home",
        envvar="HORNBOOK_HOME",
        help="The workspace's folder; ~/.hornbook when absent.",
        show_envvar=True,
    ),
]

console = Console(highlight=False)
status_console = Console(stderr=True, highlight=False)


def open_registry(home: Path | None) -> Registry:
    """The workspace of a command."""
    return Registry(home if home is not None else default_home())


def print_json(value: dict[str, Any]) -> None:
    """The one JSON object of a `--json` command."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


@contextmanager
def reported_errors(as_json: bool) -> Iterator[None]:
    """Says an error of ours as the user should read it, and ends with its exit code."""
    try:
        yield
    except HornbookError as error:
        _end(error, as_json)
    except BrokenPipeError:
        raise typer.Exit(FAILED) from None


def _end(error: HornbookError, as_json: bool) -> NoReturn:
    code = WRONG_USE if isinstance(error, NotFoundError | UsageError) else FAILED
    if as_json:
        value: dict[str, Any] = {"error": error.message, "fix": error.fix}
        if isinstance(error, DesignError):
            value["problems"] = [asdict(problem) for problem in error.problems]
        print_json(value)
    else:
        status_console.print(f"[bold red]Error:[/] {escape(str(error))}", soft_wrap=True)
    raise typer.Exit(code) from error
