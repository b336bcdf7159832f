"""Modules that several designs share, in a folder `lib` beside them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from hornbook.design.source import SourceFile

__all__ = ["imported_modules"]


def imported_modules(design: Path, library: Path) -> list[Path]:
    """The modules of a library that the files of a design import, directly or through others.

    Only what is imported by name is found: a folder `lib` may be anybody's, and large.

    Args:
        design: the design folder; its own modules, those in its own `lib` included, go first.
        library: the folder of shared modules.

    Returns:
        Paths directly in the library: `.py` files and folders; and, where there are any, the
        other plain files beside them, which the modules may read.
    """
    hidden = {path.stem for folder in (design, design / library.name) for path in _modules(folder)}
    offered = {path.stem: path for path in _modules(library) if path.stem not in hidden}
    found: list[Path] = []
    sources = [path for path in sorted(design.rglob("*.py")) if path.is_file()]
    while sources:
        for name in sorted(SourceFile.read(sources.pop()).imports):
            path = offered.pop(name.partition(".")[0], None)
            if path is not None:
                found.append(path)
                sources += sorted(path.rglob("*.py")) if path.is_dir() else [path]
    if found:
        found += [path for path in sorted(library.iterdir()) if _is_data(path)]
    return found


def _modules(folder: Path) -> Iterator[Path]:
    """What can be imported from a folder by name; of equals the last, the folder, wins."""
    if folder.is_dir():
        for path in sorted(folder.iterdir(), key=lambda path: (path.is_dir(), path.name)):
            if path.stem.isidentifier() and (path.is_dir() or path.suffix == ".py"):
                yield path


def _is_data(path: Path) -> bool:
    return path.is_file() and path.suffix in (".json", ".txt", ".toml", ".yaml", ".yml")
