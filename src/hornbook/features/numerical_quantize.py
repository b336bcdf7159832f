"""Numbers as the quantile that they lie in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import Field

from hornbook.features.handling import (
    FittedHandling,
    OutputColumn,
    State,
    register_handling,
)
from hornbook.features.numbers import RescaledNumberHandling, as_numbers, finite_numbers
from hornbook.features.rescaling import Rescaler, collected_numbers, nothing_to_fit, quantiles

__all__ = ["FittedNumericalQuantize", "NumericalQuantize"]


@dataclass(frozen=True)
class FittedNumericalQuantize(FittedHandling):
    """The index of the interval that the imputed number lies in; then perhaps the number.

    Attributes:
        column: the column of the table.
        rescaler: imputes, and rescales the number.
        edges: between the intervals, ascending, each the first number of the interval above.
        one_hot: whether each interval has a 0/1 column, in place of one column of indices.
        keep_original: whether the rescaled number comes last.
    """

    column: str
    rescaler: Rescaler
    edges: tuple[float, ...]
    one_hot: bool
    keep_original: bool

    @cached_property
    def outputs(self) -> tuple[OutputColumn, ...]:
        names = [f"{self.column}:quantile"]
        if self.one_hot:
            names = [f"{self.column}:quantile {index}" for index in range(len(self.edges) + 1)]
        if self.keep_original:
            names.append(self.column)
        return tuple(OutputColumn(name, self.column) for name in names)

    def transform(self, series: pl.Series) -> NDArray[np.float32]:
        numbers = self.rescaler.impute(as_numbers(series))
        indices = np.searchsorted(np.array(self.edges), numbers, side="right")
        array = np.zeros((len(series), len(self.outputs)), np.float32)
        if self.one_hot:
            array[np.arange(len(series)), indices] = 1.0
        else:
            array[:, 0] = indices
        if self.keep_original:
            array[:, -1] = self.rescaler.rescale(numbers)
        return array

    def state(self) -> State:
        return State(
            {
                "rescaler": self.rescaler.to_json(),
                "edges": list(self.edges),
                "one_hot": self.one_hot,
                "keep_original": self.keep_original,
            }
        )

    @classmethod
    def from_state(cls, column: str, state: State) -> Self:
        values = dict(state.values)
        rescaler = Rescaler.from_json(values.pop("rescaler"))
        return cls(column, rescaler, tuple(values.pop("edges")), **values)


@register_handling
class NumericalQuantize(RescaledNumberHandling):
    """Quantize: intervals that each hold the same share of the numbers of the train rows.

    As scikit-learn's `KBinsDiscretizer` with `strategy="quantile"`: a number that stands at
    several edges makes them one, so that there are fewer intervals. The fit needs all numbers
    of the column in memory.
    """

    name: ClassVar[str] = "quantize"
    fitted_class: ClassVar[type[FittedHandling]] = FittedNumericalQuantize

    quantiles: int = Field(4, ge=2, le=10_000, description="how many intervals")
    one_hot: bool = Field(False, description="a 0/1 column an interval, not one of indices")
    keep_original: bool = Field(False, description="give the rescaled number as well")

    def statistics(self, column: str) -> dict[str, pl.Expr]:
        return self.number_rescaling.statistics(finite_numbers(column), collect=True)

    def fit(self, column: str, blocks: Sequence[Mapping[str, Any]]) -> FittedNumericalQuantize:
        rescaler = self.number_rescaling.fit(column, blocks)
        numbers = collected_numbers(blocks)
        if not len(numbers):
            raise nothing_to_fit(column, "number")
        shares = [index / self.quantiles for index in range(self.quantiles + 1)]
        ends = np.unique(quantiles(numbers, shares))
        edges = tuple(ends[1:-1].tolist())
        return FittedNumericalQuantize(column, rescaler, edges, self.one_hot, self.keep_original)
