"""Managed folders: names that a workspace gives to folders of files, e.g. of images."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from hornbook.atomic import write_json_atomically
from hornbook.data.names import check_name, is_name
from hornbook.errors import DataError, NotFoundError, UsageError, did_you_mean

__all__ = ["FolderStore", "ManagedFolder", "path_below", "path_inside"]


@dataclass(frozen=True)
class ManagedFolder:
    """A folder of files that a workspace knows by a name; the files stay where they are.

    Attributes:
        name: unique in its workspace.
        path: absolute.
    """

    name: str
    path: Path

    def paths(self) -> Iterator[str]:
        """The paths of all files, sorted within each folder, each from the top with a `/` before.

        Hidden files, and links that lead out of the folder, are left out.
        """
        for inside, folders, files in os.walk(self.path):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(files):
                path = Path(inside, name)
                if not name.startswith(".") and path.resolve().is_relative_to(self.path.resolve()):
                    yield "/" + path.relative_to(self.path).as_posix()

    def open(self, path: str) -> BinaryIO:
        """Opens a file of the folder for reading.

        Args:
            path: from the top of the folder, with or without a `/` before.

        Raises:
            DataError: the path leads out of the folder.
            NotFoundError: there is no such file.
        """
        inside = path_inside(self.path, path)
        if not inside.is_file():
            raise NotFoundError(
                f"The folder '{self.name}' has no file '{path}'. Its path is {self.path}."
            )
        return inside.open("rb")


class FolderStore:
    """The managed folders of a workspace: a small file each, `folders/<name>.json`.

    It keeps nothing in memory; any number of threads and processes may use one at once.

    Args:
        home: the workspace's folder.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as home:
        ...     store = FolderStore(Path(home))
        ...     _ = store.create("pets", Path(home))
        ...     [folder.name for folder in store.all()]
        ['pets']
    """

    def __init__(self, home: Path) -> None:
        self._root = home / "folders"

    def create(self, name: str, path: Path) -> ManagedFolder:
        """Gives a folder that exists a name.

        Raises:
            UsageError: the name cannot be one, or another folder has it.
            NotFoundError: there is no such folder.
        """
        check_name(name, "folder")
        if not path.is_dir():
            what = "is a file, expected a folder" if path.exists() else "does not exist"
            raise NotFoundError(f"'{path}' {what}.", fix="Name the folder that holds the files.")
        folder = ManagedFolder(name, path.resolve())
        known = self.find(name)
        if known is not None and known != folder:
            raise UsageError(
                f"The name '{name}' stands for {known.path} already.",
                fix=f"Choose another name, or: hornbook folder remove '{name}'",
            )
        self._root.mkdir(parents=True, exist_ok=True)
        write_json_atomically(self._file(name), {"name": name, "path": str(folder.path)})
        return folder

    def all(self) -> list[ManagedFolder]:
        """All folders, in the order of their names."""
        found = (self.find(file.stem) for file in sorted(self._root.glob("[!.]*.json")))
        return [folder for folder in found if folder is not None]

    def find(self, name: str) -> ManagedFolder | None:
        """The folder of that name, if there is one."""
        if not is_name(name):
            return None
        try:
            values = json.loads(self._file(name).read_text("utf-8"))
        except FileNotFoundError:
            return None
        return ManagedFolder(name, Path(values["path"]))

    def get(self, name: str) -> ManagedFolder:
        """The folder of that name.

        Raises:
            NotFoundError: there is none; the message lists what exists.
        """
        folder = self.find(name)
        if folder is None:
            known = [one.name for one in self.all()]
            raise NotFoundError(
                f"The workspace has no folder '{name}'. {did_you_mean(name, known)}",
                fix=f"hornbook folder create '{name}' PATH",
            )
        return folder

    def remove(self, name: str) -> ManagedFolder:
        """Forgets the name; the files stay.

        Raises:
            NotFoundError: there is no such folder.
        """
        folder = self.get(name)
        self._file(name).unlink(missing_ok=True)
        return folder

    def _file(self, name: str) -> Path:
        return self._root / f"{name}.json"


def path_inside(folder: Path, relative: str) -> Path:
    """The file of a folder that a path from its top stands for.

    A `/` before the path means the top of the folder, as managed folders list their files.

    Raises:
        DataError: the path leads out of the folder, by `..` or by a link, or is none.

    Example:
        >>> path_inside(Path("/srv/pets"), "/cats/tom.jpg").as_posix()
        '/srv/pets/cats/tom.jpg'
        >>> path_inside(Path("/srv/pets"), "../secret")
        Traceback (most recent call last):
        ...
        hornbook.errors.DataError: The path '../secret' leads out of the folder /srv/pets.
    """
    return Path(path_below(os.path.realpath(folder), relative))


def path_below(top: str, relative: str) -> str:
    """`path_inside` for a folder whose real path is known, several times as fast.

    Args:
        top: absolute, without links in it.
        relative: the path from there.

    Raises:
        DataError: the path leads out of the folder, by `..` or by a link, or is none.
    """
    shown = relative if len(relative) <= 200 else relative[:200] + "…"
    try:
        path = _below_without_links(top, relative)
        if path is None:
            path = os.path.realpath(os.path.join(top, relative.lstrip("/")))  # noqa: PTH118 - 3 × as fast
    except ValueError as error:
        raise DataError(f"'{shown}' is no path: {error}.") from error
    if path != top and not path.startswith(os.path.join(top, "")):  # noqa: PTH118
        raise DataError(f"The path '{shown}' leads out of the folder {top}.")
    return path


def _below_without_links(top: str, relative: str) -> str | None:
    """The path where each of its parts is there and no link; `None` where that is not so plain."""
    path = top
    for part in relative.lstrip("/").split("/"):
        if part in ("", ".", "..") or os.sep in part:
            return None
        path = f"{path}/{part}"
        try:
            if stat.S_ISLNK(os.lstat(path).st_mode):
                return None
        except OSError:
            return None
    return path
