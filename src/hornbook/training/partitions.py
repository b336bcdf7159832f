"""A model for each value of a column: which session trains which, and which submodels there are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

from hornbook.atomic import write_json_atomically
from hornbook.data import ReadOptions, Storage
from hornbook.errors import DataError

__all__ = [
    "GROUP_FILE",
    "PARTITIONS_FILE",
    "PARTITIONS_FOLDER",
    "Partition",
    "PartitionMembership",
    "Partitions",
]

GROUP_FILE = "partition_group.json"
"""In the session of the whole model: the sessions that train its submodels."""

PARTITIONS_FILE = "partitions.json"
"""In a version: the submodels that lie in `PARTITIONS_FOLDER`."""

PARTITIONS_FOLDER = "partitions"

_MEMBER_FILE = "partition.json"
_SUBMODEL = re.compile(r"p[1-9][0-9]{0,4}")


@dataclass(frozen=True)
class Partition:
    """The rows with one value of the column.

    Attributes:
        value: as categories are spelled.
        session: the reference of the session that trains on these rows.
        rows: of the train file, counted before the training.
        submodel: the folder of its model in a version; `None` where the whole model answers.
        reason: why there is no submodel, where that is known.
    """

    value: str
    session: str
    rows: int
    submodel: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Partitions:
    """The partitions of a group of sessions, or of a version; the whole model answers the rest.

    Attributes:
        column: whose values they are.
        storage: how the column is read in files with rows to predict.
        partitions: one for each value, in order.
    """

    column: str
    storage: Storage
    partitions: tuple[Partition, ...]

    def __iter__(self) -> Iterator[Partition]:
        return iter(self.partitions)

    def submodels(self, folder: Path) -> Mapping[str, Path]:
        """The folders of the submodels of a version by their values.

        Args:
            folder: of the version.
        """
        return {
            one.value: folder / PARTITIONS_FOLDER / one.submodel
            for one in self.partitions
            if one.submodel is not None
        }

    def reading(self, options: ReadOptions) -> ReadOptions:
        """The options of the whole model, with which the column is read as well."""
        if self.column in options.types:
            return options
        return replace(options, types={**options.types, self.column: str(self.storage)})

    def write(self, path: Path) -> None:
        """Writes them to a file."""
        write_json_atomically(path, {**asdict(self), "storage": str(self.storage)})

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """Those of a file; `None` where there is none.

        Raises:
            DataError: it does not hold partitions, or names other folders than `write` does.
        """
        if not path.is_file():
            return None
        try:
            values: dict[str, Any] = json.loads(path.read_text("utf-8"))
            partitions = tuple(Partition(**one) for one in values["partitions"])
            found = cls(str(values["column"]), Storage(values["storage"]), partitions)
        except (ValueError, KeyError, TypeError) as error:
            raise DataError(
                f"'{path}' does not hold the partitions of a model: {error}",
                fix="Deploy the model again.",
            ) from error
        for one in partitions:
            # It is the name of a folder in a version, which may come from elsewhere.
            if one.submodel is not None and not _SUBMODEL.fullmatch(one.submodel):
                raise DataError(
                    f"'{path}' names the folder '{one.submodel}' for a submodel, expected p1, p2, …"
                )
        return found


@dataclass(frozen=True)
class PartitionMembership:
    """What a session that trains a submodel knows of its group; kept in its folder.

    Attributes:
        column: that is gone by.
        value: of its rows.
        whole: the reference of the session that trains the whole model.
    """

    column: str
    value: str
    whole: str

    def write(self, folder: Path) -> None:
        """Writes it into a session's folder."""
        write_json_atomically(folder / _MEMBER_FILE, asdict(self))

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """That of a session; `None` where it trains no submodel."""
        path = folder / _MEMBER_FILE
        return cls(**json.loads(path.read_text("utf-8"))) if path.is_file() else None
