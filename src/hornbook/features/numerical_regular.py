"""Numbers kept as numbers: missing values imputed, then rescaled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
from hornbook.features.numbers import RescaledNumberHandling, as_numbers
from hornbook.features.rescaling import Rescaler, Rescaling, signed_log

__all__ = ["FittedNumericalRegular", "NumericalRegular"]

_DERIVED = ("square", "sqrt", "log")
_ROOT_OF_LARGEST = float(np.sqrt(np.finfo(np.float32).max))


@dataclass(frozen=True)
class FittedNumericalRegular(FittedHandling):
    """The rescaled number, and what is derived from it.

    Attributes:
        column: the column of the table.
        rescaler: imputes and rescales.
        derived: whether the rescaled x comes with x², sign(x)·√|x| and sign(x)·ln(1 + |x|).
    """

    column: str
    rescaler: Rescaler
    derived: bool = False

    @property
    def outputs(self) -> tuple[OutputColumn, ...]:
        names = [f"{self.column}:{name}" for name in _DERIVED if self.derived]
        return tuple(OutputColumn(name, self.column) for name in (self.column, *names))

    def transform(self, series: pl.Series) -> NDArray[np.float32]:
        rescaled = self.rescaler.rescale(self.rescaler.impute(as_numbers(series)))
        if not self.derived:
            return rescaled[:, np.newaxis]
        numbers = rescaled.astype(np.float64)
        square = np.square(np.clip(numbers, -_ROOT_OF_LARGEST, _ROOT_OF_LARGEST))
        root = np.copysign(np.sqrt(np.abs(numbers)), numbers)
        columns = [numbers, square, root, signed_log(numbers)]
        return np.column_stack(columns).astype(np.float32)

    def state(self) -> State:
        return State({"rescaler": self.rescaler.to_json(), "derived": self.derived})

    @classmethod
    def from_state(cls, column: str, state: State) -> Self:
        return cls(column, Rescaler.from_json(state.values["rescaler"]), state.values["derived"])


@register_handling
class NumericalRegular(RescaledNumberHandling):
    """Keep as a regular numerical feature.

    Rescaling is fitted on the imputed train rows, as a scikit-learn pipeline of
    `SimpleImputer` and a scaler does; a constant column is only shifted. Infinite values and
    NaN count as missing.
    """

    name: ClassVar[str] = "regular"
    fitted_class: ClassVar[type[FittedHandling]] = FittedNumericalRegular
    is_default: ClassVar[bool] = True

    outlier_share: float = Field(
        0.0,
        ge=0,
        lt=0.5,
        description="share of the numbers at each end that is drawn in to the nearest other one",
    )
    derived: bool = Field(
        False, description="give square, square root and logarithm of the rescaled number as well"
    )

    @property
    def number_rescaling(self) -> Rescaling:
        return replace(super().number_rescaling, outlier_share=self.outlier_share)

    def fit(self, column: str, blocks: Sequence[Mapping[str, Any]]) -> FittedNumericalRegular:
        rescaler = self.number_rescaling.fit(column, blocks)
        return FittedNumericalRegular(column, rescaler, self.derived)
