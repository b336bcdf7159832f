"""A design as texts by their names, to be sent to another machine and written there."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from hornbook.atomic import partial_path, replace_folder_atomically
from hornbook.data import path_inside
from hornbook.design.editing import SettingChange, edit_design
from hornbook.design.folder import DESIGN_SUFFIXES, LARGEST_DESIGN_FILE, TASK_FILE, DesignFolder
from hornbook.errors import UsageError

__all__ = ["design_texts", "write_design"]

_MOST_FILES = 1000


def design_texts(design: DesignFolder) -> dict[str, str]:
    """The files of a design and what they import from a folder `lib` beside it, by their paths.

    Raises:
        UsageError: a file is no UTF-8 text.
    """
    with tempfile.TemporaryDirectory() as folder:
        frozen = Path(folder) / "design"
        design.freeze(frozen)
        texts = {}
        for path in sorted(frozen.rglob("*")):
            name = path.relative_to(frozen).as_posix()
            if path.is_file():
                try:
                    texts[name] = path.read_text("utf-8-sig")
                except UnicodeDecodeError as error:
                    raise UsageError(
                        f"'{name}' of the design is no UTF-8 text: {error}", fix="Save it as UTF-8."
                    ) from error
    return texts


def write_design(
    folder: Path,
    texts: Mapping[str, str],
    settings: Iterable[SettingChange] = (),
    *,
    replace: bool = False,
) -> None:
    """Makes a design folder of texts, whole or not at all.

    Where the folder holds the very same design already, nothing is done.

    Args:
        folder: the design folder.
        texts: by their paths in it.
        settings: changed in `task.toml`.
        replace: whether another design that stands there is replaced.

    Raises:
        UsageError: a path is not one of a design, or another design stands there.
        DataError: a path leads out of the folder.
        DesignError: all that is wrong in `task.toml`.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = partial_path(folder)
    partial.mkdir()
    try:
        if TASK_FILE not in texts or len(texts) > _MOST_FILES:
            raise UsageError(
                f"Received {len(texts):,} files, expected {TASK_FILE} and at most {_MOST_FILES:,}."
            )
        for name, text in texts.items():
            _write(partial, name, text)
        # What is wrong in what was sent is said by its own lines.
        DesignFolder.read(partial)
        edit_design(partial, settings=settings)
        DesignFolder.read(partial)
        if folder.is_dir() and _files(folder) == _files(partial):
            return
        if folder.exists() and not replace:
            raise UsageError(
                f"There is a task '{folder.name}' already, and its design is another.",
                fix="Give the folder another name, or replace what stands there: replace=True.",
            )
        replace_folder_atomically(partial, folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _write(folder: Path, name: str, text: str) -> None:
    path = Path(name)
    is_hidden = any(part.startswith(".") for part in path.parts)
    if path.is_absolute() or is_hidden or path.suffix not in DESIGN_SUFFIXES:
        raise UsageError(
            f"'{name}' is no file of a design.",
            fix=f"Send relative paths that end in {', '.join(DESIGN_SUFFIXES)}.",
        )
    if len(text) > LARGEST_DESIGN_FILE:
        raise UsageError(
            f"'{name}' has {len(text):,} characters, expected at most {LARGEST_DESIGN_FILE:,}."
        )
    target = path_inside(folder, name)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UsageError(f"'{name}' cannot be written: {reason}.") from error


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix in DESIGN_SUFFIXES
    }
