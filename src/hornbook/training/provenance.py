"""What a model was made from and with: its tables, and the software that trained it."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import distributions
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hornbook import __version__
from hornbook.atomic import write_json_atomically
from hornbook.data import Table

__all__ = ["PROVENANCE_FILE", "Environment", "Provenance", "TableOrigin"]

PROVENANCE_FILE = "provenance.json"


@dataclass(frozen=True)
class TableOrigin:
    """A table that rows came from.

    Attributes:
        path: of its file, absolute, when it was read.
        fingerprint: of the file's bytes and the way it was read: the same for the same content.
        rows: how many it has, those that did not parse not counted.
    """

    path: str
    fingerprint: str
    rows: int

    @classmethod
    def of(cls, table: Table) -> Self:
        """The origin of the rows of a table."""
        return cls(table.source, table.fingerprint, table.n_rows)


@dataclass(frozen=True)
class Environment:
    """The software of the process that trained.

    Attributes:
        python: its version, like those below.
        hornbook: likewise.
        keras: likewise.
        backend: what Keras ran on.
        backend_version: its version.
        platform: of the machine, as Python names it.
        packages: the version of every installed package, by its name in lower case.
    """

    python: str
    hornbook: str
    keras: str | None
    backend: str
    backend_version: str | None
    platform: str
    packages: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_this_process(cls, backend: str) -> Self:
        """The software that this process can import.

        Args:
            backend: that Keras runs on here.
        """
        packages: dict[str, str] = {}
        for one in distributions():
            name = one.metadata["Name"]
            if name is not None:
                packages.setdefault(name.lower(), one.version)
        return cls(
            python=platform.python_version(),
            hornbook=__version__,
            keras=packages.get("keras"),
            backend=backend,
            backend_version=packages.get(backend),
            platform=platform.platform(),
            packages=dict(sorted(packages.items())),
        )


@dataclass(frozen=True)
class Provenance:
    """What a model was made from and with.

    Attributes:
        train: the table that it learnt from.
        test: the table that it was measured on, which may be the same.
        test_rows_digest: of the numbers of the rows that it was measured on; `None` where these
            are not known. Two models with the same test table and digest were measured on the
            same rows.
        environment: what trained it.
    """

    train: TableOrigin
    test: TableOrigin
    test_rows_digest: str | None
    environment: Environment

    @classmethod
    def of_training(
        cls, train: Table, test: Table, test_rows: NDArray[np.int64] | None, backend: str
    ) -> Self:
        """That of the training in this process.

        Args:
            train: the table with the rows to learn from.
            test: the table with the rows to measure on.
            test_rows: the numbers of these rows in it, shape `(n_rows,)`.
            backend: what Keras runs on.
        """
        digest = None
        if test_rows is not None:
            content = np.sort(test_rows).astype("<i8").tobytes()
            digest = hashlib.blake2b(content, digest_size=16).hexdigest()
        environment = Environment.of_this_process(backend)
        return cls(TableOrigin.of(train), TableOrigin.of(test), digest, environment)

    def is_measured_like(self, other: Provenance) -> bool:
        """Whether both models were measured on the same rows of the same content."""
        return (
            self.test_rows_digest is not None
            and self.test_rows_digest == other.test_rows_digest
            and self.test.fingerprint == other.test.fingerprint
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)

    def write(self, folder: Path) -> None:
        """Writes it into the session's folder."""
        write_json_atomically(folder / PROVENANCE_FILE, self.to_json())

    @classmethod
    def read(cls, folder: Path) -> Provenance | None:
        """That of a session or version; `None` where it was trained before this was kept."""
        path = folder / PROVENANCE_FILE
        if not path.is_file():
            return None
        return cls.from_json(json.loads(path.read_text("utf-8")))

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Provenance:
        """That which `to_json` gave."""
        return cls(
            TableOrigin(**values["train"]),
            TableOrigin(**values["test"]),
            values["test_rows_digest"],
            Environment(**values["environment"]),
        )
