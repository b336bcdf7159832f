"""Images resized to one size: no code of one's own needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from numpy.typing import NDArray
from pydantic import Field

from hornbook.features.handling import register_handling
from hornbook.features.image_files import ImageFiles
from hornbook.features.image_loading import Channels, decode_image
from hornbook.features.images import ImageHandling, ImageReader
from hornbook.features.resources import Resources

__all__ = ["ImageResize"]


@dataclass(frozen=True)
class _ResizeReader:
    """Decodes, turns upright and resizes."""

    files: ImageFiles
    size: tuple[int, int]
    channels: Channels
    byte_scale: float

    def read(self, value: str) -> NDArray[Any]:
        return decode_image(
            self.files.read(value), self.size, self.channels, upright=True, name=value[:200]
        )

    def check(self, value: str) -> None:
        self.files.check(value)


@register_handling
class ImageResize(ImageHandling):
    """Resize to one height and width.

    Photos are turned upright as the camera noted. The aspect ratio is not kept. The input's
    shape is `(height, width, n_channels)`.
    """

    name: ClassVar[str] = "resize"
    is_default: ClassVar[bool] = True

    height: int = Field(96, ge=1, le=4096, description="of the resized image, in pixels")
    width: int = Field(96, ge=1, le=4096, description="of the resized image, in pixels")
    channels: Literal["RGB", "L", "CMYK"] = Field(
        "RGB", description="colours, shades of grey, or the four colours of print"
    )
    scale: bool = Field(
        True, description="numbers from 0 to 1; as they are in the file, 0 to 255, when off"
    )

    def make_reader(self, column: str, files: ImageFiles, resources: Resources) -> ImageReader:
        del column, resources
        size, byte_scale = (self.height, self.width), 1 / 255 if self.scale else 1.0
        return _ResizeReader(files, size, self.channels, byte_scale)
