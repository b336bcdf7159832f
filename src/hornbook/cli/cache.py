"""`hornbook cache`: the preprocessed rows that a workspace keeps."""

from __future__ import annotations

import re
from typing import Annotated, Any

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from hornbook.cli.output import Home, Json, console, print_json, reported_errors
from hornbook.data import CachedSet, SetCache
from hornbook.errors import UsageError
from hornbook.home import default_home

__all__ = ["cache"]

_UNITS = {"": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}


def cache(
    clear: Annotated[bool, typer.Option("--clear", help="Remove all sets.")] = False,
    limit: Annotated[
        str | None,
        typer.Option(metavar="SIZE", help="What all sets together may take, e.g. 50GB."),
    ] = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """List the preprocessed rows kept for later trainings, clear them, or limit their size."""
    with reported_errors(as_json):
        store = SetCache.of_workspace(home if home is not None else default_home())
        if limit is not None:
            store.set_limit(_bytes(limit))
        sets = store.clear() if clear else store.sets()
        if as_json:
            print_json(
                {
                    "limit_bytes": store.limit_bytes,
                    "cleared": clear,
                    "sets": [_json(one) for one in sets],
                }
            )
        elif clear:
            console.print(f"Removed {len(sets)} sets, {_shown(_total(sets))}.")
        else:
            _say(sets, store.limit_bytes)


def _say(sets: list[CachedSet], limit_bytes: int) -> None:
    if not sets:
        console.print(f"No preprocessed rows are kept. They may take {_shown(limit_bytes)}.")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Set", overflow="fold")
    for name in ("Rows", "Size"):
        table.add_column(name, justify="right")
    for name in ("Computed", "Last used"):
        table.add_column(name)
    for one in sets:
        table.add_row(
            Text(one.title),
            f"{one.n_rows:,}",
            _shown(one.size_bytes),
            f"{one.computed.astimezone():%Y-%m-%d %H:%M}",
            f"{one.used.astimezone():%Y-%m-%d %H:%M}",
        )
    console.print(table)
    console.print(f"{_shown(_total(sets))} of at most {_shown(limit_bytes)}")


def _json(one: CachedSet) -> dict[str, Any]:
    return {
        "key": one.key,
        "title": one.title,
        "rows": one.n_rows,
        "size_bytes": one.size_bytes,
        "computed": one.computed.isoformat(),
        "used": one.used.isoformat(timespec="seconds"),
        "folder": str(one.folder),
    }


def _total(sets: list[CachedSet]) -> int:
    return sum(one.size_bytes for one in sets)


def _bytes(size: str) -> int:
    """The bytes that a size such as `50GB` means.

    Raises:
        UsageError: it is no size.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?B?)", size.strip().upper())
    unit = "" if found is None else found[2]
    unit = f"{unit}B" if unit in ("K", "M", "G", "T") else unit
    if found is None or unit not in {*_UNITS, "B"}:
        raise UsageError(
            f"Received --limit {size!r}, expected a size.", fix="For example: --limit 50GB."
        )
    return int(float(found[1]) * _UNITS.get(unit, 1))


def _shown(size_bytes: int) -> str:
    """A size in the unit that suits it.

    Example:
        >>> _shown(90), _shown(73_000_000)
        ('90 B', '73.0 MB')
    """
    for unit in ("TB", "GB", "MB", "KB"):
        if size_bytes >= _UNITS[unit]:
            return f"{size_bytes / _UNITS[unit]:,.1f} {unit}"
    return f"{size_bytes} B"
