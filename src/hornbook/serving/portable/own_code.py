"""Layers and functions of the user's own, from the Python files that an export carries."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

__all__ = ["definitions"]


def definitions(folder: Path) -> dict[str, Any]:
    """The classes and functions of `architecture.py` and of the files beside it that it imports.

    The files are imported under their own names and forgotten by these names afterwards, so
    that two models in one process each have their own.

    Args:
        folder: with `architecture.py`, and perhaps modules in `lib`.
    """
    before, path = set(sys.modules), list(sys.path)
    places = [str(folder), str(folder / "lib")]
    sys.path[:0] = places
    try:
        spec = importlib.util.spec_from_file_location("architecture", folder / "architecture.py")
        if spec is None or spec.loader is None:
            raise ImportError(f"There is no architecture.py in {folder}")
        architecture = importlib.util.module_from_spec(spec)
        sys.modules["architecture"] = architecture
        spec.loader.exec_module(architecture)
        own = [architecture, *_own_modules(folder, before)]
    finally:
        sys.path[:] = path
        for name, module in list(sys.modules.items()):
            if name not in before and _lies_in(folder, module):
                del sys.modules[name]
    names = {module.__name__ for module in own}
    return {
        name: value
        for module in own
        for name, value in vars(module).items()
        if callable(value) and getattr(value, "__module__", None) in names
    }


def _own_modules(folder: Path, before: set[str]) -> list[Any]:
    modules = [module for name, module in list(sys.modules.items()) if name not in before]
    return [module for module in modules if _lies_in(folder, module)]


def _lies_in(folder: Path, module: Any) -> bool:
    file = getattr(module, "__file__", None)
    return file is not None and Path(file).is_relative_to(folder)
