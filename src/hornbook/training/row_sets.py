"""Which rows of the tables are learnt from and measured on, as the design says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hornbook.data import (
    RowFilter,
    Table,
    fold_by_key,
    fold_groups,
    fold_in_time,
    fold_rows,
    group_codes,
    sample_rows,
    split_by_key,
    split_groups,
    split_in_time,
    split_rows,
)
from hornbook.design import DesignFolder
from hornbook.design.row_sets import SampleSection
from hornbook.errors import DataError, DesignError

__all__ = ["DroppedRows", "RowSets", "RowSource", "Rows", "choose_row_sets"]

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class RowSets:
    """Row numbers, each set ascending; no row stands in two of them.

    Attributes:
        train: rows of the train table to learn from.
        test: rows of the test table, which may be the train table. The very array of `train`
            where the model is to learn from all rows, and none is left to measure on.
        validation: rows of the train table to choose the epoch on, if the design wants any.
    """

    train: Rows
    test: Rows
    validation: Rows | None = None

    @property
    def all_rows(self) -> Rows:
        """Every row of the three sets, where all are of one table."""
        parts = [self.train, self.test, *([] if self.validation is None else [self.validation])]
        return np.sort(np.concatenate(parts))


@dataclass(frozen=True)
class RowSource:
    """A table, and what decides which of its rows can be used.

    Attributes:
        table: the table.
        usable: the rows that have a target.
        strata: gives the class of each of some rows; `None` where there are no classes.
        readable: leaves out, and counts, the rows whose files cannot be read.
    """

    table: Table
    usable: Rows
    strata: Callable[[Rows], NDArray[Any] | None]
    readable: Callable[[Rows], Rows]


class DroppedRows:
    """Counts rows that are left out, by reason.

    Args:
        counts: what was left out before.
    """

    def __init__(self, counts: dict[str, int] | None = None) -> None:
        self.counts: dict[str, int] = dict(counts or {})

    def keep(self, reason: str, usable: NDArray[np.bool_]) -> Rows:
        """The positions that are usable; counts the others."""
        lost = int((~usable).sum())
        if lost:
            self.counts[reason] = self.counts.get(reason, 0) + lost
        return np.flatnonzero(usable).astype(np.int64)

    def __str__(self) -> str:
        return ", ".join(f"{count:,} rows {reason}" for reason, count in self.counts.items())

    def __bool__(self) -> bool:
        return bool(self.counts)


def choose_row_sets(
    design: DesignFolder, source: RowSource, tests: RowSource | None, dropped: DroppedRows
) -> tuple[RowSets, ...]:
    """Filters, samples and splits as the design says.

    Args:
        design: says how.
        source: the train data.
        tests: the test data, where they are in a file of their own.
        dropped: counts the rows that cannot be put in order.

    Returns:
        One set of rows, or one for each fold.

    Raises:
        DataError: a set would be empty, or there is too little to divide.
        DesignError: the filters take the same rows for both sides.
    """
    task, split = design.task, design.task.split
    chooser = _Chooser(design, source, dropped)
    rows = chooser.filtered(source.usable, task.sampling.filter)
    if tests is not None:
        extracts = _Chooser(design, tests, dropped)
        tested = extracts.filtered(tests.usable, split.test_filter)
        train = chooser.sampled(chooser.filtered(rows, split.train_filter), task.sampling)
        if split.validation_share:
            train = chooser.in_order(train)
        sets = [RowSets(train, extracts.sampled(tested, task.test_sampling))]
    elif split.method == "filters":
        train, tested = chooser.extracts(rows)
        train = chooser.sampled(train, task.sampling)
        sets = [RowSets(train, chooser.sampled(tested, task.test_sampling))]
    else:
        rows = chooser.in_order(chooser.sampled(rows, task.sampling))
        if split.folds is None:
            sets = [RowSets(*chooser.divided(rows, split.test_share, "test"))]
        else:
            sets = [RowSets(*sides) for sides in chooser.folds(rows, split.folds)]
    return tuple(chooser.with_validation(one) for one in sets)


class _Chooser:
    """Chooses among the rows of one table."""

    def __init__(self, design: DesignFolder, source: RowSource, dropped: DroppedRows) -> None:
        self._design = design
        self._split = design.task.split
        self._seed = design.task.seed
        self._table = source.table
        self._strata = source.strata
        self._readable = source.readable
        self._dropped = dropped

    def filtered(self, rows: Rows, condition: str | None) -> Rows:
        """The rows that meet a condition."""
        if condition is None:
            return rows
        met = np.intersect1d(rows, RowFilter(condition).rows(self._table), assume_unique=True)
        if len(rows) and not len(met):
            raise DataError(
                f"No row meets the filter {condition}.",
                fix="Loosen the condition, or look at its values: texts stand in quotes.",
            )
        return met

    def sampled(self, rows: Rows, sample: SampleSection) -> Rows:
        """Some of the rows, all readable; balanced by the target where no column is named."""
        values = None
        if sample.column is not None:
            values = self._values(sample.column, rows)
        elif sample.method in ("rebalance", "rebalance_ratio"):
            codes = self._strata(rows)
            values = None if codes is None else pl.Series(codes)
        sample_of_rows = sample_rows(
            rows,
            sample.method,
            sample.rows,
            self._seed,
            ratio=sample.ratio,
            values=values,
            descending=sample.descending,
        )
        return self._readable(sample_of_rows)

    def extracts(self, rows: Rows) -> tuple[Rows, Rows]:
        """Train rows and test rows by the two filters; without a train filter, all others train.

        Raises:
            DesignError: rows meet both.
        """
        tested = self.filtered(rows, self._split.test_filter)
        if self._split.train_filter is None:
            return np.setdiff1d(rows, tested, assume_unique=True), tested
        train = self.filtered(rows, self._split.train_filter)
        both = np.intersect1d(train, tested, assume_unique=True)
        if len(both):
            raise DesignError(
                [
                    self._design.problem_at(
                        ("split", "train_filter"),
                        f"{len(both):,} rows meet train_filter and test_filter both, so the model "
                        "would be measured on rows it has seen",
                        "Leave train_filter out: all rows that are not tested are then trained "
                        "on. Or exclude them from one of the filters.",
                    )
                ]
            )
        return train, tested

    def in_order(self, rows: Rows) -> Rows:
        """The rows that a split by time can put in order; any other split takes all."""
        column = self._split.column
        if self._split.method != "time" or column is None:
            return rows
        times = self._values(column, rows)
        present = (times.fill_nan(None) if times.dtype.is_float() else times).is_not_null()
        return rows[self._dropped.keep(f"without a time in '{column}'", present.to_numpy())]

    def divided(self, rows: Rows, share: float, purpose: str) -> tuple[Rows, Rows]:
        """The rows to learn from, and a share of them set apart by the design's method."""
        # Another purpose draws anew, or a test set of a fifth would leave its like for validation.
        seed = self._seed + (purpose != "test")
        method, column = self._split.method, self._split.column
        if method in ("random", "filters") or column is None:
            return split_rows(rows, share, seed, self._classes(rows))
        values = self._values(column, rows)
        if method == "group":
            return split_groups(rows, group_codes(values), share, seed, self._classes(rows))
        if method == "time":
            return split_in_time(rows, values, share, descending=self._split.descending)
        return split_by_key(rows, values, share, self._seed, purpose)

    def folds(self, rows: Rows, n_folds: int) -> list[tuple[Rows, Rows]]:
        """Train rows and test rows of each fold, by the design's method."""
        method, column = self._split.method, self._split.column
        if method == "random" or column is None:
            return fold_rows(rows, n_folds, self._seed, self._classes(rows))
        values = self._values(column, rows)
        if method == "group":
            codes = group_codes(values)
            return fold_groups(rows, codes, n_folds, self._seed, self._classes(rows))
        if method == "time":
            return fold_in_time(rows, values, n_folds, descending=self._split.descending)
        return fold_by_key(rows, values, n_folds, self._seed)

    def with_validation(self, sets: RowSets) -> RowSets:
        """The sets with a share of the train rows set apart, if the design wants one."""
        share = self._split.validation_share
        if not share:
            return sets
        train, validation = self.divided(sets.train, share, "validation")
        return RowSets(train, sets.test, validation)

    def _values(self, column: str, rows: Rows) -> pl.Series:
        return self._table.take(rows, [column])[column]

    def _classes(self, rows: Rows) -> NDArray[Any] | None:
        return self._strata(rows) if self._split.stratifies else None
