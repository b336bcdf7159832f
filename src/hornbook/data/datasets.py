"""Datasets: the names that a project gives to table files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hornbook.atomic import write_json_atomically
from hornbook.data.names import check_name, is_name
from hornbook.data.options import ReadOptions
from hornbook.data.projects import Project
from hornbook.errors import NotFoundError, UsageError, did_you_mean

__all__ = ["Dataset", "DatasetStore"]


@dataclass(frozen=True)
class Dataset:
    """A table file that a project knows by a name.

    Attributes:
        name: unique in its project.
        path: of the file, absolute.
        options: how it is read.
        created_at: aware, UTC.
        is_upload: whether the file lies in the project, and goes with the dataset.
    """

    name: str
    path: Path
    options: ReadOptions
    created_at: datetime
    is_upload: bool


class DatasetStore:
    """The datasets of a project: a small file each, `datasets/<name>.json`.

    It keeps nothing in memory; any number of threads and processes may use one at once.

    Args:
        project: whose datasets.
    """

    def __init__(self, project: Project) -> None:
        self._project = project

    def create(
        self, name: str, path: Path, options: ReadOptions | None = None, *, is_upload: bool = False
    ) -> Dataset:
        """Gives a file that exists a name.

        Raises:
            UsageError: the name cannot be one, or another dataset has it.
            NotFoundError: there is no such file.
        """
        check_name(name, "dataset")
        if not path.is_file():
            what = "is a folder, expected a file" if path.is_dir() else "does not exist"
            raise NotFoundError(f"'{path}' {what}.", fix="Name the file that holds the rows.")
        if self.find(name) is not None:
            raise UsageError(
                f"The project has a dataset '{name}' already.", fix="Choose another name."
            )
        created = datetime.now(UTC)
        dataset = Dataset(name, path.resolve(), options or ReadOptions(), created, is_upload)
        self._project.datasets.mkdir(parents=True, exist_ok=True)
        values = {
            "path": str(dataset.path),
            "options": dataset.options.to_json(),
            "created_at": created.isoformat(),
            "is_upload": is_upload,
        }
        write_json_atomically(self._file(name), values)
        return dataset

    def all(self) -> list[Dataset]:
        """All datasets, oldest first."""
        files = self._project.datasets.glob("[!.]*.json")
        found = (self.find(file.name.removesuffix(".json")) for file in files)
        return sorted((one for one in found if one is not None), key=lambda one: one.created_at)

    def find(self, name: str) -> Dataset | None:
        """The dataset of that name, if there is one."""
        if not is_name(name):
            return None
        try:
            values = json.loads(self._file(name).read_text("utf-8"))
        except FileNotFoundError:
            return None
        return Dataset(
            name,
            Path(values["path"]),
            ReadOptions.from_json(values["options"]),
            datetime.fromisoformat(values["created_at"]),
            values["is_upload"],
        )

    def get(self, name: str) -> Dataset:
        """The dataset of that name.

        Raises:
            NotFoundError: there is none; the message lists what exists.
        """
        dataset = self.find(name)
        if dataset is None:
            known = [one.name for one in self.all()]
            raise NotFoundError(
                f"The project '{self._project.name}' has no dataset '{name}'. "
                f"{did_you_mean(name, known)}"
            )
        return dataset

    def remove(self, name: str) -> Dataset:
        """Forgets the dataset; an uploaded file is deleted, another stays.

        Raises:
            NotFoundError: there is no such dataset.
        """
        dataset = self.get(name)
        self._file(name).unlink(missing_ok=True)
        if dataset.is_upload and dataset.path.is_relative_to(self._project.uploads.resolve()):
            dataset.path.unlink(missing_ok=True)
        return dataset

    def _file(self, name: str) -> Path:
        return self._project.datasets / f"{name}.json"
