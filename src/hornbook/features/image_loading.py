"""Reading images into arrays: JPEG and PNG by OpenCV, everything else by Pillow."""

from __future__ import annotations

import io
import math
import os
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from hornbook.errors import DataError

__all__ = [
    "Channels",
    "ImageSource",
    "UnknownImageError",
    "UnreadableImageError",
    "decode_image",
    "is_surely_whole",
    "load_img",
    "read_file",
]

Channels = Literal["L", "RGB", "CMYK"]
ImageSource = str | os.PathLike[str] | bytes | BinaryIO

_MOST_PIXELS = 178_956_970
"""Twice what Pillow warns of: 512 MiB in RGB, more than the largest cameras give."""

_LEAST_REDUCED = math.sqrt(0.5)
"""A reduced JPEG is at least this much of the wanted height and width."""

_COUNTS: dict[Channels, int] = {"L": 1, "RGB": 3, "CMYK": 4}
_JPEG_START = b"\xff\xd8\xff"
_JPEG_END = b"\xff\xd9"
_PNG_START = b"\x89PNG\r\n\x1a\n"
_PNG_END = b"IEND\xaeB`\x82"
_JPEG_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
"""Markers of the frames that libjpeg decodes: baseline, extended and progressive."""

_REDUCED = {
    # A reduction to shades of grey that is asked for colours is one of colours.
    "RGB": {
        1: cv2.IMREAD_COLOR_RGB,
        2: cv2.IMREAD_REDUCED_GRAYSCALE_2 | cv2.IMREAD_COLOR_RGB,
        4: cv2.IMREAD_REDUCED_GRAYSCALE_4 | cv2.IMREAD_COLOR_RGB,
        8: cv2.IMREAD_REDUCED_GRAYSCALE_8 | cv2.IMREAD_COLOR_RGB,
    },
    "L": {
        1: cv2.IMREAD_GRAYSCALE,
        2: cv2.IMREAD_REDUCED_GRAYSCALE_2,
        4: cv2.IMREAD_REDUCED_GRAYSCALE_4,
        8: cv2.IMREAD_REDUCED_GRAYSCALE_8,
    },
}


class UnreadableImageError(DataError):
    """An image that is missing, damaged, no image at all, or too large."""


class UnknownImageError(UnreadableImageError):
    """A file that begins like no image that is known here."""


def load_img(
    image_file: ImageSource,
    resized_dims: tuple[int, ...] | None = None,
    channels: Channels = "RGB",
    data_format: Literal["channels_last", "channels_first"] = "channels_last",
) -> NDArray[np.float32]:
    """Reads an image file into an array of numbers from 0 to 255.

    Shrinking averages the pixels that fall together; enlarging is bilinear. A JPEG of at least
    twice the pixels that are asked for is decoded at a half, a quarter or an eighth of its
    height and width, down to 0.71 of the size asked for. The aspect ratio is not kept.

    As in Keras and Pillow, a note of the camera on how it was held (EXIF orientation) is not
    obeyed, a transparent image loses its transparency, and of a moving image the first frame
    counts. Images of 16 bits a channel are brought to the same range.

    Several threads may call it at once; most of the time they do not hold each other up.

    Args:
        image_file: a path, an open binary file, or the bytes of a file.
        resized_dims: `(height, width)` in pixels, like the shape of the array; a third number,
            as in Keras' `target_size=(197, 197, 3)`, is ignored. The image's own size when
            absent.
        channels: `"RGB"`, `"L"` for shades of grey, or `"CMYK"`.
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        float32 of shape `(height, width, n_channels)`, or `(n_channels, height, width)` for
        `"channels_first"`, with 3, 1 or 4 channels.

    Raises:
        UnreadableImageError: the file is missing, damaged, no image, or has more than 178 million
            pixels; the message names it.
        ValueError: an argument is none of the above.

    Example:
        >>> file = io.BytesIO()
        >>> Image.new("RGB", (40, 20), "red").save(file, "PNG")
        >>> load_img(file.getvalue(), resized_dims=(10, 10)).shape
        (10, 10, 3)
    """
    if data_format not in ("channels_last", "channels_first"):
        raise ValueError(
            f"Received data_format={data_format!r}, expected 'channels_last' or 'channels_first'."
        )
    if channels not in _COUNTS:
        raise ValueError(f"Received channels={channels!r}, expected 'RGB', 'L' or 'CMYK'.")
    size = _size_of(resized_dims)
    content, name = _read(image_file)
    pixels = _decode(content, size, channels, upright=False, name=name)
    pixels = pixels.astype(np.float32, copy=False)
    if data_format == "channels_first":
        return np.ascontiguousarray(np.moveaxis(pixels, -1, 0))
    return pixels


def decode_image(
    content: bytes,
    size: tuple[int, int] | None = None,
    channels: Channels = "RGB",
    *,
    upright: bool = False,
    name: str | None = None,
) -> NDArray[np.uint8]:
    """Decodes the bytes of an image file.

    Args:
        content: all bytes of the file.
        size: height and width to resize to.
        channels: of the array.
        upright: whether to turn the image as the camera noted (EXIF orientation).
        name: of the file, for messages.

    Returns:
        uint8 of shape `(height, width, n_channels)`.

    Raises:
        UnreadableImageError: it is damaged, no image, or too large.
    """
    pixels = _decode(content, size, channels, upright=upright, name=name)
    return pixels.astype(np.uint8, copy=False)


def _decode(
    content: bytes,
    size: tuple[int, int] | None,
    channels: Channels,
    *,
    upright: bool,
    name: str | None,
) -> NDArray[Any]:
    """The pixels as whole numbers, in uint8 or, where resizing has left them so, in float32."""
    pixels: NDArray[Any] | None = None
    if channels != "CMYK":
        pixels = _decode_by_opencv(content, size, channels, upright=upright, name=name)
    if pixels is None:
        pixels = _decode_by_pillow(content, size, channels, upright=upright, name=name)
    if size is not None and pixels.shape[:2] != size:
        pixels = _resize(pixels, size)
    return pixels if pixels.ndim == 3 else pixels[:, :, np.newaxis]


def read_file(path: str | os.PathLike[str]) -> bytes:
    """All bytes of a file, with fewer calls of the system than `open` makes for a small one.

    Raises:
        OSError: there is no such file, or it cannot be read.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        size_bytes = os.fstat(descriptor).st_size
        content = os.read(descriptor, size_bytes + 1)
        if len(content) != size_bytes:
            # It is very large, or no plain file.
            parts = [content]
            while parts[-1]:
                parts.append(os.read(descriptor, 2**20))
            content = b"".join(parts)
        return content
    finally:
        os.close(descriptor)


def is_surely_whole(head: bytes, tail: bytes, size_bytes: int) -> bool:
    """Whether both ends of a file show that it is a whole image: JPEG, PNG or WebP.

    Of those that are not, most are damaged, and some are whole images with something behind
    them or of another kind: decoding tells.

    Args:
        head: the first bytes, enough to hold the size of the image.
        tail: the last bytes.
        size_bytes: of the file.
    """
    frame = None
    if head.startswith(_JPEG_START) and tail.endswith(_JPEG_END):
        frame = _jpeg_frame(head)
    elif head.startswith(_PNG_START) and tail.endswith(_PNG_END):
        frame = _png_frame(head)
    elif head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return int.from_bytes(head[4:8], "little") + 8 == size_bytes
    return frame is not None and 0 < frame.height * frame.width <= _MOST_PIXELS


def _size_of(resized_dims: Any) -> tuple[int, int] | None:
    if resized_dims is None:
        return None
    try:
        height, width = (int(number) for number in tuple(resized_dims)[:2])
    except (TypeError, ValueError):
        height = width = 0
    if height < 1 or width < 1:
        raise ValueError(
            f"Received resized_dims={resized_dims!r}, expected (height, width), e.g. (96, 96)."
        )
    return height, width


def _read(image_file: ImageSource) -> tuple[bytes, str | None]:
    """The bytes of a file and, where it has one, its name."""
    if isinstance(image_file, bytes | bytearray | memoryview):
        return bytes(image_file), None
    if isinstance(image_file, str | os.PathLike):
        try:
            return read_file(image_file), os.fspath(image_file)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise UnreadableImageError(
                f"The image '{os.fspath(image_file)}' cannot be read: {reason}."
            ) from error
    if not hasattr(image_file, "read"):
        raise ValueError(
            f"Received {type(image_file).__name__} as image_file, expected a path, an open binary "
            "file or bytes."
        )
    if hasattr(image_file, "seek"):
        image_file.seek(0)
    name = getattr(image_file, "name", None)
    return image_file.read(), name if isinstance(name, str) else None


@dataclass(frozen=True)
class _Frame:
    """What the head of a file says of its pixels."""

    height: int
    width: int
    channels: int


def _decode_by_opencv(
    content: bytes,
    size: tuple[int, int] | None,
    channels: Channels,
    *,
    upright: bool,
    name: str | None,
) -> NDArray[Any] | None:
    """A whole JPEG or PNG, or `None` for all that Pillow shall judge."""
    if content.startswith(_JPEG_START):
        frame = _jpeg_frame(content) if content.endswith(_JPEG_END) else None
    elif content.startswith(_PNG_START) and content.endswith(_PNG_END):
        frame = _png_frame(content)
        upright = False
    else:
        return None
    if frame is None or frame.channels not in (1, 3):
        return None
    _check_pixels(frame.height, frame.width, name)
    flag = _REDUCED[channels][_reduction(frame, size, upright=upright)]
    if not upright:
        flag |= cv2.IMREAD_IGNORE_ORIENTATION
    try:
        pixels = cv2.imdecode(np.frombuffer(content, np.uint8), flag)
    except cv2.error:
        return None
    if pixels is None:
        return None
    if size is not None and pixels.shape[:2] != size:
        pixels = _resize(pixels, size)
    return pixels


def _decode_by_pillow(
    content: bytes,
    size: tuple[int, int] | None,
    channels: Channels,
    *,
    upright: bool,
    name: str | None,
) -> NDArray[np.uint8]:
    if not content:
        raise UnreadableImageError(f"{_called(name)} is empty.")
    try:
        with Image.open(io.BytesIO(content)) as image:
            _check_pixels(image.height, image.width, name)
            if size is not None and image.format == "JPEG":
                image.draft(None, (size[1], size[0]))
            opened = ImageOps.exif_transpose(image) if upright else image
            if opened.mode.startswith(("I", "F")):
                return _from_deep(np.asarray(opened), channels)
            return np.array(opened.convert(channels))
    except UnidentifiedImageError as error:
        if content.startswith((_JPEG_START, _PNG_START)):
            raise UnreadableImageError(f"{_called(name)} is damaged at its beginning.") from error
        raise UnknownImageError(
            f"{_called(name)} is no image, or of a kind that is not known: it begins with "
            f"{content[:8]!r}."
        ) from error
    except Image.DecompressionBombError as error:
        raise UnreadableImageError(f"{_called(name)} is too large: {error}") from error
    except UnreadableImageError:
        raise
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, OverflowError) as error:
        # What Pillow raises for damaged files is not one family.
        raise UnreadableImageError(f"{_called(name)} is damaged: {error}.") from error


def _from_deep(values: NDArray[Any], channels: Channels) -> NDArray[np.uint8]:
    """Shades of grey of 16 or 32 bits, brought to 8."""
    if values.dtype.kind == "f":
        deep = np.nan_to_num(values)
        grey = np.clip(deep * (255.0 if deep.max(initial=0.0) <= 1.0 else 1.0), 0, 255)
    else:
        grey = np.clip(values, 0, 65535) / 257.0 if values.max(initial=0) > 255 else values
    image = Image.fromarray(np.rint(grey).astype(np.uint8))
    return np.array(image.convert(channels))


def _resize(pixels: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[Any]:
    wanted = (size[1], size[0])
    height, width = pixels.shape[:2]
    if height > 2 * size[0] or width > 2 * size[1]:
        shrunk: NDArray[np.uint8] = cv2.resize(pixels, wanted, interpolation=cv2.INTER_AREA)
        return shrunk
    # Up to a factor of 2, two neighbours on each side are all the pixels that fall together. OpenCV
    # is faster with float32 than with bytes, conversion and rounding included.
    resized: NDArray[np.float32] = cv2.resize(
        pixels.astype(np.float32), wanted, interpolation=cv2.INTER_LINEAR
    )
    return np.rint(resized, out=resized)


def _reduction(frame: _Frame, size: tuple[int, int] | None, *, upright: bool) -> int:
    """By how much a JPEG is reduced on decoding: only where half of its pixels are not wanted."""
    if size is None:
        return 1
    scale = min(frame.height / size[0], frame.width / size[1])
    if upright:
        # Height and width may yet be exchanged.
        scale = min(scale, frame.height / size[1], frame.width / size[0])
    return next((factor for factor in (8, 4, 2) if scale >= factor * _LEAST_REDUCED), 1)


def _png_frame(content: bytes) -> _Frame:
    return _Frame(_number(content, 20, 4), _number(content, 16, 4), 3)


def _jpeg_frame(content: bytes) -> _Frame | None:
    """Size and number of channels, from the segments before the first scan."""
    at = 2
    while at + 9 < len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in _JPEG_FRAMES:
            return _Frame(_number(content, at + 5, 2), _number(content, at + 7, 2), content[at + 9])
        if marker == 0xDA or (0xC3 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC)):
            return None
        at += 2 + _number(content, at + 2, 2)
    return None


def _number(content: bytes, at: int, length: int) -> int:
    return int.from_bytes(content[at : at + length], "big")


def _check_pixels(height: int, width: int, name: str | None) -> None:
    if height * width > _MOST_PIXELS:
        raise UnreadableImageError(
            f"{_called(name)} is too large: {width:,} × {height:,} pixels, at most "
            f"{_MOST_PIXELS:,} are read.",
            fix="Make it smaller with an image editor.",
        )


def _called(name: str | None) -> str:
    return "The image" if name is None else f"The image '{name}'"
