"""Handlings of images; only models that take images have this module, with OpenCV and Pillow."""

from __future__ import annotations

import base64
import binascii
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hornbook.features.image_loading import UnreadableImageError, decode_image

from .handling import Handling, register
from .values import RowError, Values, as_texts

__all__ = ["Resize"]

_LONGEST_PATH = 4096
_SHORTEST_BASE64 = 32
_BASE64_STARTS = ("/9j/", "iVBORw0KGgo", "R0lGOD", "UklGR", "Qk", "SUkqA", "TU0AK")


@register("image", "resize")
class Resize(Handling):
    """Images of one height and width; a value is a path, or the image in Base64.

    Attributes:
        folder: where paths start; images out of it are not read.
    """

    folder = Path()

    def missing(self, values: Values) -> NDArray[np.bool_]:
        return np.array([self._read(value) is None for value in self._texts(values)], np.bool_)

    def transform(self, values: Values) -> NDArray[Any]:
        shape = tuple(self.state["shape"])
        images = np.zeros((len(values), *shape), self.state["dtype"])
        for row, value in enumerate(self._texts(values)):
            image = self._read(value)
            if image is not None:
                images[row] = image
            elif self.options["missing"] == "fail":
                raise RowError(f"Row {row + 1} has no image in '{self.column}' that can be read.")
        return images

    def _texts(self, values: Values) -> list[str]:
        return as_texts(self.column, values)

    def _read(self, value: str) -> NDArray[Any] | None:
        """The image of a value, `None` where there is none that can be read."""
        if not value:
            return None
        how = self.options
        try:
            pixels = decode_image(
                self._content(value), (how["height"], how["width"]), how["channels"], upright=True
            )
        except (UnreadableImageError, OSError, ValueError):
            return None
        if how["scale"]:
            return np.multiply(pixels, np.float32(1 / 255), dtype=np.float32)
        return pixels.astype(np.float32)

    def _content(self, value: str) -> bytes:
        content = _from_base64(value)
        if content is not None:
            return content
        top = Path(os.path.realpath(self.folder))
        path = Path(os.path.realpath(top / value.lstrip("/")))
        if not path.is_relative_to(top):
            raise ValueError(f"'{value[:200]}' leads out of {top}")
        return path.read_bytes()


def _from_base64(value: str) -> bytes | None:
    """The bytes that a value spells, `None` where it is a path."""
    if value.startswith("data:"):
        return base64.b64decode("".join(value.partition(",")[2].split()), validate=True)
    if len(value) < _SHORTEST_BASE64:
        return None
    if not value.startswith(_BASE64_STARTS) and len(value) <= _LONGEST_PATH:
        return None
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
