"""The columns that sampling, split and filters go by, against those of the tables."""

from __future__ import annotations

from collections.abc import Iterator

from hornbook.data import RowFilter, Storage, Table
from hornbook.design.folder import DesignFolder
from hornbook.errors import DataError, Problem, did_you_mean

__all__ = ["check_row_sets", "check_test_rows"]

_MOMENTS = frozenset({Storage.DATE, Storage.DATETIME, Storage.INTEGER, Storage.FLOAT})
_ANY = frozenset(Storage) - {Storage.VECTOR}


def check_row_sets(design: DesignFolder, table: Table) -> list[Problem]:
    """What `[sampling]`, `[split]` and, in one file, `[test_sampling]` ask of the train table."""
    task = design.task
    problems = [*_column_problems(design, ("sampling", "column"), task.sampling.column, table)]
    orders = task.split.method == "time"
    problems += _column_problems(
        design, ("split", "column"), task.split.column, table, _MOMENTS if orders else _ANY
    )
    problems += _filter_problems(design, ("sampling", "filter"), task.sampling.filter, table)
    problems += _filter_problems(design, ("split", "train_filter"), task.split.train_filter, table)
    if task.dataset.test_path is None:
        problems += check_test_rows(design, table)
    return problems


def check_test_rows(design: DesignFolder, table: Table) -> list[Problem]:
    """What `test_filter` and `[test_sampling]` ask of the table with the test rows."""
    task = design.task
    return [
        *_column_problems(design, ("test_sampling", "column"), task.test_sampling.column, table),
        *_filter_problems(design, ("split", "test_filter"), task.split.test_filter, table),
    ]


def _column_problems(
    design: DesignFolder,
    key: tuple[str, str],
    column: str | None,
    table: Table,
    storages: frozenset[Storage] = _ANY,
) -> Iterator[Problem]:
    if column is None:
        return
    if column not in table.column_names:
        yield design.problem_at(
            key, f"the table has no column '{column}'", did_you_mean(column, table.column_names)
        )
    elif table.column(column).storage not in storages:
        wanted = "dates or numbers" if storages is _MOMENTS else "single values"
        fix = (
            'Name another column, or read it as dates: [dataset] types = { … = "date" }.'
            if storages is _MOMENTS
            else "Name another column."
        )
        yield design.problem_at(
            key,
            f"expected a column of {wanted}, '{column}' holds {table.column(column).storage} "
            "values",
            fix,
        )


def _filter_problems(
    design: DesignFolder, key: tuple[str, str], text: str | None, table: Table
) -> Iterator[Problem]:
    if text is None:
        return
    try:
        RowFilter(text).expression({column.name: column for column in table.columns})
    except DataError as error:
        yield design.problem_at(key, error.message, error.fix)
