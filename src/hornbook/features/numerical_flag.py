"""Numbers as a flag: whether there is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hornbook.features.handling import (
    FittedHandling,
    OutputColumn,
    State,
    register_handling,
)
from hornbook.features.numbers import NumberHandling, as_numbers

__all__ = ["FittedNumericalFlag", "NumericalFlag"]


@dataclass(frozen=True)
class FittedNumericalFlag(FittedHandling):
    """1 where there is a number, 0 where it is missing, NaN or infinite.

    Attributes:
        column: the column of the table.
    """

    column: str

    @property
    def outputs(self) -> tuple[OutputColumn, ...]:
        return (OutputColumn(f"{self.column}:present", self.column),)

    def transform(self, series: pl.Series) -> NDArray[np.float32]:
        return np.isfinite(as_numbers(series)).astype(np.float32)[:, np.newaxis]

    def state(self) -> State:
        return State({})

    @classmethod
    def from_state(cls, column: str, state: State) -> Self:
        del state
        return cls(column)


@register_handling
class NumericalFlag(NumberHandling):
    """Replace by a 0/1 flag that says whether a number is there; nothing is learnt."""

    name: ClassVar[str] = "flag"
    fitted_class: ClassVar[type[FittedHandling]] = FittedNumericalFlag

    def statistics(self, column: str) -> dict[str, pl.Expr]:
        del column
        return {}

    def fit(self, column: str, blocks: Sequence[Mapping[str, Any]]) -> FittedNumericalFlag:
        del blocks
        return FittedNumericalFlag(column)
