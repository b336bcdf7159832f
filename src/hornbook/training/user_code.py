"""Running the user's files, and saying in the user's own lines what failed there."""

from __future__ import annotations

import linecache
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from hornbook.errors import HornbookError, UserCodeError

__all__ = ["UserCode"]


class UserCode:
    """The user's Python files of one design, loaded once and called with care.

    Each file is a module of its own, imported under its stem from the design folder, so
    that files may import each other and a traceback shows the user's lines.

    Args:
        folder: the design folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._modules: dict[str, ModuleType] = {}
        if str(self._folder) not in sys.path:
            sys.path.insert(0, str(self._folder))

    def function(self, file: str, *names: str) -> Callable[..., Any]:
        """The first of some functions that a file defines, ready to be called.

        Calling it raises `UserCodeError` for whatever goes wrong inside.

        Raises:
            UserCodeError: the file cannot be run, or defines none of them.
        """
        return self._guarded(self.raw_function(file, *names))

    def raw_function(self, file: str, *names: str) -> Callable[..., Any]:
        """`function`, but what goes wrong inside is raised as it is."""
        module = self._load(file)
        for name in names:
            found = getattr(module, name, None)
            if callable(found):
                return found  # type: ignore[no-any-return]
        raise UserCodeError(f"the function {names[0]} is missing", file=file)

    def module(self, file: str) -> ModuleType:
        """A file as a module, run once.

        Raises:
            UserCodeError: there is no such file in the folder, or it cannot be run.
        """
        return self._load(file)

    def definitions(self, file: str) -> dict[str, Any]:
        """The classes and functions that a file defines, by name."""
        module = self._load(file)
        return {
            name: value
            for name, value in vars(module).items()
            if callable(value) and getattr(value, "__module__", None) == module.__name__
        }

    @contextmanager
    def running(self) -> Iterator[None]:
        """Turns what user code raises inside the block into a `UserCodeError`.

        An exception that passes through none of the user's lines is left as it is; one of
        our own keeps its message and its fix, and gains the user's line.

        Raises:
            UserCodeError: with the deepest of the user's lines.
        """
        try:
            yield
        except UserCodeError:
            raise
        except SystemExit as error:
            raise self._error(error, f"called sys.exit({error.code!r})") from error
        except MemoryError:
            raise
        except Exception as error:
            if self._frame(error) is None:
                raise
            if isinstance(error, HornbookError):
                raise self._error(error, error.message, error.fix) from error
            text = str(error).strip()
            name = type(error).__name__
            raise self._error(error, f"{name}: {text}" if text else name) from error

    def _load(self, file: str) -> ModuleType:
        if file not in self._modules:
            path = self._path_of(file)
            module = ModuleType(path.stem)
            module.__file__ = str(path)
            try:
                code = compile(path.read_bytes(), str(path), "exec")
            except SyntaxError as error:
                raise UserCodeError(
                    f"not valid Python: {error.msg}", file=file, line=error.lineno, code=error.text
                ) from error
            sys.modules.setdefault(path.stem, module)
            with self.running():
                exec(code, module.__dict__)
            self._modules[file] = module
        return self._modules[file]

    def _path_of(self, file: str) -> Path:
        path = (self._folder / file).resolve()
        if not path.is_relative_to(self._folder) or not path.is_file():
            raise UserCodeError(
                "the file is missing", file=file, fix=f"Write {file} in the design folder."
            )
        return path

    def _guarded(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **keywords: Any) -> Any:
            with self.running():
                return function(*arguments, **keywords)

        call.__wrapped__ = function  # type: ignore[attr-defined]
        return call

    def _frame(self, error: BaseException) -> traceback.FrameSummary | None:
        """The deepest frame of the traceback that is in one of the user's files."""
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if Path(frame.filename).is_relative_to(self._folder)]
        return own[-1] if own else None

    def _error(self, error: BaseException, message: str, fix: str | None = None) -> UserCodeError:
        frame = self._frame(error)
        if frame is None:
            return UserCodeError(message, file="user code", fix=fix)
        return UserCodeError(
            message,
            file=str(Path(frame.filename).relative_to(self._folder)),
            line=frame.lineno,
            code=linecache.getline(frame.filename, frame.lineno or 0) or None,
            fix=fix,
        )
