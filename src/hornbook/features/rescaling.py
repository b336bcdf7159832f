"""Rescaling of numbers: outliers limited, missing numbers imputed, then brought to one range."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hornbook.errors import FeatureError

__all__ = [
    "Rescaler",
    "Rescaling",
    "collected_numbers",
    "merge_statistics",
    "nothing_to_fit",
    "quantiles",
    "signed_log",
]

_LARGEST = float(np.finfo(np.float32).max)

Block = Mapping[str, Any]


@dataclass(frozen=True)
class Rescaler:
    """`(number or impute_value - offset) / scale`, learnt from the train rows.

    Attributes:
        impute_value: stands in for missing, NaN and infinite numbers.
        offset: subtracted, in the numbers' unit.
        scale: divided by; never 0.
        logarithm: whether `signed_log` comes before offset and scale.
        lowest: smaller numbers are taken for this one, if any is given.
        highest: the same for larger ones.
    """

    impute_value: float
    offset: float = 0.0
    scale: float = 1.0
    logarithm: bool = False
    lowest: float | None = None
    highest: float | None = None

    def impute(self, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Finite numbers, the given ones within their limits, of the same shape."""
        known = np.isfinite(numbers)
        if self.lowest is not None:
            numbers = np.clip(numbers, self.lowest, self.highest)
        return np.where(known, numbers, self.impute_value)

    def rescale(self, imputed: NDArray[np.float64]) -> NDArray[np.float32]:
        """What `impute` returned, rescaled; what float32 cannot hold is its largest number."""
        numbers = signed_log(imputed) if self.logarithm else imputed
        rescaled = (numbers - self.offset) / self.scale
        return np.clip(rescaled, -_LARGEST, _LARGEST).astype(np.float32)

    def to_json(self) -> dict[str, Any]:
        """Its values for JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`."""
        return cls(**values)


@dataclass(frozen=True)
class Rescaling:
    """How a `Rescaler` is fitted: in one pass over blocks of rows.

    The statistics are those of the imputed rows, as in a scikit-learn pipeline of
    `SimpleImputer` and a scaler. Quantiles, the median among them, need all numbers of the
    column in memory, 8 bytes a row; all else is summed up block by block.

    Attributes:
        method: "standard", "minmax", "robust", "log" or "none", as `StandardScaler`,
            `MinMaxScaler`, `RobustScaler`, `StandardScaler` after `signed_log`, and not at all.
        impute_with: "mean", "median" or "constant"; `None` where missing rows are dropped.
        constant: what "constant" imputes.
        outlier_share: at each end, this share of the numbers is taken for the first that is
            not among them; 0 for none.
    """

    method: Literal["standard", "minmax", "robust", "log", "none"] = "standard"
    impute_with: Literal["mean", "median", "constant"] | None = "mean"
    constant: float = 0.0
    outlier_share: float = 0.0

    @property
    def collects(self) -> bool:
        """Whether it needs all numbers at once."""
        quantiles = self.method == "robust" or self.outlier_share > 0
        return quantiles or self.impute_with == "median"

    def statistics(self, numbers: pl.Expr, *, collect: bool = False) -> dict[str, pl.Expr]:
        """What `fit` needs to know of each block.

        Args:
            numbers: finite or null.
            collect: ask for all numbers, whether they are needed or not.
        """
        expressions = {"rows": pl.len(), **self._sums(numbers)}
        if collect or self.collects:
            expressions["numbers"] = numbers.drop_nulls().implode()
        return expressions

    def _sums(self, numbers: pl.Expr) -> dict[str, pl.Expr]:
        expressions = {
            "present": numbers.count(),
            "mean": numbers.mean(),
            "variance": numbers.var(ddof=0),
            "min": numbers.min(),
            "max": numbers.max(),
        }
        if self.method == "log":
            logs = numbers.sign() * numbers.abs().log1p()
            expressions |= {"log_mean": logs.mean(), "log_variance": logs.var(ddof=0)}
        return expressions

    def describe(self, numbers: NDArray[np.float64], rows: int) -> dict[str, Any]:
        """The `statistics` of one block.

        Args:
            numbers: all that are finite.
            rows: of the block, those without a number included.
        """
        series = pl.Series("numbers", numbers)
        sums = series.to_frame().select(**self._sums(pl.col("numbers"))).row(0, named=True)
        return {"rows": rows, **sums, "numbers": series}

    def fit(self, column: str, blocks: Sequence[Block], *, noun: str = "number") -> Rescaler:
        """The rescaler of all blocks together.

        Args:
            column: of the table, for errors.
            blocks: the values of `statistics`, in the order of the rows.
            noun: what the numbers are to the user.

        Raises:
            FeatureError: there is no number, or they lie too far apart.
        """
        lowest = highest = None
        numbers = collected_numbers(blocks) if self.collects else np.empty(0)
        if self.outlier_share and len(numbers):
            lowest, highest = quantiles(numbers, [self.outlier_share, 1 - self.outlier_share])
            numbers = np.clip(numbers, lowest, highest)
            blocks = [self.describe(numbers, sum(block["rows"] for block in blocks))]
        statistics = merge_statistics(blocks)
        present = statistics["present"]
        logarithm = self.method == "log"
        if present == 0 and self.impute_with != "constant":
            raise nothing_to_fit(column, noun)
        if present == 0:
            return Rescaler(self.constant, logarithm=logarithm)
        if self.impute_with == "constant":
            impute_value = self.constant
        elif self.impute_with == "median":
            (impute_value,) = quantiles(numbers, [0.5])
        else:
            impute_value = statistics["mean"]
        imputed = 0 if self.impute_with is None else statistics["rows"] - present
        if self.method == "robust":
            filled = np.append(numbers, np.full(imputed, impute_value))
            lower, offset, upper = quantiles(filled, [0.25, 0.5, 0.75])
            scale = upper - lower
        else:
            offset, scale = self._moments(statistics, impute_value, imputed)
        if not all(map(math.isfinite, (impute_value, offset, scale))):
            raise FeatureError(
                f"Column '{column}' holds {noun}s from {statistics['min']:g} to "
                f"{statistics['max']:g}, too far apart to rescale or to average.",
                fix=f"Mend the largest values in the data. {_reject(column)}",
            )
        return Rescaler(impute_value, offset, scale or 1.0, logarithm, lowest, highest)

    def _moments(
        self, statistics: Mapping[str, Any], impute_value: float, imputed: int
    ) -> tuple[float, float]:
        """Offset and scale of the known rows together with `imputed` equal ones."""
        if self.method == "none":
            return 0.0, 1.0
        if self.method == "minmax":
            ends = [statistics["min"], statistics["max"]] + [impute_value] * bool(imputed)
            return float(min(ends)), float(max(ends) - min(ends))
        prefix = ""
        if self.method == "log":
            prefix, impute_value = "log_", float(signed_log(np.array(impute_value)))
        mean, variance = statistics[f"{prefix}mean"], statistics[f"{prefix}variance"]
        present = statistics["present"]
        rows = present + imputed
        offset = (present * mean + imputed * impute_value) / rows
        from_mean, from_impute = mean - offset, impute_value - offset
        variance = (
            present * (variance + from_mean * from_mean) + imputed * from_impute * from_impute
        ) / rows
        deviation = math.sqrt(variance)
        rounding = float(np.finfo(np.float64).eps) * rows * abs(offset)
        return float(offset), 0.0 if deviation <= rounding else deviation


def signed_log(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """`sign(x) * ln(1 + |x|)`: a logarithm that takes negative numbers and 0, and is odd."""
    return np.copysign(np.log1p(np.abs(numbers)), numbers)


def collected_numbers(blocks: Sequence[Block]) -> NDArray[np.float64]:
    """All numbers that the blocks hold, in the order of the rows."""
    held = [block["numbers"].to_numpy() for block in blocks if block["present"]]
    return np.concatenate(held).astype(np.float64, copy=False) if held else np.empty(0)


def merge_statistics(blocks: Sequence[Block]) -> dict[str, Any]:
    """The statistics of all blocks together; without "numbers", and without a mean if none is.

    Means and variances are combined pairwise: T. Chan, G. Golub and R. LeVeque, *Updating
    formulae and a pairwise algorithm for computing sample variances*, 1979.
    """
    held = [block for block in blocks if block["present"]]
    merged: dict[str, Any] = {
        "rows": sum(block["rows"] for block in blocks),
        "present": sum(block["present"] for block in held),
    }
    if not held:
        return merged
    merged["min"] = min(block["min"] for block in held)
    merged["max"] = max(block["max"] for block in held)
    mean, merged["variance"] = _merge_moments(held, "")
    # Of equal numbers too, the mean may be off in the last bit.
    merged["mean"] = min(max(mean, merged["min"]), merged["max"])
    if "log_mean" in held[0]:
        merged["log_mean"], merged["log_variance"] = _merge_moments(held, "log_")
    return merged


def _merge_moments(blocks: Sequence[Block], prefix: str) -> tuple[float, float]:
    mean = squares = 0.0
    before = 0
    for block in blocks:
        here = block["present"]
        distance = block[f"{prefix}mean"] - mean
        squares += block[f"{prefix}variance"] * here
        squares += distance * distance * before * here / (before + here)
        mean += distance * here / (before + here)
        before += here
    return mean, squares / before


def quantiles(numbers: NDArray[np.float64], shares: Sequence[float]) -> list[float]:
    """The numbers below which these shares of the numbers lie, between two of them in line."""
    # A distance between two numbers of float64 may be too large for one; of their quarters not.
    return [4.0 * float(one) for one in np.quantile(0.25 * numbers, shares)]


def nothing_to_fit(column: str, noun: str) -> FeatureError:
    """The error of a column without values; `noun` says of what kind."""
    return FeatureError(
        f"Column '{column}' has no {noun} in the train rows, so there is nothing to fit on.",
        fix=_reject(column),
    )


def _reject(column: str) -> str:
    name = json.dumps(column, ensure_ascii=False)
    return f'Reject the feature: [features] {name} = {{ role = "reject" }}.'
