"""The random transforms of Keras' `ImageDataGenerator`, drawn by it and applied by OpenCV."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from hornbook.features.thread_pool import map_in_threads

__all__ = ["ImageDataGeneratorTransform"]

_MODULE = "keras.src.legacy.preprocessing.image"
_CLASS = "ImageDataGenerator"
_BORDERS = {
    "nearest": cv2.BORDER_REPLICATE,
    "constant": cv2.BORDER_CONSTANT,
    "reflect": cv2.BORDER_REFLECT,
}
"""SciPy's `wrap` overlaps the first and last pixel, which no mode of OpenCV does."""
_DTYPES = (np.float32, np.float64, np.uint8)
_COLOURS = ("channel_shift_intensity", "brightness")
_DONE = {
    **{"theta": 0, "tx": 0, "ty": 0, "shear": 0, "zx": 1, "zy": 1},
    **{"flip_horizontal": False, "flip_vertical": False},
}

_DRAWING = threading.Lock()
"""Keras draws from NumPy's global generator: one thread at a time."""


class ImageDataGeneratorTransform:
    """Does what `random_transform` of a generator does, many times faster.

    The generator draws its own parameters, so they are those of Keras for a seed. Rotation,
    shift, shear, zoom and flips are then one bilinear `warpAffine` of all channels instead of one
    SciPy transform for each channel; all else is left to the generator.

    It may be used from several threads: `draw` lets one in at a time, `apply` works in parallel.

    Args:
        generator: a Keras `ImageDataGenerator`.
    """

    def __init__(self, generator: Any) -> None:
        self._generator = generator

    @staticmethod
    def suits(augmentator: Any) -> bool:
        """Whether an augmentator is a generator of Keras that transforms as Keras does.

        A subclass with a `random_transform` or `apply_transform` of its own is not. Nothing is
        imported to find out.
        """
        for kind in type(augmentator).__mro__:
            if kind.__module__ == _MODULE and kind.__name__ == _CLASS:
                return True
            if {"random_transform", "apply_transform"} & vars(kind).keys():
                return False
        return False

    def draw(self, shape: tuple[int, ...], seeds: Sequence[int]) -> list[dict[str, Any]]:
        """The parameters that Keras draws for images of that shape, one for each seed.

        NumPy's global generator is left as it was.
        """
        with _DRAWING:
            before = np.random.get_state()
            try:
                return [self._generator.get_random_transform(shape, seed) for seed in seeds]
            finally:
                np.random.set_state(before)

    def apply(
        self, image: NDArray[Any], parameters: Mapping[str, Any], out: NDArray[Any] | None = None
    ) -> NDArray[Any]:
        """The transformed image; the given one is left as it is.

        Args:
            image: shape `(height, width, n_channels)`.
            parameters: as drawn.
            out: where to write it, like `image`; a new array when absent.
        """
        out = np.empty_like(image) if out is None else out
        matrix = _matrix(parameters, *image.shape[:2]) if self._is_matched(image) else None
        if matrix is None:
            out[...] = self._generator.apply_transform(image.copy(), dict(parameters))
            return out
        if _pays_to_pad(image):
            padded, warped = _SCRATCH.pair(image)
            cv2.cvtColor(image, cv2.COLOR_RGB2RGBA, dst=padded)
            self._warp(padded, matrix, warped)
            cv2.cvtColor(warped, cv2.COLOR_RGBA2RGB, dst=out)
        else:
            self._warp(image, matrix, out)
        if any(parameters.get(name) is not None for name in _COLOURS):
            out[...] = self._generator.apply_transform(out, {**parameters, **_DONE})
        return out

    def _warp(self, image: NDArray[Any], matrix: NDArray[Any], out: NDArray[Any]) -> None:
        cv2.warpAffine(
            image,
            matrix,
            image.shape[1::-1],
            dst=out,
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=_BORDERS[self._generator.fill_mode],
            borderValue=(self._generator.cval,) * 4,
        )

    def each(self, images: NDArray[Any], seeds: Sequence[int], n_copies: int) -> NDArray[Any]:
        """Transforms `n_copies` of each image, several at a time.

        Args:
            images: shape `(n_images, height, width, n_channels)`.
            seeds: one for each copy, shape `(n_images * n_copies,)`.
            n_copies: of each image, one after the other.

        Returns:
            The copies, shape `(n_images * n_copies, height, width, n_channels)`.
        """
        drawn = self.draw(images.shape[1:], seeds)
        copies = np.empty((len(drawn), *images.shape[1:]), images.dtype)

        def transform(position: int) -> None:
            self.apply(images[position // n_copies], drawn[position], copies[position])

        map_in_threads(transform, range(len(drawn)))
        return copies

    def _is_matched(self, image: NDArray[Any]) -> bool:
        generator = self._generator
        return (
            image.ndim == 3
            and image.shape[2] <= 4
            and image.dtype in _DTYPES
            and (generator.row_axis, generator.col_axis, generator.channel_axis) == (1, 2, 3)
            and generator.interpolation_order == 1
            and generator.fill_mode in _BORDERS
        )


class _Scratch(threading.local):
    """Two images of four channels for each thread, which it writes over again and again."""

    def __init__(self) -> None:
        self._arrays = np.empty((2, 0, 0, 4), np.float32)

    def pair(self, image: NDArray[Any]) -> NDArray[Any]:
        """Two arrays of the image's size and dtype; what is in them does not matter."""
        shape = (2, *image.shape[:2], 4)
        if self._arrays.shape != shape or self._arrays.dtype != image.dtype:
            self._arrays = np.empty(shape, image.dtype)
        return self._arrays


_SCRATCH = _Scratch()


def _pays_to_pad(image: NDArray[Any]) -> bool:
    """Whether OpenCV is faster with a fourth channel to fill its registers, copies included."""
    return image.shape[2] == 3 and image.dtype in (np.float32, np.uint8)


def _matrix(parameters: Mapping[str, Any], height: int, width: int) -> NDArray[np.float64] | None:
    """Where each pixel comes from, as a 2 × 3 matrix on `(column, row)`; `None` where it was.

    Keras multiplies rotation, shift, shear and zoom about a centre, which it takes at half of the
    height along the columns, too; a flip afterwards reads the columns or rows from their end.
    """
    theta, shear = (math.radians(parameters.get(name, 0)) for name in ("theta", "shear"))
    tx, ty = parameters.get("tx", 0), parameters.get("ty", 0)
    zx, zy = parameters.get("zx", 1), parameters.get("zy", 1)
    if not (theta or shear or tx or ty) and zx == zy == 1:
        return None
    cos, sin = math.cos(theta), math.sin(theta)
    # rotation @ shear @ zoom
    xx, xy = cos * zx, -math.sin(theta + shear) * zy
    yx, yy = sin * zx, math.cos(theta + shear) * zy
    centre_x, centre_y = height / 2 - 0.5, width / 2 - 0.5
    x = cos * tx - sin * ty + centre_x - xx * centre_x - xy * centre_y
    y = sin * tx + cos * ty + centre_y - yx * centre_x - yy * centre_y
    if parameters.get("flip_horizontal", False):
        x, y, xx, yx = x + xx * (width - 1), y + yx * (width - 1), -xx, -yx
    if parameters.get("flip_vertical", False):
        x, y, xy, yy = x + xy * (height - 1), y + yy * (height - 1), -xy, -yy
    return np.array([[xx, xy, x], [yx, yy, y]])
