"""The words that files write where a value is missing."""

from __future__ import annotations

import polars as pl

__all__ = ["MISSING_WORDS", "PLACEHOLDERS", "is_missing"]

MISSING_WORDS = (
    "",
    "#N/A",
    "#N/A N/A",
    "#NA",
    "-1.#IND",
    "-1.#QNAN",
    "-NaN",
    "-nan",
    "1.#IND",
    "1.#QNAN",
    "<NA>",
    "N/A",
    "NA",
    "NULL",
    "NaN",
    "n/a",
    "nan",
    "null",
)
"""Missing in every column of a delimited file. `None` is not among them: it is a usual category."""

PLACEHOLDERS = ("?", "-", "--", ".", "...", "None", "none", "NONE", "missing", "Missing")
"""Missing too in a column whose other values are numbers, dates or truth values."""


def is_missing(stripped: pl.Expr, words: tuple[str, ...]) -> pl.Expr:
    """Which values are absent or one of `words`.

    Args:
        stripped: text without space around it.
        words: those that say that a value is missing.

    Example:
        >>> cells = pl.DataFrame({"a": ["1", "NA", None]})
        >>> cells.select(is_missing(pl.col("a"), MISSING_WORDS))["a"].to_list()
        [False, True, True]
    """
    return stripped.is_null() | stripped.is_in(list(words)).fill_null(value=True)
