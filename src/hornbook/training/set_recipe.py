"""The recipe of a design's sets: all that decides them, read off without reading a row."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import hornbook
from hornbook.design import DesignFolder
from hornbook.design.library import imported_modules

__all__ = ["digests_of_code", "set_recipe"]

_NOT_OF_SETS = {
    "calibration",
    "diagnostics",
    "metrics",
    "prediction_intervals",
    "runtime",
    "training",
}
"""The sections of a design that change no preprocessed row."""


def set_recipe(design: DesignFolder) -> str | None:
    """A digest of what a design says of its rows and features, and of the state of its files.

    Two trainings with one recipe prepare the same sets, unless images were changed that the
    table names. Sets of different recipes may still be the same: that shows once they are made.

    Args:
        design: the design, frozen or not.

    Returns:
        The digest; `None` where a file of the data is not there.
    """
    files = [design.data_path, *([] if design.test_path is None else [design.test_path])]
    try:
        states = [_state(path.resolve()) for path in files]
    except OSError:
        return None
    known: list[Any] = [
        hornbook.__version__,
        states,
        design.task.model_dump(mode="json", exclude=_NOT_OF_SETS),
    ]
    if any(one.handling.code_file(one.column) for one in design.task.input_features):
        known.append(digests_of_code(design))
    return hashlib.blake2b(json.dumps(known).encode(), digest_size=16).hexdigest()


def digests_of_code(design: DesignFolder) -> dict[str, str]:
    """What each Python file of the design and its libraries holds that a processor may import.

    The network and the training stand directly in the folder, and no processor imports them.

    Args:
        design: the design, frozen or not.
    """
    found = {}
    for name, path in (*_own_code(design.path), *_library_code(design)):
        found[name] = hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()
    return found


def _state(path: Path) -> list[Any]:
    status = path.stat()
    return [str(path), status.st_size, status.st_mtime_ns]


def _own_code(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*.py")):
        if path.parent != folder:
            yield path.relative_to(folder).as_posix(), path


def _library_code(design: DesignFolder) -> Iterator[tuple[str, Path]]:
    """The modules beside the design that it imports, named as in a frozen copy of it."""
    for library in design.libraries:
        for path in _python_files(imported_modules(design.path, library)):
            yield path.relative_to(library.parent).as_posix(), path


def _python_files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(path.rglob("*.py"))
        elif path.suffix == ".py":
            yield path
