"""Filters on the rows of a table: `age >= 30 and city = 'Oslo'`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
import polars.selectors as cs

from hornbook.data.filter_syntax import (
    Among,
    Binary,
    Call,
    IsMissing,
    Like,
    Literal,
    Name,
    Negation,
    Node,
    filter_error,
    parse_filter,
)
from hornbook.data.schema import Column, Storage
from hornbook.data.table import Table
from hornbook.errors import DataError, did_you_mean

__all__ = ["RowFilter"]

_KINDS = {
    Storage.INTEGER: "number",
    Storage.FLOAT: "number",
    Storage.BOOLEAN: "truth value",
    Storage.STRING: "text",
    Storage.DATE: "date",
    Storage.DATETIME: "date",
    Storage.VECTOR: "vector",
}

_FUNCTIONS: dict[str, tuple[str, str, Callable[[pl.Expr], pl.Expr]]] = {
    "lower": ("text", "text", lambda value: value.str.to_lowercase()),
    "upper": ("text", "text", lambda value: value.str.to_uppercase()),
    "length": ("text", "number", lambda value: value.str.len_chars().cast(pl.Int64)),
    "abs": ("number", "number", lambda value: value.abs()),
    "year": ("date", "number", lambda value: value.dt.year().cast(pl.Int64)),
    "month": ("date", "number", lambda value: value.dt.month().cast(pl.Int64)),
    "day": ("date", "number", lambda value: value.dt.day().cast(pl.Int64)),
}
"""The kind that a function reads, the kind that it gives, and how."""

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
_COUNT: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "%": lambda left, right: left % right,
}


class _Typed(NamedTuple):
    """An expression and the kind of its values.

    `text` is set where it is a text of the filter itself, `whole` where it is a column of integers.
    """

    kind: str
    expression: pl.Expr
    text: str | None = None
    whole: bool = False


@dataclass(frozen=True)
class RowFilter:
    """A condition on rows; a row is taken where it is true, not where it is unknown.

    The condition knows columns, values, comparisons, `and`, `or`, `not`, `in`, `between`, `like`,
    `is null`, arithmetic and a few functions; it reads no file and runs nothing. As in SQL, a
    comparison with a missing value is neither true nor false. Dates compare with texts such as
    `'2024-05-31'` and `'2024-05-31T12:00'`, which are in UTC where they name no zone; a date
    without a time is its midnight.

    Attributes:
        text: the condition.

    Raises:
        DataError: the text is no condition; says at which character.

    Example:
        >>> RowFilter("age >= 30 and city in ('Oslo', 'Bergen')").columns
        ('age', 'city')
    """

    text: str

    def __post_init__(self) -> None:
        parse_filter(self.text)

    @classmethod
    def equal(cls, column: str, value: str | int | bool) -> RowFilter:
        r"""The rows in which a column has a value, whatever characters the two are made of.

        Example:
            >>> RowFilter.equal("sex", "o'k").text
            '"sex" = \'o\'\'k\''
        """
        name = '"' + column.replace('"', '""') + '"'
        if isinstance(value, bool):
            return cls(f"{name} = {str(value).lower()}")
        if isinstance(value, str):
            text = value.replace("'", "''")
            return cls(f"{name} = '{text}'")
        return cls(f"{name} = {value}")

    def within(self, other: str | None) -> RowFilter:
        """The rows that meet another condition besides, if there is one.

        Example:
            >>> RowFilter("age > 3").within("a = 1 or b = 1").text
            '(a = 1 or b = 1) and (age > 3)'
        """
        return self if other is None else RowFilter(f"({other}) and ({self.text})")

    @property
    def tree(self) -> Node:
        """The condition as a tree."""
        return parse_filter(self.text)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it reads, in the order in which they first stand there."""
        return tuple(dict.fromkeys(name.column for name in _names(self.tree)))

    def expression(self, columns: Mapping[str, Column]) -> pl.Expr:
        """The condition on a table with these columns: true, false or null for each row.

        Args:
            columns: by name.

        Raises:
            DataError: a column is unknown, or values of different kinds are compared.
        """
        binder = _Binder(self.text, columns)
        found = binder.typed(self.tree)
        if found.kind != "truth value":
            raise filter_error(
                self.text,
                self.tree.at,
                f"it gives a {found.kind} for each row, expected true or false",
                "Compare it with something: age >= 30.",
            )
        return found.expression

    def rows(self, table: Table) -> npt.NDArray[np.int64]:
        """The numbers of the rows of a table that it takes, ascending.

        Raises:
            DataError: it does not suit the columns of the table.
        """
        condition = self.expression({column.name: column for column in table.columns})
        if not self.columns:
            # A condition on no column is one value, which holds for all rows or for none.
            kept = bool(pl.select(condition.alias("kept")).item() or False)
            return np.arange(table.n_rows if kept else 0, dtype=np.int64)
        query = table.scan().select(condition.alias("kept"))
        kept_rows = query.collect(engine="streaming")["kept"].fill_null(value=False)
        return np.flatnonzero(kept_rows.to_numpy()).astype(np.int64)


def _names(node: Node) -> list[Name]:
    if isinstance(node, Name):
        return [node]
    if isinstance(node, Binary):
        return [name for operand in node.operands for name in _names(operand)]
    if isinstance(node, Call):
        return _names(node.argument)
    if isinstance(node, Negation | Among | IsMissing | Like):
        return _names(node.operand)
    return []


class _Binder:
    """Turns a tree into an expression on columns that are known, checking kinds on the way."""

    def __init__(self, text: str, columns: Mapping[str, Column]) -> None:
        self._text = text
        self._columns = columns

    def typed(self, node: Node) -> _Typed:  # noqa: PLR0911
        """The expression of any node."""
        match node:
            case Name():
                return self._column(node)
            case Literal(value=value):
                return _literal(value)
            case Negation(operator="not", operand=operand):
                return _Typed("truth value", ~self._expect(operand, "truth value"))
            case Negation(operand=operand):
                return _Typed("number", -self._expect(operand, "number"))
            case Binary(operator="and" | "or"):
                return self._joined(node)
            case Binary(operator=operator, operands=(left, right)) if operator in _COUNT:
                value = _COUNT[operator](
                    self._expect(left, "number"), self._expect(right, "number")
                )
                return _Typed("number", _defined(value, operator))
            case Binary(operator=operator, operands=(left, right)):
                one, other = self._comparable(self.typed(left), self.typed(right), node.at)
                return _Typed("truth value", _COMPARE[operator](one, other))
            case Among():
                return self._among(node)
            case IsMissing(operand=operand):
                return _Typed("truth value", self.typed(operand).expression.is_null())
            case Like(operand=operand, pattern=pattern):
                matched = self._expect(operand, "text").str.contains(_like(pattern))
                return _Typed("truth value", matched)
            case Call():
                return self._call(node)
        raise AssertionError(node)

    def _expect(self, node: Node, kind: str) -> pl.Expr:
        found = self.typed(node)
        if kind == "date":
            found = self._dated(found, node.at)
        if found.kind != kind:
            raise self._wrong(node.at, f"expected a {kind} here, found a {found.kind}")
        return found.expression

    def _wrong(self, at: int, message: str, fix: str | None = None) -> DataError:
        return filter_error(self._text, at, message, fix)

    def _column(self, node: Name) -> _Typed:
        if node.column not in self._columns:
            fix = did_you_mean(node.column, self._columns)
            if node.quoted:
                fix += " A text, as opposed to a column, stands in single quotes: '…'."
            raise self._wrong(node.at, f"the table has no column '{node.column}'", fix)
        storage = self._columns[node.column].storage
        # By exact name: `pl.col` reads names such as `^a$` as patterns.
        value = cs.by_name(node.column).as_expr()
        if storage is Storage.FLOAT:
            value = value.fill_nan(None)
        elif storage is Storage.DATE:
            value = value.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
        return _Typed(_KINDS[storage], value, whole=storage is Storage.INTEGER)

    def _joined(self, node: Binary) -> _Typed:
        parts = [self._expect(operand, "truth value") for operand in node.operands]
        # Joined in pairs, so that a thousand of them are ten deep.
        while len(parts) > 1:
            pairs = [parts[i : i + 2] for i in range(0, len(parts), 2)]
            parts = [
                pair[0]
                if len(pair) == 1
                else pair[0] & pair[1]
                if node.operator == "and"
                else pair[0] | pair[1]
                for pair in pairs
            ]
        return _Typed("truth value", parts[0])

    def _comparable(self, left: _Typed, right: _Typed, at: int) -> tuple[pl.Expr, pl.Expr]:
        if left.kind == "date" and right.text is not None:
            right = self._dated(right, at)
        elif right.kind == "date" and left.text is not None:
            left = self._dated(left, at)
        if left.kind != right.kind or left.kind == "vector":
            fix = None
            if {left.kind, right.kind} == {"number", "text"}:
                fix = "Numbers stand bare, texts in single quotes: age >= 30, city = 'Oslo'."
            raise self._wrong(at, f"a {left.kind} is compared with a {right.kind}", fix)
        return left.expression, right.expression

    def _dated(self, typed: _Typed, at: int) -> _Typed:
        """A text of the filter as a moment; anything else as it is."""
        if typed.text is None:
            return typed
        return _Typed("date", pl.lit(self._moment(typed.text, at), pl.Datetime("us", "UTC")))

    def _moment(self, text: str, at: int) -> datetime:
        try:
            moment = datetime.fromisoformat(text.strip())
        except ValueError:
            raise self._wrong(
                at,
                f"a date is compared with '{text}', which is none",
                "Write dates as '2024-05-31' or '2024-05-31T12:00'.",
            ) from None
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)

    def _among(self, node: Among) -> _Typed:
        value = self.typed(node.operand)
        for choice in node.choices:
            self._comparable(value, _literal(choice.value), choice.at)
        listed = pl.Series([choice.value for choice in node.choices], strict=False)
        expression = value.expression
        if value.kind == "date":
            moments = [self._moment(str(choice.value), choice.at) for choice in node.choices]
            listed = pl.Series(moments, dtype=pl.Datetime("us", "UTC"))
        elif value.kind == "number" and not (value.whole and listed.dtype.is_integer()):
            listed, expression = listed.cast(pl.Float64), expression.cast(pl.Float64)
        return _Typed("truth value", expression.is_in(listed.implode()))

    def _call(self, node: Call) -> _Typed:
        if node.function not in _FUNCTIONS:
            raise self._wrong(
                node.at,
                f"there is no function '{node.function}'",
                did_you_mean(node.function, _FUNCTIONS),
            )
        reads, gives, apply = _FUNCTIONS[node.function]
        return _Typed(gives, apply(self._expect(node.argument, reads)))


def _literal(value: str | float | bool) -> _Typed:
    if isinstance(value, bool):
        return _Typed("truth value", pl.lit(value))
    if isinstance(value, str):
        return _Typed("text", pl.lit(value), value)
    return _Typed("number", pl.lit(value))


def _defined(value: pl.Expr, operator: str) -> pl.Expr:
    """What an operation gives; nothing where it divides by zero."""
    if operator == "/":
        value = pl.when(value.is_finite()).then(value)
    return value


def _like(pattern: str) -> str:
    """The regular expression of an SQL pattern."""
    wildcards = {"%": ".*", "_": "."}
    return "(?s)^" + "".join(wildcards.get(one) or re.escape(one) for one in pattern) + "$"
