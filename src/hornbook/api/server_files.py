"""Files that a user names by their path on the server."""

from __future__ import annotations

from pathlib import Path

from hornbook.errors import NotFoundError, UsageError

__all__ = ["file_on_server"]


def file_on_server(path: str) -> Path:
    """The file of a path, absolute or from the home folder with `~`.

    Raises:
        UsageError: the path is relative, or not a path.
        NotFoundError: there is no such file.
    """
    if "\0" in path:
        raise UsageError("A path has no zero bytes.")
    try:
        found = Path(path).expanduser()
    except RuntimeError as error:
        raise UsageError(f"The path '{path}' has no home folder: {error}") from error
    if not found.is_absolute():
        raise UsageError(
            f"The path '{path}' is relative, but to which folder of the server is not known.",
            fix="Give an absolute path, or one that begins with ~/.",
        )
    try:
        is_file = found.is_file()
    except OSError:
        is_file = False
    if not is_file:
        raise NotFoundError(f"There is no file '{path}' on the server.")
    return found.resolve()
