"""Changing the files of a design from outside, with nothing lost when two do so at once."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from hornbook.atomic import write_text_atomically
from hornbook.data import path_inside
from hornbook.design.folder import ARCHITECTURE_FILE, TASK_FILE, TRAINING_FILE
from hornbook.errors import HornbookError, NotFoundError, UsageError

__all__ = [
    "ChangedMeanwhileError",
    "DesignFiles",
    "SettingChange",
    "edit_design",
    "read_design_files",
]

_CODE_FOLDERS = (".", "features")
_LARGEST_FILE = 2 * 2**20


class ChangedMeanwhileError(HornbookError):
    """A design that was changed by another hand since it was read; nothing was written."""


@dataclass(frozen=True)
class SettingChange:
    """One setting of `task.toml` that gets a value, or goes back to its default.

    Attributes:
        path: the keys that lead to it, such as `["training", "epochs"]`.
        value: what it is set to, or `None` to leave the setting out of the file.
    """

    path: tuple[str, ...]
    value: Any = None


@dataclass(frozen=True)
class DesignFiles:
    """The text files of a design as they stand.

    Attributes:
        revision: changes with any of the texts.
        files: `task.toml` and the Python files by their name in the folder.
    """

    revision: str
    files: Mapping[str, str]

    @property
    def written(self) -> dict[str, Any]:
        """The settings in `task.toml`, those that are not written left out.

        Empty where it is no TOML.
        """
        try:
            return tomllib.loads(self.files.get(TASK_FILE, ""))
        except tomllib.TOMLDecodeError:
            return {}


def read_design_files(folder: Path) -> DesignFiles:
    """Reads the text files of a design.

    Raises:
        NotFoundError: there is no `task.toml`.
    """
    if not (folder / TASK_FILE).is_file():
        raise NotFoundError(f"There is no {TASK_FILE} in {folder} any more.")
    found = [folder / TASK_FILE]
    for inside in _CODE_FOLDERS:
        found += sorted((folder / inside).glob("[!.]*.py"))
    files = {
        path.relative_to(folder).as_posix(): path.read_text("utf-8-sig", errors="replace")
        for path in found
        if path.is_file() and not path.is_symlink() and path.stat().st_size <= _LARGEST_FILE
    }
    digest = hashlib.blake2b(digest_size=12)
    for name, text in files.items():
        digest.update(f"{name}\0{len(text)}\0{text}\0".encode())
    return DesignFiles(digest.hexdigest(), files)


def edit_design(
    folder: Path,
    *,
    revision: str | None = None,
    settings: Iterable[SettingChange] = (),
    files: Mapping[str, str | None] | None = None,
) -> DesignFiles:
    """Changes settings and files of a design; what was written by hand keeps its comments.

    What is written need not be valid: half a word typed is not lost for that.

    Args:
        folder: the design folder.
        revision: that the changes were made on; `None` takes whatever stands there.
        settings: changed in `task.toml`.
        files: new texts by name; `None` deletes the file.

    Returns:
        The files as they stand now.

    Raises:
        ChangedMeanwhileError: the design is at another revision.
        UsageError: `task.toml` is no TOML, or a file's name is not one of a design.
    """
    current = read_design_files(folder)
    if revision is not None and revision != current.revision:
        raise ChangedMeanwhileError(
            "The design was changed elsewhere since this page read it; nothing was saved.",
            fix="Load what stands there now, or save over it.",
        )
    files = dict(files or {})
    settings = list(settings)
    targets = {name: _file_of_design(folder, name) for name in files}
    if settings:
        text = files.get(TASK_FILE) or current.files[TASK_FILE]
        files[TASK_FILE] = _with_settings(text, settings)
        targets[TASK_FILE] = folder / TASK_FILE
    for name, new in files.items():
        target = targets[name]
        if new is None:
            target.unlink(missing_ok=True)
        elif new != current.files.get(name):
            target.parent.mkdir(exist_ok=True)
            write_text_atomically(target, new)
    return read_design_files(folder)


def _file_of_design(folder: Path, name: str) -> Path:
    path = Path(name)
    is_design_file = name == TASK_FILE or (
        path.suffix == ".py" and path.parent.as_posix() in _CODE_FOLDERS and path.name[0] != "."
    )
    if not is_design_file:
        raise UsageError(
            f"'{name}' is no file of a design.",
            fix=f"Name {TASK_FILE}, {ARCHITECTURE_FILE}, {TRAINING_FILE}, or a .py file in "
            "features/.",
        )
    return path_inside(folder, name)


def _with_settings(text: str, settings: Iterable[SettingChange]) -> str:
    try:
        document = tomlkit.parse(text)
    except TOMLKitError as error:
        raise UsageError(
            f"{TASK_FILE} is no TOML, so no setting of it can be changed: {error}",
            fix=f"Mend {TASK_FILE} first.",
        ) from error
    for change in settings:
        _set(document, change)
    return tomlkit.dumps(document)


def _set(document: MutableMapping[str, Any], change: SettingChange) -> None:
    *tables, key = change.path
    here = document
    for name in tables:
        if not isinstance(here.get(name), MutableMapping):
            if change.value is None:
                return
            here[name] = tomlkit.table() if here is document else tomlkit.inline_table()
        here = here[name]
    if change.value is None:
        here.pop(key, None)
    else:
        here[key] = _written(change.value, inline=bool(tables))


def _written(value: Any, *, inline: bool) -> Any:
    """A value for the document; an entry of a section stands on one line."""
    if not (inline and isinstance(value, Mapping)):
        return value
    table = tomlkit.inline_table()
    table.update({key: _written(item, inline=True) for key, item in value.items()})
    return table
