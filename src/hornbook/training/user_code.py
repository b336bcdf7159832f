"""Running the user's files, and saying in the user's own lines what failed there."""

from __future__ import annotations

import linecache
import os
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from hornbook.design import LIBRARY_FOLDER
from hornbook.errors import HornbookError, UserCodeError
from hornbook.training.user_modules import UserModules

__all__ = ["UserCode"]


class UserCode:
    """The user's Python files of one design, loaded once and called with care.

    Each file is a module of its own. Files may import each other and what is in the folder
    `lib`, and a traceback shows the user's lines. Several threads may use it.

    Args:
        folder: the design folder.
        libraries: folders of modules beside it that its files may import, too.
    """

    def __init__(self, folder: Path, libraries: Sequence[Path] = ()) -> None:
        self._folder = folder.resolve()
        shared = [library.resolve() for library in libraries]
        self._modules = UserModules([self._folder, self._folder / LIBRARY_FOLDER, *shared])

    def function(self, file: str, *names: str) -> Callable[..., Any]:
        """The first of some functions that a file defines, ready to be called.

        Calling it raises `UserCodeError` for whatever goes wrong inside.

        Raises:
            UserCodeError: the file cannot be run, or defines none of them.
        """
        return self._guarded(self.raw_function(file, *names))

    def raw_function(self, file: str, *names: str) -> Callable[..., Any]:
        """`function`, but what goes wrong inside is raised as it is."""
        module = self.module(file)
        for name in names:
            found = getattr(module, name, None)
            if callable(found):
                return found  # type: ignore[no-any-return]
        raise UserCodeError(f"the function {names[0]} is missing", file=file)

    def has_function(self, file: str, name: str) -> bool:
        """Whether a file defines it, or imports it."""
        return callable(getattr(self.module(file), name, None))

    def definitions(self, file: str) -> dict[str, Any]:
        """The classes and functions of a file and of the user's modules it imports, by name."""
        own = self.module(file)
        prefix = f"{self._modules.package}."
        return {
            name: value
            for module in (*self._modules.loaded(), own)
            for name, value in vars(module).items()
            if callable(value) and str(getattr(value, "__module__", "")).startswith(prefix)
        }

    def module(self, file: str) -> ModuleType:
        """A file as a module, run the first time.

        Args:
            file: relative to the design folder, e.g. `"features/review.py"`.

        Raises:
            UserCodeError: it is missing, no Python, or fails.
        """
        path = (self._folder / file).resolve()
        if not path.is_relative_to(self._folder) or not path.is_file():
            raise UserCodeError(
                "the file is missing", file=file, fix=f"Write {file} in the design folder."
            )
        with self.running():
            return self._modules.load(file)

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
        except SyntaxError as error:
            if not self._is_own(error.filename or ""):
                raise
            raise UserCodeError(
                f"not valid Python: {error.msg}",
                file=self._shown(error.filename or ""),
                line=error.lineno,
                code=error.text,
            ) from error
        except Exception as error:
            if self._frame(error) is None:
                raise
            if isinstance(error, HornbookError):
                raise self._error(error, error.message, error.fix) from error
            text = str(error).strip()
            name = type(error).__name__
            raise self._error(error, f"{name}: {text}" if text else name) from error

    def _guarded(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **keywords: Any) -> Any:
            with self.running():
                return function(*arguments, **keywords)

        call.__wrapped__ = function  # type: ignore[attr-defined]
        return call

    def _frame(self, error: BaseException) -> traceback.FrameSummary | None:
        """The deepest frame of the traceback that is in one of the user's files."""
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if self._is_own(frame.filename)]
        return own[-1] if own else None

    def _is_own(self, file: str) -> bool:
        return any(Path(file).is_relative_to(folder) for folder in self._modules.folders)

    def _shown(self, file: str) -> str:
        """A path as the user knows it, from the design folder."""
        return Path(os.path.relpath(file, self._folder)).as_posix()

    def _error(self, error: BaseException, message: str, fix: str | None = None) -> UserCodeError:
        frame = self._frame(error)
        if frame is None:
            return UserCodeError(message, file="user code", fix=fix)
        return UserCodeError(
            message,
            file=self._shown(frame.filename),
            line=frame.lineno,
            code=linecache.getline(frame.filename, frame.lineno or 0) or None,
            fix=fix,
        )
