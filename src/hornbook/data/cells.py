"""Text cells into typed values, and null where the text is no such value."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from hornbook.data.dates import DATE_FORMATS, DateFormat, parse_dates
from hornbook.data.schema import Storage

__all__ = [
    "CellParser",
    "parse_booleans",
    "parse_floats",
    "parse_integers",
    "parse_vectors",
]

_EXPECTED = {
    Storage.INTEGER: "a whole number",
    Storage.FLOAT: "a number",
    Storage.BOOLEAN: "true or false",
    Storage.DATE: "a date",
    Storage.DATETIME: "a date and time",
    Storage.VECTOR: "a list of numbers such as [0.5, 2]",
    Storage.STRING: "text",
}
_DECIMAL_COMMA = r"^([+-]?\d*),(\d+)$"
_LARGEST_EXACT = 2.0**53


@dataclass(frozen=True)
class CellParser:
    """Turns the text cells of one column into its storage.

    Attributes:
        storage: what the cells become.
        date_format: how days are written, for dates.
        decimal_comma: whether `0,5` is a half.
    """

    storage: Storage
    date_format: DateFormat = DATE_FORMATS[0]
    decimal_comma: bool = False

    @property
    def expected(self) -> str:
        """What a cell should have been, for the reason of a rejection."""
        text = _EXPECTED[self.storage]
        if self.storage in (Storage.DATE, Storage.DATETIME):
            return f"{text} like {self.date_format.name}"
        return text

    def parse(self, stripped: pl.Series) -> pl.Series:
        """The typed values, null where a cell is none.

        Args:
            stripped: text without space around it; for strings the text as it stands.
        """
        match self.storage:
            case Storage.INTEGER:
                values = parse_integers(stripped)
            case Storage.FLOAT:
                values = parse_floats(stripped, decimal_comma=self.decimal_comma)
            case Storage.BOOLEAN:
                values = parse_booleans(stripped)
            case Storage.DATE | Storage.DATETIME:
                with_time = self.storage is Storage.DATETIME
                values = parse_dates(stripped, self.date_format, with_time=with_time)
            case Storage.VECTOR:
                values = parse_vectors(stripped)
            case _:
                values = stripped
        return values


def parse_integers(stripped: pl.Series) -> pl.Series:
    """Whole numbers of at most 64 bits; `3.0` is one, `3.5` is none.

    Example:
        >>> parse_integers(pl.Series(["3", "+4", "3.0", "3.5", "x"])).to_list()
        [3, 4, 3, None, None]
    """
    whole = stripped.cast(pl.Int64, strict=False)
    if whole.null_count() == stripped.null_count():
        return whole
    floats = parse_floats(stripped)
    integral = (floats == floats.floor()) & (floats.abs() <= _LARGEST_EXACT)
    return whole.fill_null(floats.set(~integral, None).cast(pl.Int64, strict=False))


def parse_floats(stripped: pl.Series, *, decimal_comma: bool = False) -> pl.Series:
    """Finite numbers of 64 bits; infinity is none, as no layer of a network survives it.

    Example:
        >>> parse_floats(pl.Series(["3", "1e-3", "inf", "1,5"])).to_list()
        [3.0, 0.001, None, None]
        >>> parse_floats(pl.Series(["1,5"]), decimal_comma=True).to_list()
        [1.5]
    """
    if decimal_comma:
        stripped = stripped.str.replace(_DECIMAL_COMMA, "$1.$2")
    floats = stripped.cast(pl.Float64, strict=False)
    return floats.set(~floats.is_finite().fill_null(value=True), None)


def parse_booleans(stripped: pl.Series) -> pl.Series:
    """`true` and `false` in any case; `yes`, `no`, `0` and `1` are none.

    Example:
        >>> parse_booleans(pl.Series(["True", "FALSE", "yes"])).to_list()
        [True, False, None]
    """
    lowercase = stripped.str.to_lowercase()
    known = lowercase.is_in(["true", "false"]).fill_null(value=False)
    return (lowercase == "true").set(~known, None)


def parse_vectors(stripped: pl.Series) -> pl.Series:
    """JSON lists of finite numbers, of any length, as 32-bit floats.

    Example:
        >>> parse_vectors(pl.Series(["[1, 2.5]", "[]", "[1, a]", "7"])).to_list()
        [[1.0, 2.5], [], None, None]
    """
    listed = (stripped.str.starts_with("[") & stripped.str.ends_with("]")).fill_null(
        value=False
    ) & (stripped.str.len_bytes() >= 2).fill_null(value=False)
    inner = stripped.str.slice(1).str.head(-1).str.strip_chars().set(~listed, None)
    empty = (inner == "").fill_null(value=False)
    frame = pl.DataFrame({"inner": inner, "empty": empty})
    element = pl.element().str.strip_chars().cast(pl.Float32, strict=False)
    items = pl.col("inner").str.split(",").list.eval(element)
    sound = items.list.eval(pl.element().is_finite().fill_null(value=False)).list.all()
    nothing = pl.lit([], dtype=pl.List(pl.Float32))
    return frame.select(
        pl.when("empty").then(nothing).when(sound).then(items).otherwise(None).alias("vector")
    )["vector"]
