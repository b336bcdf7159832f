"""Packages that only some designs need: imported when they do, or an error names the extra."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from hornbook.errors import MissingExtraError

__all__ = ["import_extra"]


def import_extra(module: str, *, extra: str, wanted_by: str) -> Any:
    """A module of an optional dependency.

    Args:
        module: its full name, e.g. `"sklearn.ensemble"`.
        extra: of this package, which installs it.
        wanted_by: what needs it, as the start of a sentence.

    Raises:
        MissingExtraError: it is not installed.
    """
    package = module.partition(".")[0]
    try:
        import_module(package)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        raise MissingExtraError(
            f"{wanted_by} needs the package '{package}', which is not installed.",
            fix=f"pip install 'hornbook[{extra}]'",
        ) from error
    return import_module(module)
