"""Vectors unfolded: one column an element."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Literal, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import Field

from hornbook.errors import DataError, FeatureError
from hornbook.features.handling import (
    ROW,
    FitContext,
    FittedHandling,
    Fitting,
    OutputColumn,
    State,
    column_expression,
    register_handling,
)
from hornbook.features.moments import CoMoments
from hornbook.features.rescaling import nothing_to_fit
from hornbook.features.vectors import VectorHandling, as_vectors

__all__ = ["FittedVectorUnfold", "VectorUnfold"]

_LARGEST = float(np.finfo(np.float32).max)
_NUMBERS_AT_ONCE = 2**20


@dataclass(frozen=True, eq=False)
class FittedVectorUnfold(FittedHandling):
    """`(element or impute_value - offset) / scale`, one output column an element.

    Attributes:
        column: the column of the table.
        impute_value: the vector that stands in for a missing one, shape `(length,)`.
        offset: subtracted, shape `(length,)`.
        scale: divided by, shape `(length,)`; never 0.
        refuses_missing: whether a missing vector is an error.
    """

    column: str
    impute_value: NDArray[np.float64]
    offset: NDArray[np.float64]
    scale: NDArray[np.float64]
    refuses_missing: bool

    @cached_property
    def outputs(self) -> tuple[OutputColumn, ...]:
        return tuple(
            OutputColumn(f"{self.column}[{index}]", self.column)
            for index in range(len(self.offset))
        )

    def transform(self, series: pl.Series) -> NDArray[np.float32]:
        vectors = as_vectors(series)
        self.check(vectors)
        length = len(self.offset)
        rescaled = np.empty((len(series), length), np.float32)
        for start, present, numbers in _matrices(vectors, length):
            imputed = np.tile(self.impute_value, (len(present), 1))
            imputed[present] = numbers
            imputed -= self.offset
            imputed /= self.scale
            rescaled[start : start + len(present)] = np.clip(imputed, -_LARGEST, _LARGEST)
        return rescaled

    def check(self, vectors: pl.Series) -> None:
        """Refuses vectors of another length, and missing ones where these are refused.

        Raises:
            DataError: names the column, the first such row, and what was expected.
        """
        length = len(self.offset)
        found = vectors.list.len()
        wrong = np.flatnonzero((found != length).fill_null(value=False).to_numpy())
        if len(wrong):
            raise DataError(
                f"Column '{self.column}' holds a vector of {found[int(wrong[0])]} numbers in row "
                f"{wrong[0] + 1} of the {len(vectors):,} at hand, the model learnt from vectors "
                f"of {length}.",
                fix=f"Bring vectors of {length} numbers.",
            )
        if self.refuses_missing and vectors.null_count():
            row = int(vectors.is_null().arg_max() or 0)
            raise DataError(
                f"Column '{self.column}' has no vector in row {row + 1} of the {len(vectors):,} "
                "at hand, and the design says that none may be missing.",
                fix='Fill it in, or train with missing = "impute" or "drop_rows".',
            )

    def faults(self, series: pl.Series) -> list[str | None] | None:
        vectors = as_vectors(series)
        expected = len(self.offset)
        lengths = vectors.list.len().to_list()
        if not self.refuses_missing and all(one in (None, expected) for one in lengths):
            return None
        return [self._fault_of(length) for length in lengths]

    def _fault_of(self, length: int | None) -> str | None:
        expected = len(self.offset)
        if length is None:
            return f"'{self.column}' has no vector" if self.refuses_missing else None
        if length == expected:
            return None
        return f"'{self.column}' holds a vector of {length} numbers, expected {expected}"

    def state(self) -> State:
        return State(
            {"refuses_missing": self.refuses_missing},
            {"impute_value": self.impute_value, "offset": self.offset, "scale": self.scale},
        )

    @classmethod
    def from_state(cls, column: str, state: State) -> Self:
        return cls(column, refuses_missing=state.values["refuses_missing"], **state.arrays)


@register_handling
class VectorUnfold(VectorHandling):
    """Unfold: every element of the vectors becomes a column.

    An empty vector, and one with an element that is missing, NaN or infinite, counts as
    missing. All others must have the same length.
    """

    name: ClassVar[str] = "unfold"
    fitted_class: ClassVar[type[FittedHandling]] = FittedVectorUnfold
    is_default: ClassVar[bool] = True

    rescaling: Literal["standard", "standard_together", "none"] = Field(
        "standard",
        description="mean 0 and deviation 1 of each element, or of all elements together so that "
        "they keep their proportions, or as they are",
    )
    missing: Literal["impute", "drop_rows", "fail"] = Field(
        "impute", description="fill in a vector, leave the row out, or stop with an error"
    )
    impute_with: Literal["mean", "zeros"] = Field(
        "mean", description="the mean vector of the train rows, or zeros"
    )

    def start_fit(self, column: str, context: FitContext) -> Fitting:
        del context
        return _UnfoldFitting(self, column)


class _UnfoldFitting:
    """Counts the lengths, and sums up the elements of the vectors of the first length seen."""

    def __init__(self, handling: VectorUnfold, column: str) -> None:
        self._handling = handling
        self._column = column
        self._lengths: Counter[int] = Counter()
        self._missing = 0
        self._moments: CoMoments | None = None

    def expressions(self) -> Mapping[str, pl.Expr]:
        return {
            "vectors": column_expression(self._column).implode(),
            "rows": column_expression(ROW).implode(),
        }

    def add(self, block: Mapping[str, Any]) -> None:
        vectors = as_vectors(block["vectors"])
        if vectors.null_count():
            self._count_missing(vectors, block["rows"])
        counted = vectors.list.len().drop_nulls().value_counts(sort=True)
        self._lengths.update(dict(counted.iter_rows()))
        if len(self._lengths) != 1:
            return
        (length,) = self._lengths
        if self._moments is None:
            self._moments = CoMoments(length, 0)
        for _, _, numbers in _matrices(vectors, length):
            self._moments.add(numbers, np.empty((len(numbers), 0)))

    def _count_missing(self, vectors: pl.Series, rows: pl.Series) -> None:
        self._missing += vectors.null_count()
        if self._handling.missing == "fail":
            row = rows.filter(vectors.is_null())[0]
            raise FeatureError(
                f"Column '{self._column}' has no vector in row {row + 1:,} of the train file, and "
                "the design says that none may be missing.",
                fix='Fill it in, or set missing = "impute" or "drop_rows".',
            )

    def finish(self) -> FittedVectorUnfold:
        if not self._lengths:
            raise nothing_to_fit(self._column, "vector")
        if len(self._lengths) > 1 or self._moments is None:
            raise self._uneven()
        moments, handling = self._moments, self._handling
        present, mean = moments.n_rows, moments.left_mean
        zeros = handling.missing == "impute" and handling.impute_with == "zeros"
        impute_value = np.zeros_like(mean) if zeros else mean
        imputed = self._missing if handling.missing == "impute" else 0
        rows = present + imputed
        offset = (present * mean + imputed * impute_value) / rows
        squares = moments.left_squares + present * (mean - offset) ** 2
        squares += imputed * (impute_value - offset) ** 2
        if handling.rescaling == "standard_together":
            overall = offset.mean()
            squares = np.full_like(squares, (squares + rows * (offset - overall) ** 2).mean())
            offset = np.full_like(offset, overall)
        scale = np.sqrt(squares / rows)
        # What rounding leaves of an element that is always the same is no deviation.
        scale[scale <= np.finfo(np.float64).eps * rows * np.abs(offset)] = 1.0
        if handling.rescaling == "none":
            offset, scale = np.zeros_like(mean), np.ones_like(mean)
        refuses = handling.missing == "fail"
        return FittedVectorUnfold(self._column, impute_value, offset, scale, refuses)

    def _uneven(self) -> FeatureError:
        common = self._lengths.most_common()
        shown = ", ".join(f"{length} in {count:,} rows" for length, count in common[:5])
        more = f", and {len(common) - 5} other lengths" if len(common) > 5 else ""
        name = json.dumps(self._column, ensure_ascii=False)
        return FeatureError(
            f"The vectors of column '{self._column}' have {len(common)} different lengths in the "
            f"train rows: {shown}{more}. Unfolding makes a column of each element, so that all "
            "must have the same.",
            fix="Pad or cut the vectors in the data to one length, leave those of another length "
            f'empty, or reject the feature: [features] {name} = {{ role = "reject" }}.',
        )


def _matrices(
    vectors: pl.Series, length: int
) -> Iterator[tuple[int, NDArray[np.bool_], NDArray[np.float64]]]:
    """A million numbers or so at a time: the first row, which rows are there, and their vectors.

    Args:
        vectors: each null or of that length.
        length: of every vector.
    """
    step = max(1, _NUMBERS_AT_ONCE // length)
    for start in range(0, len(vectors), step):
        part = vectors.slice(start, step)
        present = part.is_not_null().to_numpy()
        numbers = part.drop_nulls().explode().to_numpy().reshape(-1, length)
        yield start, present, numbers
