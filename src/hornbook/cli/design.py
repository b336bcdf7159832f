"""A design as a command line names it: a folder and its `--set` texts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hornbook.design import DesignFolder
from hornbook.errors import DesignError, UsageError

__all__ = ["SettingsError", "read_design"]


class SettingsError(DesignError, UsageError):
    """Mistakes that `--set` has brought into a design that is right without it."""


def read_design(folder: Path, settings: Sequence[str] = ()) -> DesignFolder:
    """Reads a design folder with the settings of the command line.

    Raises:
        NotFoundError: it is no design folder.
        DesignError: all that is wrong in `task.toml`.
        SettingsError: `task.toml` is right, the settings are not.
    """
    try:
        return DesignFolder.read(folder, settings)
    except DesignError as error:
        if settings and _is_right(folder):
            raise SettingsError(error.problems) from error
        raise


def _is_right(folder: Path) -> bool:
    try:
        DesignFolder.read(folder)
    except DesignError:
        return False
    return True
