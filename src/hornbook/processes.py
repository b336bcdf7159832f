"""Processes of Hornbook's own: the command that starts one, and how it does its imports.

What modules leave in memory when they are imported stays there until the process ends. Python's
garbage collector, which does not know that, goes through it over and over: with Keras that is a
fifth of the seconds the imports take. Here it rests meanwhile.
"""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

__all__ = ["collector_at_rest", "leave_imports_alone", "module_command"]


def module_command(module: str, *paths: Path) -> list[str]:
    """The command that imports a module in a new process and calls its `main` with these paths.

    What `main` returns is the exit code; `None` is 0.

    Args:
        module: its whole name.
        paths: of files or folders.
    """
    # -P: a polars.py or keras.py in the folder that the command was called in is not ours.
    return [sys.executable, "-P", "-m", __name__, module, *map(str, paths)]


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Inside, no garbage is collected: for imports, which make next to none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def leave_imports_alone() -> None:
    """From now on the collector looks at nothing that is there now.

    For the process of a command or a worker once it is imported; in a user's own process there may
    be garbage, which would stay.
    """
    gc.freeze()


def _run(module: str, paths: Sequence[str]) -> int:
    with collector_at_rest():
        entry = importlib.import_module(module)
    leave_imports_alone()
    return entry.main(*map(Path, paths)) or 0


if __name__ == "__main__":
    sys.exit(_run(sys.argv[1], sys.argv[2:]))
