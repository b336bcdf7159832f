"""Arrow columns of any type as one of the storages of a table, or as text."""

from __future__ import annotations

import json

import polars as pl
import pyarrow as pa

from hornbook.data.schema import Storage, arrow_type
from hornbook.errors import DataError

__all__ = ["storage_of", "to_storage", "to_text"]


def storage_of(type_: pa.DataType) -> Storage | None:  # noqa: PLR0911
    """The storage that values of an Arrow type get; `None` for bytes, which no table holds.

    Example:
        >>> storage_of(pa.list_(pa.float64(), 3))
        <Storage.VECTOR: 'vector'>
        >>> storage_of(pa.struct([("a", pa.int8())]))
        <Storage.STRING: 'string'>
        >>> storage_of(pa.binary()) is None
        True
    """
    type_ = _plain_type(type_)
    types = pa.types
    if types.is_integer(type_):
        return Storage.INTEGER
    if types.is_floating(type_) or types.is_decimal(type_) or types.is_duration(type_):
        return Storage.FLOAT
    if types.is_boolean(type_):
        return Storage.BOOLEAN
    if types.is_date(type_):
        return Storage.DATE
    if types.is_timestamp(type_):
        return Storage.DATETIME
    if _is_list(type_) and _is_number(type_.value_type):
        return Storage.VECTOR
    if (
        types.is_binary(type_)
        or types.is_large_binary(type_)
        or types.is_fixed_size_binary(type_)
        or types.is_binary_view(type_)
    ):
        return None
    return Storage.STRING


def to_storage(array: pa.Array, name: str) -> pl.Series:
    """The values of `array` in their storage; NaN, empty text and vectors with gaps are missing.

    Args:
        array: of a type that `storage_of` knows.
        name: of the column, for errors.

    Raises:
        DataError: an unsigned number is too large for 64 bits with a sign.
    """
    array = _plain_array(array)
    storage = storage_of(array.type)
    match storage:
        case Storage.INTEGER:
            values = _integers(array, name)
        case Storage.FLOAT:
            values = _floats(array)
        case Storage.DATE | Storage.DATETIME:
            values = pl.Series(array.cast(arrow_type(storage), safe=False))
        case Storage.VECTOR:
            values = _vectors(array)
        case Storage.BOOLEAN:
            values = pl.Series(array)
        case _:
            text = to_text(array)
            values = text.set((text == "").fill_null(value=False), None)
    return values


def to_text(array: pa.Array) -> pl.Series:
    """The values of `array` as text: JSON for lists and objects.

    Example:
        >>> to_text(pa.array([{"a": 1}, None])).to_list()
        ['{"a": 1}', None]
    """
    array = _plain_array(array)
    if pa.types.is_nested(array.type):
        values = (None if value is None else _as_json(value) for value in array.to_pylist())
        return pl.Series(list(values), dtype=pl.String)
    return pl.Series(array.cast(pa.large_string()), dtype=pl.String)


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _plain_type(type_: pa.DataType) -> pa.DataType:
    if isinstance(type_, pa.BaseExtensionType):
        return _plain_type(type_.storage_type)
    if pa.types.is_dictionary(type_):
        return _plain_type(type_.value_type)
    return type_


def _plain_array(array: pa.Array) -> pa.Array:
    if isinstance(array.type, pa.BaseExtensionType):
        return _plain_array(array.storage)
    if pa.types.is_dictionary(array.type):
        return _plain_array(array.dictionary_decode())
    return array


def _is_list(type_: pa.DataType) -> bool:
    types = pa.types
    return bool(
        types.is_list(type_)
        or types.is_large_list(type_)
        or types.is_fixed_size_list(type_)
        or types.is_list_view(type_)
        or types.is_large_list_view(type_)
    )


def _is_number(type_: pa.DataType) -> bool:
    return bool(pa.types.is_integer(type_) or pa.types.is_floating(type_))


def _integers(array: pa.Array, name: str) -> pl.Series:
    values = pl.Series(array)
    integers = values.cast(pl.Int64, strict=False)
    if integers.null_count() > values.null_count():
        raise DataError(
            f"Column '{name}' holds {values.max()!r}, which is too large for a 64-bit integer.",
            fix=f'Declare the type of \'{name}\' as "string" or "float".',
        )
    return integers


def _floats(array: pa.Array) -> pl.Series:
    if pa.types.is_duration(array.type):
        return pl.Series(array).dt.total_microseconds() / 1e6
    if pa.types.is_float16(array.type):
        array = array.cast(pa.float32())
    return pl.Series(array).cast(pl.Float64).fill_nan(None)


def _vectors(array: pa.Array) -> pl.Series:
    if pa.types.is_fixed_size_list(array.type):
        # Polars has its own type for lists of one size; the table has one for all.
        array = array.cast(pa.large_list(array.type.value_type))
    vectors = pl.Series(array).cast(pl.List(pl.Float32))
    finite = pl.element().is_finite().fill_null(value=False)
    return vectors.set(~vectors.list.eval(finite).list.all().fill_null(value=True), None)
