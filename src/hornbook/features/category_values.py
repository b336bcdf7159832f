"""A table of numbers by category: the fitted form of all encodings that look them up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hornbook.features.categories import Vocabulary, spelled
from hornbook.features.handling import FittedHandling, OutputColumn, State

__all__ = ["FittedCategoryValues", "ValueRescaling"]

ValueRescaling = Literal["standard", "minmax", "none"]


@dataclass(frozen=True)
class FittedCategoryValues(FittedHandling):
    """Each category stands for a row of numbers.

    Attributes:
        column: the column of the table.
        vocabulary: the categories.
        impute_value: the category that stands in for missing values, if any does.
        names: of the output columns, without the column's.
        values: by table, then by code as `vocabulary` gives it (the categories, unseen,
            missing): shape `(n_tables, n_categories + 2, n_outputs)`. The first table is for
            rows in general.
    """

    column: str
    vocabulary: Vocabulary
    impute_value: str | None
    names: tuple[str, ...]
    values: NDArray[np.float32]

    @property
    def outputs(self) -> tuple[OutputColumn, ...]:
        return tuple(OutputColumn(f"{self.column}:{name}", self.column) for name in self.names)

    def transform(self, series: pl.Series) -> NDArray[np.float32]:
        return np.take(self.values[0], self.codes(series), axis=0)

    def codes(self, series: pl.Series) -> NDArray[np.int64]:
        """The code of each value, shape `(n_rows,)`."""
        text = spelled(series)
        return self.vocabulary.codes(
            text if self.impute_value is None else text.fill_null(self.impute_value)
        )

    def rescaled(self, rescaling: ValueRescaling, rows: NDArray[np.int64]) -> Self:
        """The same with each output shifted and scaled, as over the train rows.

        Args:
            rescaling: to mean 0 and deviation 1, to the range 0 to 1, or not at all. A
                constant output is only shifted.
            rows: how many train rows have each code, shape `(n_categories + 2,)`.
        """
        if rescaling == "none" or not rows.any():
            return self
        held = self.values[0, rows > 0].astype(np.float64)
        low, high = held.min(axis=0), held.max(axis=0)
        if rescaling == "minmax":
            offset, scale = low, high - low
        else:
            # Of equal numbers too, the mean may be off in the last bit.
            offset = np.average(held, axis=0, weights=rows[rows > 0]).clip(low, high)
            squares = np.square(held - offset)
            scale = np.sqrt(np.average(squares, axis=0, weights=rows[rows > 0]))
        scale = np.where(high > low, scale, 1.0)
        return replace(self, values=((self.values - offset) / scale).astype(np.float32))

    def state(self) -> State:
        values: dict[str, Any] = {"impute_value": self.impute_value, "names": list(self.names)}
        return State(values, {**self.vocabulary.arrays(), "values": self.values})

    @classmethod
    def from_state(cls, column: str, state: State) -> Self:
        values = dict(state.values)
        names: Sequence[str] = values.pop("names")
        vocabulary = Vocabulary.from_arrays(state.arrays)
        return cls(
            column=column,
            vocabulary=vocabulary,
            names=tuple(names),
            values=state.arrays["values"],
            **values,
        )
