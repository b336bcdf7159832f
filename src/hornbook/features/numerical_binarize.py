"""Numbers as a flag: whether they lie above a threshold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

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
from hornbook.features.rescaling import (
    Rescaler,
    collected_numbers,
    merge_statistics,
    nothing_to_fit,
    quantiles,
)

__all__ = ["FittedNumericalBinarize", "NumericalBinarize"]


@dataclass(frozen=True)
class FittedNumericalBinarize(FittedHandling):
    """1 where the imputed number is above the threshold, else 0; then perhaps the number.

    Attributes:
        column: the column of the table.
        rescaler: imputes, and rescales the number.
        threshold: itself not above.
        keep_original: whether the rescaled number follows the flag.
    """

    column: str
    rescaler: Rescaler
    threshold: float
    keep_original: bool

    @property
    def outputs(self) -> tuple[OutputColumn, ...]:
        names = [f"{self.column}:above", *([self.column] if self.keep_original else [])]
        return tuple(OutputColumn(name, self.column) for name in names)

    def transform(self, series: pl.Series) -> NDArray[np.float32]:
        numbers = self.rescaler.impute(as_numbers(series))
        above = (numbers > self.threshold).astype(np.float32)
        if not self.keep_original:
            return above[:, np.newaxis]
        return np.column_stack([above, self.rescaler.rescale(numbers)])

    def state(self) -> State:
        return State(
            {
                "rescaler": self.rescaler.to_json(),
                "threshold": self.threshold,
                "keep_original": self.keep_original,
            }
        )

    @classmethod
    def from_state(cls, column: str, state: State) -> Self:
        values = dict(state.values)
        return cls(column, Rescaler.from_json(values.pop("rescaler")), **values)


@register_handling
class NumericalBinarize(RescaledNumberHandling):
    """Binarize on a threshold, as scikit-learn's `Binarizer` does: above it is 1."""

    name: ClassVar[str] = "binarize"
    fitted_class: ClassVar[type[FittedHandling]] = FittedNumericalBinarize

    threshold_with: Literal["mean", "median", "constant"] = Field(
        "mean", description="where the threshold is, computed on the numbers of the train rows"
    )
    threshold: float = Field(0.0, description="the constant threshold")
    keep_original: bool = Field(False, description="give the rescaled number as well")

    def statistics(self, column: str) -> dict[str, pl.Expr]:
        collect = self.threshold_with == "median"
        return self.number_rescaling.statistics(finite_numbers(column), collect=collect)

    def fit(self, column: str, blocks: Sequence[Mapping[str, Any]]) -> FittedNumericalBinarize:
        rescaler = self.number_rescaling.fit(column, blocks)
        statistics = merge_statistics(blocks)
        threshold = self.threshold
        if self.threshold_with != "constant" and not statistics["present"]:
            raise nothing_to_fit(column, "number")
        if self.threshold_with == "mean":
            threshold = statistics["mean"]
        elif self.threshold_with == "median":
            (threshold,) = quantiles(collected_numbers(blocks), [0.5])
        return FittedNumericalBinarize(column, rescaler, threshold, self.keep_original)
