"""How a delimited file is laid out: separator, quote and header, found in its first rows."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass

import polars as pl

from hornbook.data.cells import parse_booleans, parse_floats
from hornbook.data.dates import looks_dated
from hornbook.data.meaning import IMAGE_ENDINGS
from hornbook.data.missing import MISSING_WORDS, PLACEHOLDERS
from hornbook.data.options import ReadOptions
from hornbook.errors import DataError

__all__ = ["Dialect", "find_dialect"]

_SEPARATORS = ("\t", ";", "|", ",")
_SAMPLED_ROWS = 200
_SMALLEST_SHARE = 0.7
_ABSENT = {*MISSING_WORDS, *PLACEHOLDERS}


@dataclass(frozen=True)
class Dialect:
    """The layout of a delimited file.

    Attributes:
        separator: between fields.
        quote: around fields, empty where nothing is quoted.
        has_header: whether the first row names the columns.
        first_row: the fields of the first row that is not empty.
    """

    separator: str
    quote: str
    has_header: bool
    first_row: tuple[str, ...]


def find_dialect(text: str, options: ReadOptions, *, whole: bool, name: str) -> Dialect:
    r"""The layout of the file that begins with `text`.

    Args:
        text: the beginning of the file.
        options: what the user says about it, which is not questioned.
        whole: whether `text` is all of the file, so that its last row is complete.
        name: of the file, as the user knows it.

    Raises:
        DataError: the file is empty.

    Example:
        >>> find_dialect("a;b\n1,5;x\n2,5;y\n", ReadOptions(), whole=True, name="a.csv")
        Dialect(separator=';', quote='"', has_header=True, first_row=('a', 'b'))
        >>> find_dialect("1,x\n2,y\n", ReadOptions(), whole=True, name="a.csv").has_header
        False
    """
    quotes = ('"', "'") if options.quote is None else (options.quote,)
    separators = _SEPARATORS if options.separator is None else (options.separator,)
    quote = _find_quote(text, quotes, separators)
    layouts = {separator: _rows(text, separator, quote, whole=whole) for separator in separators}
    if not any(layouts.values()):
        raise DataError(f"{name} is empty.", fix="Give a file with column names and rows.")
    separator = max(separators, key=lambda one: _regularity(layouts[one]))
    if options.separator is None and _regularity(layouts[separator]) < _SMALLEST_SHARE:
        separator = ","
    rows = layouts[separator]
    has_header = _has_header(rows) if options.header is None else options.header
    return Dialect(separator, quote, has_header, tuple(rows[0]))


def _rows(text: str, separator: str, quote: str, *, whole: bool) -> list[list[str]]:
    lines = io.StringIO(text, newline="")
    if quote:
        reader = csv.reader(lines, delimiter=separator, quotechar=quote)
    else:
        reader = csv.reader(lines, delimiter=separator, quoting=csv.QUOTE_NONE)
    rows: list[list[str]] = []
    try:
        for row in reader:
            if any(row):
                rows.append(row)
            if len(rows) > _SAMPLED_ROWS:
                return rows
    except csv.Error:
        # A field longer than the module allows: what came before it tells enough.
        return rows
    return rows if whole or len(rows) < 2 else rows[:-1]


def _regularity(rows: list[list[str]]) -> float:
    """The share of rows with as many fields as most have, 0 where most have one."""
    if not rows:
        return 0.0
    usual, n_usual = Counter(map(len, rows)).most_common(1)[0]
    if usual < 2:
        return 0.0
    as_first = 1.0 if len(rows[0]) == usual else 0.5
    return as_first * n_usual / len(rows)


def _find_quote(text: str, quotes: tuple[str, ...], separators: tuple[str, ...]) -> str:
    """The quote that more fields are wrapped in; double quotes where none is."""
    if len(quotes) == 1:
        return quotes[0]
    wrapped: Counter[str] = Counter()
    for line in text.splitlines()[:_SAMPLED_ROWS]:
        for separator in separators:
            for field in line.split(separator):
                if len(field) >= 2 and field[0] == field[-1] and field[0] in quotes:
                    wrapped[field[0]] += 1
    return "'" if wrapped["'"] > 2 * wrapped['"'] else '"'


def _has_header(rows: list[list[str]]) -> bool:
    """Whether the first row names the columns rather than being a row like the others."""
    first, rest = rows[0], rows[1:]
    typed = _are_typed(first)
    if not any(typed):
        return not rest or not _is_usual_row(first, rest)
    for position, is_typed in enumerate(typed):
        below = [row[position] for row in rest if len(row) > position]
        below = [cell for cell in below if cell.strip() not in _ABSENT]
        named = not is_typed and first[position].strip() not in _ABSENT
        if named and below and sum(_are_typed(below)) >= 0.8 * len(below):
            return True
    return False


def _is_usual_row(first: list[str], rest: list[list[str]]) -> bool:
    """Whether a row of words stands among the values below it."""
    if any(
        cell.lower().endswith(tuple(f".{ending}" for ending in IMAGE_ENDINGS)) for cell in first
    ):
        return True
    repeating = seen = 0
    for position, cell in enumerate(first):
        below = [row[position] for row in rest if len(row) > position]
        if len(set(below)) <= 0.5 * len(below):
            repeating += 1
            seen += cell in below
    return repeating > 0 and seen > 0.5 * repeating


def _are_typed(cells: list[str]) -> list[bool]:
    stripped = pl.DataFrame({"cell": cells}, {"cell": pl.String}).select(
        pl.col("cell").str.strip_chars()
    )
    cell = pl.col("cell")
    typed = (
        parse_floats(cell, decimal_comma=True).is_not_null()
        | parse_booleans(cell).is_not_null()
        | looks_dated(cell)
    )
    return stripped.select(typed)["cell"].to_list()
