"""Projects: folders of a workspace that hold datasets and designs under one name."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hornbook.atomic import write_json_atomically
from hornbook.errors import NotFoundError, UsageError, did_you_mean

__all__ = ["Project", "ProjectStore", "slug"]

_PROJECT_FILE = "project.json"
_LONGEST_NAME = 100
_LONGEST_KEY = 48


@dataclass(frozen=True)
class Project:
    """A project.

    Attributes:
        key: of lowercase letters, digits and `-`, unique in its workspace; also its folder's name.
        name: for people.
        created_at: aware, UTC.
        folder: its files, below the workspace.
    """

    key: str
    name: str
    created_at: datetime
    folder: Path

    @property
    def datasets(self) -> Path:
        """Where what is known of its datasets lies."""
        return self.folder / "datasets"

    @property
    def uploads(self) -> Path:
        """Where uploaded files lie."""
        return self.folder / "uploads"

    @property
    def analyses(self) -> Path:
        """Where designs made in the studio lie."""
        return self.folder / "analyses"


class ProjectStore:
    """The projects of a workspace: a folder each, `projects/<key>`.

    It keeps nothing in memory; any number of threads and processes may use one at once.

    Args:
        home: the workspace's folder.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as home:
        ...     store = ProjectStore(Path(home))
        ...     store.create("Wine & food").key, [project.name for project in store.all()]
        ('wine-food', ['Wine & food'])
    """

    def __init__(self, home: Path) -> None:
        self._root = home / "projects"

    def create(self, name: str) -> Project:
        """Makes a project; its key is told from its name.

        Raises:
            UsageError: the name is empty or too long.
        """
        name = name.strip()
        if not name or len(name) > _LONGEST_NAME:
            raise UsageError(
                f"Received a name of {len(name)} characters for the project.",
                fix=f"Give a name of 1 to {_LONGEST_NAME} characters.",
            )
        base = key = slug(name)
        self._root.mkdir(parents=True, exist_ok=True)
        number = 1
        while True:
            try:
                (self._root / key).mkdir()
                break
            except FileExistsError:
                number += 1
                key = f"{base}-{number}"
        created = datetime.now(UTC)
        values = {"name": name, "created_at": created.isoformat()}
        write_json_atomically(self._root / key / _PROJECT_FILE, values)
        return Project(key, name, created, self._root / key)

    def all(self) -> list[Project]:
        """All projects, oldest first."""
        found = (self.find(path.parent.name) for path in self._root.glob(f"*/{_PROJECT_FILE}"))
        return sorted((one for one in found if one is not None), key=lambda one: one.created_at)

    def find(self, key: str) -> Project | None:
        """The project of that key, if there is one."""
        if key != slug(key):
            return None
        try:
            values = json.loads((self._root / key / _PROJECT_FILE).read_text("utf-8"))
        except FileNotFoundError:
            return None
        created = datetime.fromisoformat(values["created_at"])
        return Project(key, values["name"], created, self._root / key)

    def get(self, key: str) -> Project:
        """The project of that key.

        Raises:
            NotFoundError: there is none; the message lists what exists.
        """
        project = self.find(key)
        if project is None:
            known = [one.key for one in self.all()]
            raise NotFoundError(f"There is no project '{key}'. {did_you_mean(key, known)}")
        return project


def slug(name: str) -> str:
    """A name as it can stand in a path and an address.

    Example:
        >>> slug("  Prévoir la qualité! ")
        'prevoir-la-qualite'
        >>> slug("数据")
        'project'
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_KEY].strip("-") or "project"
