"""Rows of a request as cells for a model, each mistake named with its row and column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hornbook.errors import did_you_mean
from hornbook.features import Feature
from hornbook.serving.endpoint.refusal import RefusedError
from hornbook.serving.endpoint.row_values import (
    Cells,
    ColumnReader,
    WrongValueError,
    column_readers,
    shown,
)

__all__ = ["RowReader", "Rows"]

_MOST_NAMED = 20
_ABSENT = object()


@dataclass(frozen=True)
class Rows:
    """The rows of one request.

    Attributes:
        cells: a list for each column.
        n_rows: how many.
        ignored_columns: those that the model does not know, in the order they came.
    """

    cells: Cells
    n_rows: int
    ignored_columns: tuple[str, ...] = field(default=())

    def part(self, start: int, stop: int) -> Cells:
        """The cells of some of the rows."""
        if start == 0 and stop >= self.n_rows:
            return self.cells
        return [column[start:stop] for column in self.cells]


class RowReader:
    """Reads the rows of one model; immutable, several threads may read at once.

    Args:
        features: of the model.
        strict: whether a column that the model does not know is refused.
        partitioned_by: the column by whose values rows go to submodels, a feature or not.
    """

    def __init__(
        self, features: Sequence[Feature], *, strict: bool, partitioned_by: str | None = None
    ) -> None:
        categories = () if partitioned_by is None else (partitioned_by,)
        self.columns: tuple[ColumnReader, ...] = column_readers(features, categories)
        self._strict = strict
        self._known = frozenset(reader.column for reader in self.columns)

    def read(self, rows: Sequence[Any], place: str) -> Rows:
        """The rows as cells.

        Args:
            rows: JSON values, which should be objects.
            place: where they stand in the request, with `{row}` for the row's number.

        Raises:
            RefusedError: the first row that is no object, lacks columns, or has a wrong value.
        """
        cells: Cells = [[] for _ in self.columns]
        unknown: dict[str, None] = {}
        readers = [
            (reader.column, reader.read, values.append)
            for reader, values in zip(self.columns, cells, strict=True)
        ]
        for number, row in enumerate(rows):
            if type(row) is not dict:
                raise RefusedError(
                    422,
                    f"{place.format(row=number)} is {shown(row)}, expected an object with a value "
                    "for each column.",
                    fix='Send rows as objects, such as {"age": 39}.',
                    row=number,
                )
            found = 0
            for column, read, append in readers:
                value = row.get(column, _ABSENT)
                if value is _ABSENT:
                    raise self._lacking(number, row, place)
                try:
                    append(read(value))
                except (WrongValueError, OverflowError) as error:
                    raise self._wrong(number, column, value, error, place) from error
                found += 1
            if len(row) > found:
                unknown.update((name, None) for name in row if name not in self._known)
        if unknown and self._strict:
            raise RefusedError(
                422,
                f"The rows have columns that the model does not know: {_listed(tuple(unknown))}.",
                fix=f"Leave them out. {did_you_mean(next(iter(unknown)), self._known)}",
                columns=list(unknown)[:_MOST_NAMED],
            )
        return Rows(cells, len(rows), tuple(unknown))

    def _lacking(self, number: int, row: dict[str, Any], place: str) -> RefusedError:
        missing = [reader.column for reader in self.columns if reader.column not in row]
        return RefusedError(
            422,
            f"{place.format(row=number)} lacks the columns {_listed(missing)}; it has "
            f"{_listed(tuple(row)) or 'none'}.",
            fix="Send all columns the model was trained on, null where a value is missing.",
            row=number,
            columns=missing[:_MOST_NAMED],
        )

    @staticmethod
    def _wrong(number: int, column: str, value: Any, error: Exception, place: str) -> RefusedError:
        expected, fix = "a number that fits 64 bits", "Send a smaller number, or null."
        if isinstance(error, WrongValueError):
            expected, fix = error.expected, error.fix
        return RefusedError(
            422,
            f"{place.format(row=number)}: column '{column}' holds {shown(value)}, expected "
            f"{expected}.",
            fix=fix,
            row=number,
            column=column,
            received=shown(value),
            expected=expected,
        )


def _listed(names: Sequence[str]) -> str:
    listed = ", ".join(f"'{name[:100]}'" for name in names[:_MOST_NAMED])
    return f"{listed} and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else listed
