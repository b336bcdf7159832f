"""What all handlings of image columns share: reading, policies for what cannot be read, shapes."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import Field

from hornbook.data import Storage
from hornbook.errors import FeatureError, HornbookError
from hornbook.features.handling import (
    FeatureType,
    FitContext,
    FittedHandling,
    Handling,
    OutputColumn,
    State,
    column_expression,
)
from hornbook.features.image_files import ImageFiles
from hornbook.features.image_loading import UnreadableImageError
from hornbook.features.resources import Resources
from hornbook.features.thread_pool import map_in_threads

__all__ = [
    "FittedImage",
    "ImageHandling",
    "ImageReader",
    "reasons_unreadable",
    "unreadable_images_error",
]

_IMAGES_TO_LEARN_FROM = 3
_MOST_SHOWN = 5
_MOST_REMEMBERED = 100_000

MissingPolicy = Literal["impute", "drop_rows", "fail"]


class ImageReader(Protocol):
    """Turns one value of a column into an array; safe to use from several threads."""

    @property
    def files(self) -> ImageFiles:
        """Where the images are."""
        ...

    @property
    def byte_scale(self) -> float | None:
        """What the arrays are multiplied by for the network, where they are bytes."""
        ...

    def read(self, value: str) -> NDArray[Any]:
        """The array of one image.

        Raises:
            UnreadableImageError: the image is missing or damaged.
        """
        ...

    def check(self, value: str) -> None:
        """Finds out cheaply whether `read` will find a whole image.

        Raises:
            UnreadableImageError: it will not.
        """
        ...


class _Failures:
    """Images that could not be read, and of these the ones that a check finds whole.

    Threads may add at once.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reasons: dict[str, str] = {}
        self._late: dict[str, str] = {}

    def add(self, value: str, reason: str, *, is_late: bool) -> None:
        with self._lock:
            if len(self._reasons) < _MOST_REMEMBERED:
                self._reasons[value[:200]] = reason
            if is_late:
                self._late[value[:200]] = reason

    def all(self) -> dict[str, str]:
        with self._lock:
            return dict(self._reasons)

    def note(self, column: str) -> tuple[str, ...]:
        with self._lock:
            if not self._late:
                return ()
            first = next(iter(self._late.values()))
            return (
                f"{len(self._late):,} images of '{column}' could not be decoded and were zeros "
                f"to the network. The first: {first}",
            )


@dataclass(frozen=True)
class FittedImage(FittedHandling):
    """Images as arrays that all have one shape; what cannot be read is zeros, or an error.

    Attributes:
        column: the column of the table.
        reader: turns a value into an array.
        missing: what to do without one.
        image_shape: of one image's array.
        image_dtype: of all arrays.
    """

    column: str
    reader: ImageReader
    missing: MissingPolicy
    image_shape: tuple[int, ...]
    image_dtype: str
    _failures: _Failures = field(default_factory=_Failures, compare=False, repr=False)

    @property
    def outputs(self) -> tuple[OutputColumn, ...]:
        return ()

    @property
    def shape(self) -> tuple[int, ...]:
        return self.image_shape

    @property
    def dtype(self) -> str:
        return self.image_dtype

    def transform(self, series: pl.Series) -> NDArray[Any]:
        if self.byte_scale is None:
            return self._read(series, self.dtype)
        return np.multiply(self.as_bytes(series), np.float32(self.byte_scale), dtype=self.dtype)

    @property
    def byte_scale(self) -> float | None:
        return self.reader.byte_scale

    def as_bytes(self, series: pl.Series) -> NDArray[np.uint8]:
        return self._read(series, "uint8")

    def _read(self, series: pl.Series, dtype: str) -> NDArray[Any]:
        values = _texts(series)
        batch = np.zeros((len(values), *self.shape), dtype)

        def fill(row: int) -> str | None:
            value = values[row]
            if not value:
                self._failures.add("", "missing", is_late=False)
                return f"Row {row} has no image."
            try:
                array = self.reader.read(value)
            except UnreadableImageError as error:
                is_late = reasons_unreadable(self.reader, [value]) == [None]
                self._failures.add(value, error.message, is_late=is_late)
                return error.message
            batch[row] = self._expect_shape(array, value)
            return None

        failures = [reason for reason in map_in_threads(fill, range(len(values))) if reason]
        if failures and self.missing == "fail":
            raise unreadable_images_error(self.column, failures)
        return batch

    @property
    def reads_files(self) -> bool:
        return True

    def digest_of_files(self, series: pl.Series) -> bytes:
        digest = hashlib.blake2b(digest_size=16)
        for state in map_in_threads(self.reader.files.state_of, _texts(series)):
            digest.update(state.encode())
        return digest.digest()

    def faults(self, series: pl.Series) -> list[str | None] | None:
        if self.missing == "impute":
            return None
        values = _texts(series)
        reasons = reasons_unreadable(self.reader, values)
        for value, reason in zip(values, reasons, strict=True):
            if reason is not None:
                self._failures.add(value or "", reason, is_late=False)
        return [
            f"'{self.column}' has no image" if reason == "missing" else reason for reason in reasons
        ]

    def notes(self) -> tuple[str, ...]:
        return self._failures.note(self.column)

    @property
    def unreadable(self) -> dict[str, str]:
        """The values whose images could not be read so far, each with its reason."""
        return self._failures.all()

    def state(self) -> State:
        try:
            folder: str | None = str(self.reader.files.folder)
        except HornbookError:
            folder = None
        values = {"shape": list(self.shape), "dtype": self.dtype, "folder": folder}
        return State(values)

    def _expect_shape(self, array: NDArray[Any], value: str) -> NDArray[Any]:
        if array.shape != self.shape:
            raise FeatureError(
                f"The image {_shown(value)} of '{self.column}' became an array of shape "
                f"{array.shape}, others one of shape {self.shape}.",
                fix="Bring all images to one size, e.g. load_img(image_file, (96, 96)).",
            )
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise FeatureError(
                f"The image {_shown(value)} of '{self.column}' became an array with numbers that "
                "are NaN or infinite.",
                fix="Look for a division by zero in preprocess_image.",
            )
        return array


class ImageHandling(Handling):
    """The options that all handlings of images have, and their fit: finding the arrays' shape."""

    feature_type: ClassVar[FeatureType] = FeatureType.IMAGE
    fitted_class: ClassVar[type[FittedHandling]] = FittedImage
    storages: ClassVar[frozenset[Storage]] = frozenset({Storage.STRING})
    has_own_input: ClassVar[bool] = True

    folder: str = Field(
        "",
        description="where the paths start: a managed folder's name, or a path relative to the "
        "design; the folder of the data file when empty",
    )
    missing: MissingPolicy = Field(
        "impute",
        description="rows whose image is missing or unreadable: zeros, left out, or an error",
    )

    def missing_expression(self, column: str) -> pl.Expr:
        values = column_expression(column)
        return values.is_null() | (values == "")

    def make_reader(self, column: str, files: ImageFiles, resources: Resources) -> ImageReader:
        """What turns the column's values into arrays.

        Raises:
            HornbookError: code that it needs is not there.
        """
        raise NotImplementedError

    def open_reader(
        self, column: str, resources: Resources, trained_in: str | None = None
    ) -> ImageReader:
        """`make_reader` on the folder of the design, or else that of the training."""
        return self.make_reader(
            column, ImageFiles(_finder(self.folder, resources, trained_in)), resources
        )

    def start_fit(self, column: str, context: FitContext) -> _ImageFitting:
        return _ImageFitting(self, column, self.open_reader(column, context.resources))

    def restore(self, column: str, state: State, resources: Resources) -> FittedImage:
        reader = self.open_reader(column, resources, state.values["folder"])
        shape, dtype = tuple(state.values["shape"]), state.values["dtype"]
        return FittedImage(column, reader, self.missing, shape, dtype)


class _ImageFitting:
    """Reads a few images of the train rows to learn what arrays they become."""

    def __init__(self, handling: ImageHandling, column: str, reader: ImageReader) -> None:
        self._handling = handling
        self._column = column
        self._reader = reader
        self._found: list[tuple[str, NDArray[Any]]] = []
        self._failure: str | None = None

    def expressions(self) -> Mapping[str, pl.Expr]:
        values = column_expression(self._column).cast(pl.String).alias("value")
        return {"values": values.filter(values.is_not_null() & (values != "")).implode()}

    def add(self, block: Mapping[str, Any]) -> None:
        for value in block["values"]:
            if len(self._found) == _IMAGES_TO_LEARN_FROM:
                return
            try:
                self._found.append((value, self._reader.read(value)))
            except UnreadableImageError as error:
                self._failure = self._failure or error.message

    def finish(self) -> FittedImage:
        if not self._found:
            seen = f" The first: {self._failure}" if self._failure else ""
            raise FeatureError(
                f"No train row has an image in '{self._column}' that can be read.{seen}",
                fix='Say where the images are: folder = "…", a managed folder\'s name or a path. '
                "`hornbook folder list` lists the managed folders.",
            )
        arrays = [array for _, array in self._found]
        dtype = np.result_type(*arrays)
        if self._reader.byte_scale is not None:
            dtype = np.dtype(np.float32)
        name = "float32" if dtype.kind == "f" else "uint8" if dtype == np.uint8 else "int32"
        fitted = FittedImage(
            self._column, self._reader, self._handling.missing, arrays[0].shape, name
        )
        for value, array in self._found:
            fitted._expect_shape(array, value)
        return fitted


def reasons_unreadable(reader: ImageReader, values: Sequence[str | None]) -> list[str | None]:
    """For each value why its image cannot be read, or `None` where it probably can."""

    def reason(value: str | None) -> str | None:
        if not value:
            return "missing"
        try:
            reader.check(value)
        except UnreadableImageError as error:
            return error.message
        return None

    return map_in_threads(reason, values)


def unreadable_images_error(
    column: str, reasons: Sequence[str], count: int | None = None
) -> FeatureError:
    """What is wrong with a column's images, where that is an error.

    Args:
        column: of the table.
        reasons: the first ones at least.
        count: how many there are, if not all are given.
    """
    count = len(reasons) if count is None else count
    listed = "\n".join(f"  {reason}" for reason in reasons[:_MOST_SHOWN])
    more = f"\n  … and {count - _MOST_SHOWN:,} more" if count > _MOST_SHOWN else ""
    return FeatureError(
        f"{count:,} rows have no image in '{column}' that can be read:\n{listed}{more}",
        fix='Mend them, or go on without: missing = "drop_rows" or "impute".',
    )


def _finder(name: str, resources: Resources, trained_in: str | None) -> Callable[[], Path]:
    def find() -> Path:
        try:
            return resources.folder(name)
        except HornbookError:
            if trained_in is not None and Path(trained_in).is_dir():
                return Path(trained_in)
            raise

    return find


def _texts(series: pl.Series) -> list[str | None]:
    return series.cast(pl.String).to_list()


def _shown(value: str) -> str:
    return f"'{value}'" if len(value) <= 200 else f"'{value[:40]}…'"
