"""What a handling needs from outside the table: the user's code, and folders of images."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Protocol

from hornbook.errors import FeatureError

__all__ = ["NO_RESOURCES", "Resources"]


class Resources(Protocol):
    """Where handlings find what is not in the table; safe to use from several threads."""

    def code(self, file: str) -> ModuleType:
        """A Python file of the design, run once, e.g. `"features/review.py"`.

        Raises:
            HornbookError: there is no such file, it fails, or it may not be run here.
        """
        ...

    def folder(self, name: str) -> Path:
        """The path of a managed folder.

        Raises:
            HornbookError: there is no such folder.
        """
        ...


class _NoResources:
    """What there is where neither code nor folders are at hand."""

    def code(self, file: str) -> ModuleType:
        raise FeatureError(
            f"'{file}' is code of the model's author, which is not run here.",
            fix="Load the model from the workspace that trained it.",
        )

    def folder(self, name: str) -> Path:
        raise FeatureError(f"There is no folder '{name}' here.")


NO_RESOURCES: Resources = _NoResources()
