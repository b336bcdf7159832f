"""Importing the Python files of one design, apart from those of every other design."""

from __future__ import annotations

import builtins
import importlib
import importlib.util
import itertools
import sys
import threading
from collections.abc import Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import FileFinder, ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any
from urllib.parse import quote

__all__ = ["UserModules"]

_NUMBERS = itertools.count(1)


class UserModules:
    """The modules of a design: its files, and what they import from its folders.

    They live in a package of their own, e.g. `hornbook_code_1`, so that two designs in one
    process each get their own `architecture` and `my_layers`, and a file called `scipy.py`
    is in nobody's way: the design's own modules go first for the design's own code, and are
    there for nobody else. Only sources are read: no bytecode is taken from the folders or
    written there.

    It may be used from several threads. Modules stay loaded as long as the process lives.

    Args:
        folders: where top-level modules are looked for, in this order; files given to
            `load` are named relative to the first.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = tuple(folders)
        self.package = f"hornbook_code_{next(_NUMBERS)}"
        self._lock = threading.RLock()
        self._own_names: dict[str, bool] = {}
        self._builtins = {**vars(builtins), "__import__": self._import}
        package = ModuleType(self.package)
        package.__path__ = [str(folder) for folder in folders]
        package.__spec__ = ModuleSpec(self.package, None, is_package=True)
        _FINDER.add(self.package, self._builtins)
        sys.modules[self.package] = package

    def load(self, file: str) -> ModuleType:
        """A file of the first folder as a module; run the first time.

        Args:
            file: relative, e.g. `"features/review.py"`.
        """
        # The name that `import features.review` would give it; a dot or space of a file's own
        # name must not look like one of Python's.
        parts = [quote(part, safe="").replace(".", "%2E") for part in Path(file).parts]
        name = ".".join((self.package, *parts)).removesuffix("%2Epy")
        with self._lock:
            if name not in sys.modules:
                path = self.folders[0] / file
                spec = importlib.util.spec_from_file_location(
                    name, path, loader=_Loader(name, str(path), self._builtins)
                )
                if spec is None or spec.loader is None:
                    raise ImportError(f"{file} is no Python file")
                module = importlib.util.module_from_spec(spec)
                sys.modules[name] = module
                try:
                    spec.loader.exec_module(module)
                except BaseException:
                    sys.modules.pop(name, None)
                    raise
            return sys.modules[name]

    def loaded(self) -> list[ModuleType]:
        """All modules that have been loaded so far."""
        prefix = f"{self.package}."
        return [module for name, module in list(sys.modules.items()) if name.startswith(prefix)]

    def _import(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,  # noqa: A002 - as Python calls it
        locals: Mapping[str, Any] | None = None,  # noqa: A002
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        """The `__import__` of the design's modules."""
        top = name.partition(".")[0]
        if level or not self._is_own(top):
            return builtins.__import__(name, globals, locals, fromlist or (), level)
        try:
            found = builtins.__import__(f"{self.package}.{name}", None, None, fromlist or ())
        except ModuleNotFoundError as error:
            prefix = f"{self.package}."
            if not (error.name or "").startswith(prefix):
                raise
            message = str(error).replace(prefix, "")
            raise ModuleNotFoundError(
                message, name=(error.name or "").removeprefix(prefix)
            ) from error
        return found if fromlist else sys.modules[f"{self.package}.{top}"]

    def _is_own(self, top: str) -> bool:
        """Whether a top-level name is one of the design's own modules."""
        if top not in self._own_names:
            spec = _FINDER.find_spec(
                f"{self.package}.{top}", [str(folder) for folder in self.folders]
            )
            # A mere folder, such as `data` or `keras`, hides no real package.
            is_folder = spec is not None and spec.loader is None
            self._own_names[top] = spec is not None and not (is_folder and _is_elsewhere(top))
        return self._own_names[top]


def _is_elsewhere(top: str) -> bool:
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return top in sys.modules
    return spec is not None and spec.loader is not None


class _Loader(SourceFileLoader):
    """Runs a source as it is, with the design's own `__import__`."""

    def __init__(self, fullname: str, path: str, own_builtins: dict[str, Any]) -> None:
        super().__init__(fullname, path)
        self._builtins = own_builtins

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        code: CodeType = self.source_to_code(self.get_data(path), path)
        return code

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__["__builtins__"] = self._builtins
        exec(self.get_code(module.__name__), module.__dict__)


class _Finder(MetaPathFinder):
    """Finds the modules of all designs by the package in front of their names."""

    def __init__(self) -> None:
        self._builtins: dict[str, dict[str, Any]] = {}

    def add(self, package: str, own_builtins: dict[str, Any]) -> None:
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)
        self._builtins[package] = own_builtins

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        own_builtins = self._builtins.get(fullname.partition(".")[0])
        if own_builtins is None or path is None:
            return None

        def loader(name: str, file: str) -> _Loader:
            return _Loader(name, file, own_builtins)

        for folder in path:
            # The first folder that has it: in a frozen design, two folders have become one.
            finder = FileFinder(folder, (loader, [".py"]))  # type: ignore[arg-type]
            spec = finder.find_spec(fullname)
            if spec is not None:
                return spec
        return None


_FINDER = _Finder()
