"""Folders and datasets for user code, by the names that existing code calls them by."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from hornbook.data import FolderStore, ReadOptions, TableStore
from hornbook.errors import NotFoundError
from hornbook.home import default_home
from hornbook.training.context import current_design

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Dataset", "Folder"]


class Folder:
    """A managed folder of the workspace.

    Args:
        name: as `hornbook folder list` shows it.

    Raises:
        NotFoundError: the workspace has no such folder.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._folder = FolderStore(_home()).get(name)

    def get_path(self) -> str:
        """The folder's path on this machine."""
        return str(self._folder.path)

    def list_paths_in_partition(self, partition: str = "") -> list[str]:
        """The paths of all files, from the top of the folder, each with a `/` before.

        Args:
            partition: accepted and not used; a folder here has no partitions.
        """
        del partition
        return list(self._folder.paths())

    def get_download_stream(self, path: str) -> BinaryIO:
        """A file, open for reading; close it, or use it in a `with`.

        Args:
            path: as `list_paths_in_partition` gives it.

        Raises:
            NotFoundError: there is no such file.
            DataError: the path leads out of the folder.
        """
        return self._folder.open(path)


class Dataset:
    """A table: inside a training the design's own, otherwise a file.

    Args:
        name: inside a training the name of one of its data files, with or without its ending, or
            a path relative to the design; elsewhere the path of a file.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def get_dataframe(self) -> pd.DataFrame:
        """All rows, in memory.

        Raises:
            NotFoundError: there is no such file.
            DataError: the file is no table.
        """
        path, options = self._find()
        return TableStore(_home() / "datasets").read(path, options).scan().collect().to_pandas()

    def _find(self) -> tuple[Path, ReadOptions]:
        design = current_design()
        if design is None:
            return _require(Path(self.name), f"There is no file '{self.name}'."), ReadOptions()
        own = [path for path in (design.data_path, design.test_path) if path is not None]
        for path in own:
            if self.name in (path.stem, path.name):
                return path, design.read_options
        path = design.base / self.name
        options = design.read_options if path in own else ReadOptions()
        known = " and ".join(f"'{path.stem}'" for path in own)
        missing = f"There is no dataset '{self.name}'; this training has {known}."
        return _require(path, missing), options


def _require(path: Path, message: str) -> Path:
    if not path.is_file():
        raise NotFoundError(message, fix="Name a data file of the design, or the path of a file.")
    return path


def _home() -> Path:
    design = current_design()
    return default_home() if design is None else design.home
