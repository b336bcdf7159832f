"""What a column is: how it is stored, what it means, how much of it is missing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pyarrow as pa

__all__ = ["NUMBERS", "Column", "Meaning", "Storage", "arrow_schema", "arrow_type"]


class Storage(StrEnum):
    """How the values of a column lie on disk."""

    INTEGER = "integer"
    FLOAT = "float"
    BOOLEAN = "boolean"
    STRING = "string"
    DATE = "date"
    DATETIME = "datetime"
    VECTOR = "vector"


NUMBERS = frozenset({Storage.INTEGER, Storage.FLOAT, Storage.BOOLEAN})
"""The storages whose values are numbers."""


class Meaning(StrEnum):
    """What the values of a column say, which decides how a model may use them."""

    NUMERIC = "numeric"
    CATEGORY = "category"
    TEXT = "text"
    DATE = "date"
    BOOLEAN = "boolean"
    VECTOR = "vector"
    IMAGE_PATH = "image path"
    IDENTIFIER = "identifier"


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        name: unique in its table.
        storage: how the values lie on disk.
        meaning: what the values say.
        missing: number of rows without a value.
        distinct: number of different values, missing not counted. Exact up to 8,192 values at
            least (262,144 in tables of up to 32 columns), within about one percent beyond.
        date_format: how the file writes the days, where they were read from text.

    Example:
        >>> column = Column("age", Storage.INTEGER, Meaning.NUMERIC, missing=2, distinct=73)
        >>> Column.from_json(column.to_json()) == column
        True
    """

    name: str
    storage: Storage
    meaning: Meaning
    missing: int
    distinct: int
    date_format: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The column as JSON values."""
        value = {
            "name": self.name,
            "storage": str(self.storage),
            "meaning": str(self.meaning),
            "missing": self.missing,
            "distinct": self.distinct,
        }
        return value if self.date_format is None else {**value, "date_format": self.date_format}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Column:
        """The column that `to_json` wrote."""
        return cls(
            name=str(value["name"]),
            storage=Storage(value["storage"]),
            meaning=Meaning(value["meaning"]),
            missing=int(value["missing"]),
            distinct=int(value["distinct"]),
            date_format=value.get("date_format"),
        )


_ARROW_TYPES = {
    Storage.INTEGER: pa.int64(),
    Storage.FLOAT: pa.float64(),
    Storage.BOOLEAN: pa.bool_(),
    Storage.STRING: pa.large_string(),
    Storage.DATE: pa.date32(),
    Storage.DATETIME: pa.timestamp("us", tz="UTC"),
    Storage.VECTOR: pa.large_list(pa.float32()),
}


def arrow_type(storage: Storage) -> pa.DataType:
    """The Arrow type of a storage: 64 bits for numbers, 32 for the numbers in a vector.

    Example:
        >>> arrow_type(Storage.DATETIME)
        TimestampType(timestamp[us, tz=UTC])
    """
    return _ARROW_TYPES[storage]


def arrow_schema(storages: dict[str, Storage]) -> pa.Schema:
    """The Arrow schema of a table with these columns."""
    return pa.schema([pa.field(name, arrow_type(storage)) for name, storage in storages.items()])
