"""The values of a JSON object, column by column, in the types that a model's features read."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from hornbook.features import Feature, FeatureType
from hornbook.features.categories import spelled

__all__ = ["Cells", "ColumnReader", "WrongValueError", "column_readers", "frame_of"]

Cells = list[list[Any]]
"""The values of some rows, a list for each column."""

_LONGEST_SHOWN = 60


class WrongValueError(ValueError):
    """A value that a column cannot have.

    Args:
        expected: what it may hold, as in "a number".
        fix: how to write the value.
    """

    def __init__(self, expected: str, fix: str) -> None:
        super().__init__(expected)
        self.expected = expected
        self.fix = fix


@dataclass(frozen=True)
class ColumnReader:
    """How the values of one column are read.

    Attributes:
        column: of the table.
        feature_type: that it feeds.
        read: turns a JSON value into a cell, or raises `WrongValueError`.
        dtype: of the cells.
        expects: what a value is, in a word or two.
    """

    column: str
    feature_type: FeatureType
    read: Callable[[Any], Any]
    dtype: pl.DataType | type[pl.DataType]
    expects: str


def column_readers(
    features: Sequence[Feature], categories: Sequence[str] = ()
) -> tuple[ColumnReader, ...]:
    """One reader for each column that is needed, in their order.

    Args:
        features: of the model.
        categories: further columns that hold categories.
    """
    kinds = [(feature.column, feature.handling.feature_type) for feature in features]
    kinds += [(column, FeatureType.CATEGORICAL) for column in categories]
    readers: dict[str, ColumnReader] = {}
    for column, kind in kinds:
        read, dtype, expects = _KINDS[kind]
        readers.setdefault(column, ColumnReader(column, kind, read, dtype, expects))
    return tuple(readers.values())


def frame_of(readers: Sequence[ColumnReader], cells: Cells) -> pl.DataFrame:
    """The cells as a frame."""
    return pl.DataFrame(
        [
            pl.Series(reader.column, values, dtype=reader.dtype)
            for reader, values in zip(readers, cells, strict=True)
        ]
    )


def shown(value: Any) -> str:
    """A value as an error shows it: as JSON, and not all of a long one.

    Example:
        >>> shown("a" * 100)
        '"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…'
    """
    if isinstance(value, str):
        value = value[: _LONGEST_SHOWN + 1]
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST_SHOWN + 2 else f"{text[: _LONGEST_SHOWN + 1]}…"


def _number(value: Any) -> float | None:
    kind = type(value)
    if kind is float or value is None:
        return value  # type: ignore[no-any-return]
    if kind is int or kind is bool:
        return float(value)
    if kind is str:
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if math.isfinite(number) and "_" not in value:
            return number
    raise WrongValueError("a number", "Send a number, or null where it is missing.")


def _category(value: Any) -> str | None:
    kind = type(value)
    if kind is str or value is None:
        return value  # type: ignore[no-any-return]
    if kind is float:
        return spelled(pl.Series([value]))[0]  # type: ignore[no-any-return]
    return _as_text(value)


def _text(value: Any) -> str | None:
    if type(value) is str or value is None:
        return value
    return _as_text(value)


def _as_text(value: Any) -> str:
    """The text that a file of JSON lines is read to have there."""
    return repr(value) if isinstance(value, float) else json.dumps(value, ensure_ascii=False)


def _date(value: Any) -> str | None:
    if type(value) is str or value is None:
        return value
    raise WrongValueError(
        "a date as text", 'Send a text such as "2024-12-31" or "2024-12-31T23:59:00Z", or null.'
    )


def _vector(value: Any) -> list[float | None] | None:
    if value is None or value == "":
        return None
    if type(value) is str:
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            value = None
    if type(value) is not list:
        raise _no_vector()
    return [_element(element) for element in value]


def _element(value: Any) -> float | None:
    kind = type(value)
    if value is None or (kind is float and math.isfinite(value)):
        return value  # type: ignore[no-any-return]
    if kind is not int:
        raise _no_vector()
    try:
        return float(value)
    except OverflowError:
        raise _no_vector() from None


def _no_vector() -> WrongValueError:
    return WrongValueError("a list of numbers", "Send a list such as [0.5, 2], or null.")


def _image(value: Any) -> str | None:
    """An image as a data URL, which features never take for the path of a file."""
    if value is None or value == "":
        return None
    if type(value) is not str:
        raise WrongValueError("an image in Base64", "Send the image file's bytes in Base64.")
    if value.startswith("data:"):
        return value
    return f"data:;base64,{value}"


_KINDS: dict[FeatureType, tuple[Callable[[Any], Any], pl.DataType | type[pl.DataType], str]] = {
    FeatureType.NUMERICAL: (_number, pl.Float64, "number"),
    FeatureType.CATEGORICAL: (_category, pl.String, "category"),
    FeatureType.TEXT: (_text, pl.String, "text"),
    FeatureType.DATE: (_date, pl.String, "date"),
    FeatureType.VECTOR: (_vector, pl.List(pl.Float64), "vector"),
    FeatureType.IMAGE: (_image, pl.String, "image"),
}
