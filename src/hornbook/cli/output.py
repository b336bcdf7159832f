"""What every command shares: its options, its console, its JSON and its exit codes.

Texts of the user reach the consoles: names, columns, reasons. So these take no markup; what is to
be styled is a `rich.text.Text` or a `style=`.
"""

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
from rich.text import Text

from hornbook.cli.interrupt import INTERRUPTED
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
    "require_file",
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

console = Console(markup=False, emoji=False, highlight=False)
status_console = Console(stderr=True, markup=False, emoji=False, highlight=False)


def open_registry(home: Path | None) -> Registry:
    """The workspace of a command."""
    return Registry(home if home is not None else default_home())


def print_json(value: dict[str, Any]) -> None:
    """The one JSON object of a `--json` command."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def require_file(path: Path) -> None:
    """Refuses what is no file.

    Raises:
        NotFoundError: there is nothing, or a folder.
    """
    if path.is_dir():
        raise NotFoundError(f"'{path}' is a folder, expected a file.")
    if not path.is_file():
        raise NotFoundError(f"There is no file '{path}'.")


@contextmanager
def reported_errors(as_json: bool) -> Iterator[None]:
    """Says an error of ours as the user should read it, and ends with its exit code."""
    try:
        yield
    except HornbookError as error:
        _end(error, as_json)
    except KeyboardInterrupt as error:
        if as_json:
            print_json({"error": "Interrupted.", "fix": None})
        else:
            status_console.print("Interrupted.")
        raise typer.Exit(INTERRUPTED) from error
    except BrokenPipeError:
        raise typer.Exit(FAILED) from None
    except OSError as error:
        _end(HornbookError(_system_message(error)), as_json)


def _end(error: HornbookError, as_json: bool) -> NoReturn:
    _say_error(error, as_json)
    raise typer.Exit(
        WRONG_USE if isinstance(error, NotFoundError | UsageError) else FAILED
    ) from error


def _say_error(error: HornbookError, as_json: bool) -> None:
    if as_json:
        value: dict[str, Any] = {"error": error.message, "fix": error.fix}
        if isinstance(error, DesignError):
            value["problems"] = [asdict(problem) for problem in error.problems]
        print_json(value)
    else:
        status_console.print(Text.assemble(("Error:", "bold red"), " ", str(error)), soft_wrap=True)


def _system_message(error: OSError) -> str:
    """What the operating system refused, and for which file."""
    if error.strerror is None:
        return str(error) or type(error).__name__
    return error.strerror + (f": '{error.filename}'" if error.filename is not None else "") + "."
