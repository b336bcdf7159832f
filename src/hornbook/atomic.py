"""Writing files and folders so that a crash leaves the old content or the new, never a half.

Everything is written beside its target under a hidden name ending in `.partial`, flushed to the
disk and renamed into place. A process killed on the way leaves at most such a `.partial`, which
nothing reads. The target's folder must exist, since a rename is only atomic within one file system.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from pathlib import Path

__all__ = [
    "PARTIAL_PATTERN",
    "partial_path",
    "replace_folder_atomically",
    "sync_folder",
    "write_bytes_atomically",
    "write_json_atomically",
    "write_text_atomically",
]

PARTIAL_PATTERN = ".*.partial"
"""A glob of the names that unfinished writes have, for code that copies or lists folders."""


def partial_path(target: Path) -> Path:
    """A fresh hidden name beside `target`, for content on its way to `target`.

    Example:
        >>> partial_path(Path("runs/model.keras")).match(PARTIAL_PATTERN)
        True
    """
    return target.with_name(f".{target.name}.{secrets.token_hex(8)}.partial")


def write_bytes_atomically(path: Path, content: bytes) -> None:
    """Make `path` hold exactly `content`, on the disk when the call returns.

    Args:
        path: the file to create or replace; its folder must exist.
        content: all of the new content.

    Raises:
        OSError: the disk is full or the folder is not writable; `path` is as it was.
    """
    partial = partial_path(path)
    try:
        with partial.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    _sync(path.parent)


def write_text_atomically(path: Path, text: str) -> None:
    r"""Make `path` hold exactly `text` as UTF-8, line ends as given.

    Args:
        path: the file to create or replace; its folder must exist.
        text: all of the new content.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_text_atomically(Path(folder, "notes.txt"), "été\n")
        ...     Path(folder, "notes.txt").read_text(encoding="utf-8")
        'été\n'
    """
    write_bytes_atomically(path, text.encode("utf-8"))


def write_json_atomically(path: Path, value: object) -> None:
    """Make `path` hold `value` as indented JSON that any reader accepts.

    Args:
        path: the file to create or replace; its folder must exist.
        value: what `json.dumps` takes.

    Raises:
        ValueError: `value` holds NaN or an infinity, which JSON has no word for: write `None`.

    Example:
        >>> write_json_atomically(Path("unwritten.json"), {"loss": float("nan")})
        Traceback (most recent call last):
        ...
        ValueError: Out of range float values are not JSON compliant...
    """
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
    write_text_atomically(path, text + "\n")


def replace_folder_atomically(folder: Path, target: Path) -> None:
    """Move the finished `folder` to `target`, in place of what was there.

    Onto a free name this is one rename. A folder already at `target` is first renamed to a
    `.partial` beside it and deleted at the end: a crash between the two renames leaves nothing at
    `target`, never a mixture.

    Args:
        folder: complete, written by nobody any more, on the file system of `target`.
        target: its final path; the folder above it must exist.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as home:
        ...     new, target = Path(home, "new"), Path(home, "v1")
        ...     new.mkdir()
        ...     _ = Path(new, "model.keras").write_bytes(b"weights")
        ...     replace_folder_atomically(new, target)
        ...     [path.relative_to(home).as_posix() for path in Path(home).rglob("*")]
        ['v1', 'v1/model.keras']
    """
    sync_folder(folder)
    replaced = partial_path(target)
    if target.exists():
        target.rename(replaced)
    folder.rename(target)
    _sync(target.parent)
    if replaced.exists():
        shutil.rmtree(replaced)


def sync_folder(folder: Path) -> None:
    """Flush every file and folder below `folder`, and `folder` itself, to the disk."""
    for inside, _, files in os.walk(folder):
        for name in files:
            _sync(Path(inside, name))
        _sync(Path(inside))


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
