"""How a file is to be read, where the reader should not find out by itself."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hornbook.data.schema import Meaning, Storage
from hornbook.errors import DataError, did_you_mean

__all__ = ["ReadOptions"]

_TYPE_NAMES = tuple(dict.fromkeys([*map(str, Meaning), *map(str, Storage)]))


@dataclass(frozen=True)
class ReadOptions:
    """Overrides of what the reader finds out by itself; every `None` means "find out".

    Args:
        separator: the one character between the fields of a delimited file.
        quote: the one character around fields; the empty text says that nothing is quoted.
        encoding: of a text file, by its Python name.
        header: whether the first row of a delimited file names the columns.
        types: column to the name of a `Meaning` or a `Storage`, which beats the guess: all values
            must then be such, and rows where one is not are rejected. `"category"` or `"string"`
            keep codes such as `0750` as they stand in the file.
        types_may_be_absent: whether `types` may name columns that the file does not have.
        date_formats: column to the way in which its days are written where the file leaves it
            open, as `01/02/2024` does; by the name that `Column.date_format` has of a file read
            before.

    Raises:
        DataError: an option that no file can be read with.

    Example:
        >>> ReadOptions(separator=";", types={"zip": "category"}).to_json()["types"]
        {'zip': 'category'}
        >>> ReadOptions(types={"zip": "categry"})
        Traceback (most recent call last):
        ...
        hornbook.errors.DataError: Column 'zip' is declared as 'categry', which is no type.
          Fix: Did you mean 'category'?
    """

    separator: str | None = None
    quote: str | None = None
    encoding: str | None = None
    header: bool | None = None
    types: Mapping[str, str] = field(default_factory=dict)
    types_may_be_absent: bool = False
    date_formats: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.separator is not None and (len(self.separator) != 1 or self.separator in '\r\n"'):
            raise DataError(
                f"The separator is {self.separator!r}.",
                fix='Give one character, such as "," or ";" or "\\t".',
            )
        if self.quote is not None and len(self.quote) > 1:
            raise DataError(
                f"The quote is {self.quote!r}.",
                fix='Give one character, such as \'"\', or "" where nothing is quoted.',
            )
        if self.encoding is not None:
            try:
                codecs.lookup(self.encoding)
            except LookupError as error:
                raise DataError(
                    f"The encoding '{self.encoding}' is unknown.",
                    fix="Give a name that Python knows, such as utf-8, utf-16 or latin-1.",
                ) from error
        types = {column: str(name) for column, name in self.types.items()}
        for column, name in types.items():
            if name not in _TYPE_NAMES:
                raise DataError(
                    f"Column '{column}' is declared as '{name}', which is no type.",
                    fix=did_you_mean(name, _TYPE_NAMES),
                )
        object.__setattr__(self, "types", types)

    def declared(self, column: str) -> tuple[Storage | None, Meaning | None]:
        """The declared storage and meaning of a column, `None` for what is left to the data."""
        name = self.types.get(column)
        if name is None:
            return None, None
        if name in _STORAGE_OF_MEANING:
            return _STORAGE_OF_MEANING[name], Meaning(name)
        storage = Storage(name)
        return storage, _MEANING_OF_STORAGE.get(storage)

    def check_columns(self, names: list[str]) -> None:
        """Raises where a type is declared for a column that the file does not have."""
        unknown = [column for column in self.types if column not in names]
        if unknown and not self.types_may_be_absent:
            raise DataError(
                f"A type is declared for column '{unknown[0]}', which the file does not have.",
                fix=did_you_mean(unknown[0], names),
            )

    def only(self, columns: Iterable[str]) -> ReadOptions:
        """The options with what is declared of these columns alone."""
        wanted = set(columns)
        return replace(
            self,
            types={name: one for name, one in self.types.items() if name in wanted},
            date_formats={name: one for name, one in self.date_formats.items() if name in wanted},
        )

    def to_json(self) -> dict[str, Any]:
        """The options as JSON values, in a stable order."""
        value = {
            "separator": self.separator,
            "quote": self.quote,
            "encoding": self.encoding,
            "header": self.header,
            "types": dict(sorted(self.types.items())),
            "types_may_be_absent": self.types_may_be_absent,
        }
        if self.date_formats:
            value["date_formats"] = dict(sorted(self.date_formats.items()))
        return value

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> ReadOptions:
        """The options that `to_json` wrote."""
        return cls(**value)


# `numeric` and `date` leave open which of two storages it is: the data say.
_STORAGE_OF_MEANING: dict[str, Storage | None] = {
    Meaning.NUMERIC: None,
    Meaning.DATE: None,
    Meaning.CATEGORY: Storage.STRING,
    Meaning.TEXT: Storage.STRING,
    Meaning.IMAGE_PATH: Storage.STRING,
    Meaning.IDENTIFIER: Storage.STRING,
    Meaning.BOOLEAN: Storage.BOOLEAN,
    Meaning.VECTOR: Storage.VECTOR,
}
_MEANING_OF_STORAGE = {
    Storage.INTEGER: Meaning.NUMERIC,
    Storage.FLOAT: Meaning.NUMERIC,
    Storage.DATETIME: Meaning.DATE,
}
