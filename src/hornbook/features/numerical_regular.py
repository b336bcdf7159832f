"""Numbers kept as numbers: missing values imputed, then rescaled."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import Field

from hornbook.errors import FeatureError
from hornbook.features.handling import (
    FittedHandling,
    OutputColumn,
    State,
    register_handling,
)
from hornbook.features.numbers import NumberHandling, finite_numbers

__all__ = ["FittedNumericalRegular", "NumericalRegular"]

_LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True)
class FittedNumericalRegular(FittedHandling):
    """`(value or impute_value - offset) / scale`, one output column.

    Attributes:
        column: the column of the table.
        impute_value: stands in for missing, NaN and infinite values.
        offset: subtracted, in the column's unit.
        scale: divided by; never 0.
    """

    column: str
    impute_value: float
    offset: float
    scale: float

    @property
    def outputs(self) -> tuple[OutputColumn, ...]:
        return (OutputColumn(self.column, self.column),)

    def transform(self, series: pl.Series) -> NDArray[np.float32]:
        values = series.cast(pl.Float64, strict=False).to_numpy()
        values = np.where(np.isfinite(values), values, self.impute_value)
        rescaled = (values - self.offset) / self.scale
        return np.clip(rescaled, -_LARGEST, _LARGEST).astype(np.float32)[:, np.newaxis]

    def state(self) -> State:
        return State(
            {"impute_value": self.impute_value, "offset": self.offset, "scale": self.scale}
        )

    @classmethod
    def from_state(cls, column: str, state: State) -> Self:
        return cls(column, **state.values)


@register_handling
class NumericalRegular(NumberHandling):
    """Keep as a regular numerical feature.

    Rescaling is fitted on the imputed train rows, as a scikit-learn pipeline of
    `SimpleImputer` and `StandardScaler` or `MinMaxScaler` does; a constant column is only
    shifted. Infinite values and NaN count as missing.
    """

    name: ClassVar[str] = "regular"
    fitted_class: ClassVar[type[FittedHandling]] = FittedNumericalRegular
    is_default: ClassVar[bool] = True

    rescaling: Literal["standard", "minmax", "none"] = Field(
        "standard", description="mean 0 and deviation 1, range 0 to 1, or as it is"
    )
    missing: Literal["impute", "drop_rows"] = Field(
        "impute", description="fill in a value, or leave the row out"
    )
    impute_with: Literal["mean", "median", "constant"] = Field(
        "mean", description="what to fill in, computed on the train rows"
    )
    impute_value: float = Field(0.0, description="the constant to fill in")

    def statistics(self, column: str) -> dict[str, pl.Expr]:
        values = finite_numbers(column)
        expressions = {
            "rows": pl.len(),
            "present": values.count(),
            "mean": values.mean(),
            "variance": values.var(ddof=0),
            "min": values.min(),
            "max": values.max(),
        }
        if self.missing == "impute" and self.impute_with == "median":
            # The one statistic that needs all numbers of the column in memory.
            expressions["numbers"] = values.drop_nulls().implode()
        return expressions

    def fit(self, column: str, blocks: Sequence[Mapping[str, Any]]) -> FittedNumericalRegular:
        statistics = _merge(blocks)
        present = statistics["present"]
        if present == 0 and not (self.missing == "impute" and self.impute_with == "constant"):
            raise FeatureError(
                f"Column '{column}' has no number in the train rows, so there is nothing to fit "
                "on.",
                fix=_reject(column),
            )
        if present == 0:
            return FittedNumericalRegular(column, self.impute_value, 0.0, 1.0)
        # Of equal numbers too, the mean may be off in the last bit.
        mean = min(max(statistics["mean"], statistics["min"]), statistics["max"])
        impute_value = {
            "mean": mean,
            "median": statistics["median"],
            "constant": self.impute_value,
        }[self.impute_with if self.missing == "impute" else "mean"]
        imputed = statistics["rows"] - present if self.missing == "impute" else 0
        offset, scale = self._rescale(statistics, impute_value, imputed)
        if not all(map(math.isfinite, (impute_value, offset, scale))):
            raise FeatureError(
                f"Column '{column}' holds numbers from {statistics['min']:g} to "
                f"{statistics['max']:g}, too far apart to rescale or to average.",
                fix=f"Mend the largest values in the data. {_reject(column)}",
            )
        return FittedNumericalRegular(column, float(impute_value), offset, scale or 1.0)

    def _rescale(
        self, statistics: Mapping[str, Any], impute_value: float, imputed: int
    ) -> tuple[float, float]:
        """Offset and scale of the observed rows together with `imputed` equal ones."""
        if self.rescaling == "none":
            return 0.0, 1.0
        if self.rescaling == "minmax":
            ends = [statistics["min"], statistics["max"]] + [impute_value] * bool(imputed)
            return float(min(ends)), float(max(ends) - min(ends))
        present, mean = statistics["present"], statistics["mean"]
        rows = present + imputed
        offset = (present * mean + imputed * impute_value) / rows
        from_mean, from_impute = mean - offset, impute_value - offset
        variance = (
            present * (statistics["variance"] + from_mean * from_mean)
            + imputed * from_impute * from_impute
        ) / rows
        deviation = math.sqrt(variance)
        rounding = float(np.finfo(np.float64).eps) * rows * abs(offset)
        return float(offset), 0.0 if deviation <= rounding else deviation


def _merge(blocks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The statistics of all blocks together.

    Means and variances are combined pairwise: T. Chan, G. Golub and R. LeVeque, *Updating
    formulae and a pairwise algorithm for computing sample variances*, 1979.
    """
    merged = {"rows": sum(block["rows"] for block in blocks), "present": 0}
    mean = squares = 0.0
    held = [block for block in blocks if block["present"]]
    for block in held:
        before, present = merged["present"], merged["present"] + block["present"]
        distance = block["mean"] - mean
        squares += block["variance"] * block["present"]
        squares += distance * distance * before * block["present"] / present
        mean += distance * block["present"] / present
        merged["present"] = present
    if not held:
        return merged
    numbers = [block["numbers"] for block in held if "numbers" in block]
    return {
        **merged,
        "mean": mean,
        "variance": squares / merged["present"],
        "min": min(block["min"] for block in held),
        "max": max(block["max"] for block in held),
        "median": pl.concat(numbers).median() if numbers else None,
    }


def _reject(column: str) -> str:
    name = json.dumps(column, ensure_ascii=False)
    return f'Reject the feature: [features] {name} = {{ role = "reject" }}.'
