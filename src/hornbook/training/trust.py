"""Which models a workspace runs code of: those it has trained, and those it was told to trust."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from hornbook.atomic import write_json_atomically
from hornbook.errors import NotFoundError, UntrustedModelError
from hornbook.features.handling import State
from hornbook.features.object_state import modules_of
from hornbook.features.pipeline import STATE_FILE
from hornbook.training.artifact import FEATURES_FOLDER, KERAS_FILE, MODEL_FOLDER
from hornbook.training.job import DESIGN_FOLDER
from hornbook.training.partitions import PARTITIONS_FILE, Partitions

__all__ = ["CodeOfModel", "TrustedModels"]

_TRUSTED_FOLDER = "trusted"


@dataclass(frozen=True)
class CodeOfModel:
    """The code that using a model may run.

    Attributes:
        files: the Python files of its design, and of those of its submodels.
        modules: installed modules that its processors name.
    """

    files: tuple[str, ...]
    modules: tuple[str, ...]

    @classmethod
    def of(cls, folder: Path) -> CodeOfModel:
        """The code of a model, found without running it.

        Args:
            folder: of its session or version.
        """
        own = cls._of_one(folder)
        submodels = {one: cls._of_one(one) for one in _submodels(folder)}
        files = [
            f"../{one.relative_to(folder).as_posix()}/{DESIGN_FOLDER}/{file}"
            for one, code in submodels.items()
            for file in code.files
        ]
        modules = {module for code in (own, *submodels.values()) for module in code.modules}
        return cls((*own.files, *files), tuple(sorted(modules)))

    @classmethod
    def _of_one(cls, folder: Path) -> CodeOfModel:
        design = folder / DESIGN_FOLDER
        files = sorted(path.relative_to(design).as_posix() for path in design.rglob("*.py"))
        state = folder / MODEL_FOLDER / FEATURES_FOLDER / STATE_FILE
        entries: list[dict[str, Any]] = []
        if state.is_file():
            entries = json.loads(state.read_text("utf-8"))["features"]
        states = [entry["state"] for entry in entries if "objects" in entry["state"]]
        modules = {module for one in states for module in modules_of(State(one))}
        return cls(tuple(files), tuple(sorted(one for one in modules if not one.startswith("."))))


class TrustedModels:
    """The list of trusted models of a workspace: a small file each, named by their content.

    The submodels of a version are models of their own, each trusted by its content.

    A model is its frozen design, its network and its fitted features. Their digest is what is
    trusted, so that a copy, such as a deployed version, is trusted as well, and a model of
    which a byte was changed is not. The list lies outside of the models' folders: a model
    that is copied into the workspace does not bring its own trust.

    It keeps nothing in memory; any number of threads and processes may use one at once.

    Args:
        home: the workspace's folder.
    """

    def __init__(self, home: Path) -> None:
        self._home = home.resolve()

    def trusts(self, folder: Path) -> bool:
        """Whether the code of a model may be run, that of its submodels included.

        Args:
            folder: of its session or version.
        """
        digests = [_digest(one) for one in (folder, *_submodels(folder))]
        return all(one is not None and self._file(one).is_file() for one in digests)

    def add(self, folder: Path, why: Literal["trained here", "trusted by hand"]) -> None:
        """Puts a model on the list, and its submodels.

        Raises:
            NotFoundError: there is no model in the folder, or one with links in it.
        """
        for submodel in _submodels(folder):
            self._add_one(submodel, why)
        self._add_one(folder, why)

    def _add_one(self, folder: Path, why: str) -> None:
        digest = _digest(folder)
        if digest is None:
            raise NotFoundError(
                f"There is no model to trust in {folder}: a file is missing, or there are links.",
                fix="Copy a whole session, with its folders design and model, without links.",
            )
        entry = {"model": self.name_of(folder), "why": why, "time": datetime.now(UTC).isoformat()}
        self._file(digest).parent.mkdir(parents=True, exist_ok=True)
        write_json_atomically(self._file(digest), entry)

    def require(self, folder: Path, what: str) -> None:
        """Refuses to run code of a model that is not on the list.

        Args:
            folder: of its session or version.
            what: would be run, e.g. `"architecture.py"`.

        Raises:
            UntrustedModelError: names it, and the command to trust the model.
        """
        if not self.trusts(folder):
            raise UntrustedModelError(
                f"The model {self.name_of(folder)} needs {what} of its design to be run, and this "
                "workspace has not trained it, or not as it is now.",
                fix=f"Read the files in {folder / DESIGN_FOLDER}. If they may be run here: "
                f"hornbook trust {self.name_of(folder)}",
            )

    def name_of(self, folder: Path) -> str:
        """What commands call the model: the name of its session or version, or else its path."""
        resolved = folder.resolve()
        if not resolved.is_relative_to(self._home):
            return str(resolved)
        kind, *ids = resolved.relative_to(self._home).parts
        if kind == "saved_models":
            # A submodel lies in its version.
            ids = ids[:2]
        return ("@" if kind == "saved_models" else "/").join(ids)

    def _file(self, digest: str) -> Path:
        return self._home / _TRUSTED_FOLDER / f"{digest}.json"


def _submodels(folder: Path) -> tuple[Path, ...]:
    """The folders of the submodels of a version."""
    partitions = Partitions.read(folder / PARTITIONS_FILE)
    return () if partitions is None else tuple(partitions.submodels(folder).values())


def _digest(folder: Path) -> str | None:
    """SHA-256 of all that decides what is run, or `None` if that is not there as a whole."""
    model = folder / MODEL_FOLDER
    if not (model / KERAS_FILE).is_file() or not (folder / DESIGN_FOLDER).is_dir():
        return None
    digest = hashlib.sha256()
    for path in (
        model / KERAS_FILE,
        *_files(model / FEATURES_FOLDER),
        *_files(folder / DESIGN_FOLDER),
    ):
        if path.is_symlink() or path.parent.is_symlink():
            return None
        if path.is_file():
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
            name = path.relative_to(folder).as_posix()
            digest.update(f"{len(name)}:{name}:{content}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if "__pycache__" not in path.parts)
