"""Which sets a training came to, by what its design says: known before any row is read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from hornbook.atomic import write_json_atomically

__all__ = ["NotedSet", "SetRecipes"]

_MOST_NOTES = 2_000


@dataclass(frozen=True)
class NotedSet:
    """A set that a training prepared, or found.

    Attributes:
        name: of the set, such as `"train"`; several of one name where there are folds.
        n_rows: how many rows it has.
        key: the fingerprint by which the cache knows it; empty where it was not to be kept.
    """

    name: str
    n_rows: int
    key: str = ""


class SetRecipes:
    """Notes beside the cached sets of a workspace: small files, one a recipe.

    A recipe stands for all that a design says of its rows and features and for the state of the
    files it names. The notes belong to all processes that use the workspace; any number may read
    and write at once. A note may outlive the sets that it names.

    Args:
        root: the folder, made when it is needed.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def of_workspace(cls, home: Path) -> SetRecipes:
        """The notes of a workspace.

        Args:
            home: the workspace's folder.
        """
        return cls(home / "cache" / "recipes")

    def note(self, recipe: str, sets: Sequence[NotedSet]) -> None:
        """Writes down what a training with that recipe came to; the oldest notes are dropped."""
        self.root.mkdir(parents=True, exist_ok=True)
        write_json_atomically(self._file(recipe), [asdict(one) for one in sets])
        notes = sorted(self.root.glob("*.json"), key=_changed)
        for file in notes[:-_MOST_NOTES]:
            file.unlink(missing_ok=True)

    def read(self, recipe: str) -> tuple[NotedSet, ...] | None:
        """What a training with that recipe came to; `None` where none is noted."""
        try:
            found = json.loads(self._file(recipe).read_text("utf-8"))
            return tuple(NotedSet(**one) for one in found)
        except (OSError, ValueError, TypeError):
            return None

    def _file(self, recipe: str) -> Path:
        return self.root / f"{recipe}.json"


def _changed(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0
