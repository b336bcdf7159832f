"""Where the images of a column are: files of a folder, or the values themselves in Base64."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from hornbook.data import path_below
from hornbook.errors import DataError
from hornbook.features.image_loading import (
    UnreadableImageError,
    decode_image,
    is_surely_whole,
    read_file,
)

__all__ = ["ImageFiles"]

_LONGEST_PATH = 4096
_SHORTEST_BASE64 = 32
_HEAD_BYTES = 64 * 1024
_TAIL_BYTES = 64


@dataclass(frozen=True)
class ImageFiles:
    """Finds the bytes of an image by what a column says of it.

    A value is a path from the top of the folder, with or without a `/` before, or the image
    itself in Base64, with or without `data:image/…;base64,` before. Several threads may read.

    Attributes:
        find_folder: finds the folder, when the first path is read.
    """

    find_folder: Callable[[], Path]

    @cached_property
    def folder(self) -> Path:
        """Where paths start."""
        return self.find_folder()

    @cached_property
    def _top(self) -> str:
        return os.path.realpath(self.folder)

    def read(self, value: str) -> bytes:
        """All bytes of an image.

        Raises:
            UnreadableImageError: there is no such file, or it is out of bounds.
        """
        content = _from_base64(value)
        if content is not None:
            return content
        path = self._path(value)
        try:
            return read_file(path)
        except OSError as error:
            raise _unreadable(value, error) from error

    def check(self, value: str) -> None:
        """Finds out cheaply whether an image is there and whole.

        It reads the first 64 KiB and the last 64 bytes of a file. Where they are not those of a
        whole JPEG, PNG or WebP, the file is decoded. Damage in the middle of a file shows only
        when it is decoded for the network.

        Raises:
            UnknownImageError: it begins like no image that is known.
            UnreadableImageError: it is missing, empty, cut off, damaged or too large.
        """
        content = _from_base64(value)
        if content is not None:
            if not is_surely_whole(content, content[-_TAIL_BYTES:], len(content)):
                decode_image(content)
            return
        path = self._path(value)
        try:
            with path.open("rb") as file:
                size_bytes = os.fstat(file.fileno()).st_size
                head = file.read(_HEAD_BYTES)
                file.seek(max(0, size_bytes - _TAIL_BYTES))
                tail = file.read()
        except OSError as error:
            raise _unreadable(value, error) from error
        if not is_surely_whole(head, tail, size_bytes):
            decode_image(self.read(value), name=value)

    def state_of(self, value: str | None) -> str:
        """Size and time of change of the file that a value names; empty where there is none."""
        if not value or len(value) > _LONGEST_PATH or value.startswith("data:"):
            return ""
        try:
            status = self._path(value).stat()
        except (OSError, UnreadableImageError):
            return ""
        return f"{status.st_size} {status.st_mtime_ns};"

    def _path(self, value: str) -> Path:
        try:
            return Path(path_below(self._top, value))
        except DataError as error:
            raise UnreadableImageError(error.message) from error
        except OSError as error:
            raise _unreadable(value, error) from error


def _unreadable(value: str, error: OSError) -> UnreadableImageError:
    shown = value if len(value) <= 200 else value[:200] + "…"
    return UnreadableImageError(f"The image '{shown}' cannot be read: {error.strerror or error}.")


def _from_base64(value: str) -> bytes | None:
    """The bytes that a value spells, or `None` where it is a path."""
    if value.startswith("data:"):
        _, comma, text = value.partition(",")
        try:
            return base64.b64decode("".join(text.split()), validate=True) if comma else b""
        except (binascii.Error, ValueError) as error:
            raise UnreadableImageError(f"The image is no Base64: {error}.") from error
    if len(value) < _SHORTEST_BASE64:
        return None
    looks = value.startswith(_BASE64_STARTS)
    if not looks and len(value) <= _LONGEST_PATH:
        return None
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        if len(value) <= _LONGEST_PATH:
            return None
        raise UnreadableImageError(
            f"The value of {len(value):,} characters, which begins with '{value[:40]}', is neither "
            f"a path nor Base64: {error}."
        ) from error


_BASE64_STARTS = ("/9j/", "iVBORw0KGgo", "R0lGOD", "UklGR", "Qk", "SUkqA", "TU0AK")
"""How JPEG, PNG, GIF, WebP, BMP and TIFF begin in Base64."""
