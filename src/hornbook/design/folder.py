"""A design as a folder of plain files: reading it, and freezing a copy of it."""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import tomlkit
from pydantic import ValidationError
from tomlkit.exceptions import ParseError, TOMLKitError

from hornbook.data import ReadOptions
from hornbook.design.library import imported_modules
from hornbook.design.problems import problems_of
from hornbook.design.task import TaskDesign
from hornbook.design.toml_file import apply_settings, dotted, line_of_key
from hornbook.errors import DesignError, NotFoundError, Problem

__all__ = [
    "ARCHITECTURE_FILE",
    "CUSTOM_SCORE_FILE",
    "DESIGN_SUFFIXES",
    "LARGEST_DESIGN_FILE",
    "LIBRARY_FOLDER",
    "TASK_FILE",
    "TRAINING_FILE",
    "DesignFolder",
]

TASK_FILE = "task.toml"
ARCHITECTURE_FILE = "architecture.py"
TRAINING_FILE = "training.py"
CUSTOM_SCORE_FILE = "custom_score.py"
LIBRARY_FOLDER = "lib"

DESIGN_SUFFIXES = (".py", ".toml", ".json", ".txt", ".yaml", ".yml")
LARGEST_DESIGN_FILE = 10 * 2**20


@dataclass(frozen=True)
class DesignFolder:
    """A design folder whose `task.toml` has been read and found valid.

    Attributes:
        path: the folder.
        task: the settings.
        text: the text of `task.toml`, with any settings from outside applied.
        base: the folder that relative data paths start from; the user's own folder also
            where `path` is a frozen copy of it.
    """

    path: Path
    task: TaskDesign
    text: str
    base: Path

    @classmethod
    def read(
        cls, path: Path | str, settings: Sequence[str] = (), *, base: Path | None = None
    ) -> Self:
        """Reads a design folder.

        Args:
            path: the folder.
            settings: `key=value` texts that go before what the file says.
            base: where relative data paths start; the folder itself when absent.

        Raises:
            NotFoundError: there is no such folder, or no `task.toml` in it.
            DesignError: all that is wrong in `task.toml`.
        """
        folder = Path(path)
        file = folder / TASK_FILE
        if not file.is_file():
            missing = f"no {TASK_FILE} in it" if folder.is_dir() else "no such folder"
            raise NotFoundError(
                f"'{folder}' is not a design folder: there is {missing}.",
                fix=f"Make one with: hornbook init {folder} --data FILE --target COLUMN",
            )
        try:
            written = file.read_text("utf-8-sig")
        except UnicodeDecodeError as error:
            problem = Problem(f"not UTF-8 text: {error}", TASK_FILE, fix="Save the file as UTF-8.")
            raise DesignError([problem]) from error
        task, text = _task_of(written, settings)
        return cls(folder, task, text, (base or folder).resolve())

    def with_settings(self, settings: Sequence[str]) -> DesignFolder:
        """The same folder with `key=value` texts that go before what its own text says.

        Raises:
            DesignError: all that is wrong with the two together.
        """
        task, text = _task_of(self.text, settings)
        return replace(self, task=task, text=text)

    @property
    def data_path(self) -> Path:
        """The file with the rows to learn from."""
        return self.base / self.task.dataset.path

    @property
    def test_path(self) -> Path | None:
        """The file with the test rows, where the design names one."""
        test_path = self.task.dataset.test_path
        return None if test_path is None else self.base / test_path

    @property
    def read_options(self) -> ReadOptions:
        """How the data files are read."""
        return self.task.dataset.read_options

    @property
    def code_files(self) -> tuple[str, ...]:
        """The user's Python files that this design runs, in the order they are loaded."""
        training = (TRAINING_FILE,) if self.task.training.mode == "advanced" else ()
        custom = (CUSTOM_SCORE_FILE,) if (self.path / CUSTOM_SCORE_FILE).is_file() else ()
        return (ARCHITECTURE_FILE, *training, *custom)

    @property
    def libraries(self) -> tuple[Path, ...]:
        """Folders of modules beside the design, shared by several; a frozen copy has none."""
        beside = self.base.parent / LIBRARY_FOLDER
        is_frozen = self.path.resolve() != self.base
        return () if is_frozen or not beside.is_dir() else (beside,)

    def problem_at(self, key: tuple[str, ...], message: str, fix: str | None = None) -> Problem:
        """A mistake in `task.toml`, with the line of its key."""
        return Problem(message, TASK_FILE, line_of_key(self.text, key), dotted(key), fix)

    def freeze(self, target: Path) -> DesignFolder:
        """Copies the design, settings applied, so that later edits do not touch it.

        What its files import from a folder `lib` beside it is copied into the copy's `lib`.
        """
        shutil.copytree(self.path, target, ignore=_not_part_of_a_design)
        for library in self.libraries:
            for path in imported_modules(target, library):
                _copy_module(path, target / LIBRARY_FOLDER)
        (target / TASK_FILE).write_text(self.text, "utf-8")
        return DesignFolder(target, self.task, self.text, self.base)


def _task_of(written: str, settings: Sequence[str]) -> tuple[TaskDesign, str]:
    """The settings of a `task.toml` with others applied, and its text with them.

    Raises:
        DesignError: all that is wrong in it.
    """
    try:
        text = apply_settings(written, settings)
        values = _values(text)
    except TOMLKitError as error:
        raise DesignError([_syntax_problem(error, written)]) from error
    try:
        return TaskDesign.model_validate(values), text
    except ValidationError as error:
        raise DesignError(problems_of(error, written, values)) from error


def _copy_module(path: Path, target: Path) -> None:
    target.mkdir(exist_ok=True)
    if path.is_dir():
        shutil.copytree(path, target / path.name, ignore=_not_part_of_a_design, dirs_exist_ok=True)
    elif not (target / path.name).exists() and path.stat().st_size <= LARGEST_DESIGN_FILE:
        shutil.copy2(path, target)


def _not_part_of_a_design(folder: str, names: list[str]) -> set[str]:
    """Hidden files, caches, other designs, and files too large or of a kind to be data."""
    ignored = set()
    for name in names:
        path = Path(folder) / name
        if path.is_dir():
            part = not (name == "__pycache__" or (path / TASK_FILE).exists())
        else:
            part = path.suffix in DESIGN_SUFFIXES and path.stat().st_size <= LARGEST_DESIGN_FILE
        if name.startswith(".") or path.is_symlink() or not part:
            ignored.add(name)
    return ignored


def _values(text: str) -> dict[str, Any]:
    """The settings of a text, by Python's own reader: it is many times as fast as tomlkit.

    Raises:
        TOMLKitError: it is no TOML; tomlkit says better why.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        values: dict[str, Any] = tomlkit.parse(text).unwrap()
        return values


def _syntax_problem(error: TOMLKitError, text: str) -> Problem:
    """What tomlkit found, on the line that Python's own reader names: tomlkit is often one off."""
    line = error.line if isinstance(error, ParseError) else None
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as located:
        place = re.search(r"at line (\d+)", str(located))
        line = int(place.group(1)) if place else line
    message = re.sub(r"\.? at line \d+ col \d+$", "", str(error))
    return Problem(f"not valid TOML: {message}", TASK_FILE, line)
