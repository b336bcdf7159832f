"""Images preprocessed by a function of the user's own, `preprocess_image(image_file)`."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from hornbook.errors import UserCodeError
from hornbook.features.code_file import CodeFile, code_file
from hornbook.features.handling import register_handling
from hornbook.features.image_files import ImageFiles
from hornbook.features.image_loading import (
    UnknownImageError,
    UnreadableImageError,
    decode_image,
)
from hornbook.features.images import ImageHandling, ImageReader
from hornbook.features.resources import Resources

__all__ = ["ImageCustom"]

_FUNCTION = "preprocess_image"


class _ImageFile(io.BytesIO):
    """The open file that user code gets; its name is the value of the column."""

    name: str | None = None


@dataclass(frozen=True)
class _CustomReader:
    """Calls the user's function, and tells a broken image from broken code."""

    files: ImageFiles
    resources: Resources
    code_file: str
    _lock: threading.Lock = field(default_factory=threading.Lock, compare=False, repr=False)

    @property
    def byte_scale(self) -> None:
        """The function makes of an image what it likes."""
        return None

    @property
    def function(self) -> Callable[[Any], Any]:
        """The user's function; the file is run when it is first needed."""
        with self._lock:
            return self._function

    @cached_property
    def _function(self) -> Callable[[Any], Any]:
        function = getattr(self.resources.code(self.code_file), _FUNCTION, None)
        if not callable(function):
            raise UserCodeError(
                f"the function {_FUNCTION} is missing",
                file=self.code_file,
                fix=f"Define: def {_FUNCTION}(image_file), returning an array.",
            )
        return function  # type: ignore[no-any-return]

    def read(self, value: str) -> NDArray[Any]:
        content = self.files.read(value)
        file = _ImageFile(content)
        file.name = value[:200]
        function = self.function
        try:
            with self.resources.running():
                returned = function(file)
        except UserCodeError as error:
            reason = _why_unreadable(content, value, error.__cause__ or error)
            if reason is None:
                raise
            raise UnreadableImageError(reason) from error
        return self._expect_array(returned)

    def check(self, value: str) -> None:
        try:
            self.files.check(value)
        except UnknownImageError:
            # Of a kind that only the user's function may know.
            self.read(value)

    def _expect_array(self, returned: Any) -> NDArray[Any]:
        try:
            array = np.asarray(returned)
        except ValueError:
            # Lists of different lengths.
            array = np.array(returned, object)
        if array.dtype.kind == "b":
            return array.astype(np.float32)
        if array.dtype.kind not in "fiu":
            raise UserCodeError(
                f"{_FUNCTION} returned {type(returned).__name__}, expected an array of numbers",
                file=self.code_file,
                fix=f"End {_FUNCTION} with: return array",
            )
        return array


def _why_unreadable(content: bytes, value: str, error: BaseException) -> str | None:
    """Why an image could not be preprocessed, or `None` if it is the code's own fault."""
    if isinstance(error, UnreadableImageError):
        return error.message
    try:
        decode_image(content, name=value[:200])
    except UnknownImageError:
        return f"The image '{value[:200]}' cannot be read: {type(error).__name__}: {error}"
    except UnreadableImageError as unreadable:
        return unreadable.message
    return None


@register_handling
class ImageCustom(ImageHandling):
    """Preprocess with a function of your own.

    The file defines `preprocess_image(image_file)`. It gets an open binary file and returns an
    array of numbers, of the same shape for every image. It is called from several threads.
    """

    name: ClassVar[str] = "custom"
    code_defines: ClassVar[str] = _FUNCTION

    code: CodeFile = Field(
        "",
        description="the file in the design folder that defines preprocess_image; "
        "features/<column>.py when empty",
    )

    def code_file(self, column: str) -> str:
        return code_file(column, self.code)

    def make_reader(self, column: str, files: ImageFiles, resources: Resources) -> ImageReader:
        return _CustomReader(files, resources, self.code_file(column))
