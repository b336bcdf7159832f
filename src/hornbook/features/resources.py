"""What a handling needs from outside the table: the user's code, and folders of images."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
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

    def running(self) -> AbstractContextManager[None]:
        """Wrap every call of the user's code in this: errors then show the user's own line.

        Raises:
            UserCodeError: on the way out, for whatever was raised in the user's files.
        """
        ...

    def folder(self, name: str) -> Path:
        """The path of a managed folder, or of one beside the design or the table.

        Without a name it is the folder of the table's file.

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

    def running(self) -> AbstractContextManager[None]:
        return nullcontext()

    def folder(self, name: str) -> Path:
        raise FeatureError(f"There is no folder '{name}' here.")


NO_RESOURCES: Resources = _NoResources()
