"""Single values of a row: what is missing, what is a number, and how values are spelled."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "RowError",
    "Values",
    "as_numbers",
    "as_text",
    "as_texts",
    "is_missing",
    "spelled",
]

Values = Sequence[Any]
"""The values of one column, a row each; `None` and NaN are missing ones."""

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_NO_NUMBER = re.compile(r"[+-]?(?:inf|infinity|nan)", re.ASCII | re.IGNORECASE)
_BEYOND_INTEGERS = 2.0**63
_LONGEST_SHOWN = 60


class RowError(ValueError):
    """Rows that cannot be predicted from: a column is missing, or holds other values."""


def is_missing(value: Any) -> bool:
    """Whether a value is none: `None`, NaN, NaT and the `NA` of pandas."""
    if value is None:
        return True
    if isinstance(value, str | bool | int | list | tuple | np.ndarray):
        return False
    if isinstance(value, float):
        return math.isnan(value)
    # Of what is left, only what says "not a value" is not equal to itself, or says neither.
    try:
        return bool(value != value)  # noqa: PLR0124
    except (TypeError, ValueError):
        return type(value).__name__ == "NAType"


def as_numbers(column: str, values: Values) -> NDArray[np.float64]:
    """The values as float64, NaN where there is none; texts that spell numbers are numbers.

    Raises:
        RowError: a value is no number.
    """
    numbers = np.empty(len(values))
    for row, value in enumerate(values):
        if isinstance(value, str):
            numbers[row] = _number_of_text(column, value)
        elif is_missing(value):
            numbers[row] = np.nan
        else:
            try:
                numbers[row] = float(value)
            except (TypeError, ValueError, OverflowError):
                raise refusal(column, value, "numbers") from None
    return numbers


def as_text(value: Any) -> str | None:
    """One value as text: texts as they stand, numbers as they are written out."""
    if isinstance(value, str):
        return value
    if is_missing(value):
        return None
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, int | np.integer):
        return str(int(value))
    if isinstance(value, float | np.floating):
        return _text_of_float(value)
    return str(value)


def as_texts(column: str, values: Values) -> list[str]:
    """The values as texts, missing ones as empty texts.

    Raises:
        RowError: a value is a list.
    """
    for value in values:
        if isinstance(value, list | tuple | dict | set | bytes | np.ndarray):
            raise refusal(column, value, "texts")
    return [as_text(value) or "" for value in values]


def spelled(value: Any) -> str | None:
    """One category as text: whole numbers have no decimals, whichever type they come in.

    Example:
        >>> [spelled(value) for value in (3.0, 0.5, True, "3.0", float("nan"))]
        ['3', '0.5', 'true', '3.0', None]
    """
    if isinstance(value, float | np.floating):
        number = float(value)
        if abs(number) < _BEYOND_INTEGERS and number == int(number):
            return str(int(number))
    return as_text(value)


def refusal(column: str, value: Any, learnt_from: str) -> RowError:
    """The error of a value that the model cannot predict from."""
    shown = repr(value)
    if len(shown) > _LONGEST_SHOWN:
        shown = f"{shown[:_LONGEST_SHOWN]}…"
    return RowError(f"Column '{column}' holds {shown}, the model learnt from {learnt_from}.")


def _number_of_text(column: str, text: str) -> float:
    if _NUMBER.fullmatch(text):
        return float(text)
    if _NO_NUMBER.fullmatch(text):
        return math.nan
    raise refusal(column, text, "numbers")


def _text_of_float(value: float | np.floating[Any]) -> str:
    """The shortest text of a float: `1e-7` and `0.00001`, where Python has `1e-07` and `1e-05`."""
    text = str(value) if isinstance(value, np.floating) else repr(value)
    if "e" not in text:
        return text
    digits, exponent = text.split("e")
    if int(exponent) == -5:
        sign = "-" if digits.startswith("-") else ""
        return f"{sign}0.0000{digits.lstrip('-').replace('.', '')}"
    sign = "-" if exponent.startswith("-") else "+"
    return f"{digits}e{sign}{abs(int(exponent))}"
