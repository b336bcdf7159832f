"""Text cells into typed values, and null where the text is no such value."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from hornbook.data.dates import DATE_FORMATS, DateFormat, parse_dates
from hornbook.data.schema import Storage

__all__ = [
    "DECIMAL_COMMA",
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
DECIMAL_COMMA = r"^([+-]?\d*),(\d+)$"
"""A number with a comma before its decimals."""

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

    def parse(self, stripped: pl.Expr) -> pl.Expr:
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


def parse_integers(stripped: pl.Expr) -> pl.Expr:
    """Whole numbers of at most 64 bits; `3.0` is one, `3.5` is none.

    Example:
        >>> cells = pl.DataFrame({"a": ["3", "+4", "3.0", "3.5", "x"]})
        >>> cells.select(parse_integers(pl.col("a")))["a"].to_list()
        [3, 4, 3, None, None]
    """
    floats = parse_floats(stripped)
    integral = (floats == floats.floor()) & (floats.abs() <= _LARGEST_EXACT)
    from_floats = pl.when(integral).then(floats).cast(pl.Int64, strict=False)
    return pl.coalesce(stripped.cast(pl.Int64, strict=False), from_floats)


def parse_floats(stripped: pl.Expr, *, decimal_comma: bool = False) -> pl.Expr:
    """Finite numbers of 64 bits; infinity is none, as no layer of a network survives it.

    Example:
        >>> cells = pl.DataFrame({"a": ["3", "1e-3", "inf", "1,5"]})
        >>> cells.select(parse_floats(pl.col("a")))["a"].to_list()
        [3.0, 0.001, None, None]
        >>> cells.select(parse_floats(pl.col("a"), decimal_comma=True))["a"].to_list()
        [3.0, 0.001, None, 1.5]
    """
    if decimal_comma:
        stripped = stripped.str.replace(DECIMAL_COMMA, "$1.$2")
    floats = stripped.cast(pl.Float64, strict=False)
    return pl.when(floats.is_finite()).then(floats)


def parse_booleans(stripped: pl.Expr) -> pl.Expr:
    """`true` and `false` in any case; `yes`, `no`, `0` and `1` are none.

    Example:
        >>> cells = pl.DataFrame({"a": ["True", "FALSE", "yes"]})
        >>> cells.select(parse_booleans(pl.col("a")))["a"].to_list()
        [True, False, None]
    """
    lowercase = stripped.str.to_lowercase()
    return pl.when(lowercase.is_in(["true", "false"])).then(lowercase == "true")


def parse_vectors(stripped: pl.Expr) -> pl.Expr:
    """JSON lists of finite numbers, of any length, as 32-bit floats.

    Example:
        >>> cells = pl.DataFrame({"a": ["[1, 2.5]", "[]", "[1, x]", "7"]})
        >>> cells.select(parse_vectors(pl.col("a")))["a"].to_list()
        [[1.0, 2.5], [], None, None]
    """
    listed = stripped.str.contains(r"(?s)^\[.*\]$")
    inner = pl.when(listed).then(stripped.str.slice(1).str.head(-1).str.strip_chars())
    items = inner.str.split(",").list.eval(
        pl.element().str.strip_chars().cast(pl.Float32, strict=False)
    )
    sound = items.list.eval(pl.element().is_finite().fill_null(value=False)).list.all()
    nothing = pl.lit([], dtype=pl.List(pl.Float32))
    return pl.when(sound & (inner != "")).then(items).when(inner == "").then(nothing)
