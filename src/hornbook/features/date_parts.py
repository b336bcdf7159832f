"""Dates as the numbers that a calendar and a clock show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Literal, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import Field, field_validator

from hornbook.features.dates import (
    MICROSECONDS,
    DateHandling,
    as_moments,
    moment_of,
    moments,
)
from hornbook.features.handling import (
    FittedHandling,
    OutputColumn,
    State,
    register_handling,
)
from hornbook.features.rescaling import Rescaler

__all__ = ["DateParts", "FittedDateParts"]

Part = Literal[
    "year",
    "quarter",
    "month",
    "week",
    "day",
    "day_of_year",
    "weekday",
    "is_weekend",
    "hour",
    "minute",
    "second",
]

_SATURDAY = 6
_PARTS: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "year": lambda date: date.dt.year(),
    "quarter": lambda date: date.dt.quarter(),
    "month": lambda date: date.dt.month(),
    "week": lambda date: date.dt.week(),
    "day": lambda date: date.dt.day(),
    "day_of_year": lambda date: date.dt.ordinal_day(),
    "weekday": lambda date: date.dt.weekday(),
    "is_weekend": lambda date: date.dt.weekday() >= _SATURDAY,
    "hour": lambda date: date.dt.hour(),
    "minute": lambda date: date.dt.minute(),
    "second": lambda date: date.dt.second(),
}
"""Weeks as ISO 8601 counts them, weekdays from 1 for Monday, all else from 1 or 0 as usual."""

_OF_DAYS = ("year", "month", "day", "weekday", "is_weekend")


@dataclass(frozen=True)
class FittedDateParts(FittedHandling):
    """Each part imputed and rescaled as a number of its own.

    Attributes:
        column: the column of the table.
        rescalers: of the parts, in the order of the columns.
    """

    column: str
    rescalers: dict[str, Rescaler]

    @cached_property
    def outputs(self) -> tuple[OutputColumn, ...]:
        return tuple(OutputColumn(f"{self.column}:{part}", self.column) for part in self.rescalers)

    def transform(self, series: pl.Series) -> NDArray[np.float32]:
        found = as_moments(series).alias("moment").to_frame()
        numbers = found.select(
            part_of(part, pl.col("moment")).alias(part) for part in self.rescalers
        )
        return np.column_stack(
            [
                rescaler.rescale(rescaler.impute(numbers[part].to_numpy()))
                for part, rescaler in self.rescalers.items()
            ]
        )

    def state(self) -> State:
        return State({"parts": [[part, one.to_json()] for part, one in self.rescalers.items()]})

    @classmethod
    def from_state(cls, column: str, state: State) -> Self:
        parts = state.values["parts"]
        return cls(column, {part: Rescaler.from_json(values) for part, values in parts})


@register_handling
class DateParts(DateHandling):
    """Year, month, day and so on as numbers.

    A missing date has the mean or median of each part, or the parts of a constant date.
    """

    name: ClassVar[str] = "parts"
    fitted_class: ClassVar[type[FittedHandling]] = FittedDateParts

    parts: tuple[Part, ...] | None = Field(
        None,
        description="which; when absent year, month, day, weekday and is_weekend, and hour if "
        "any train row has a time of day",
    )
    missing: Literal["impute", "drop_rows"] = Field(
        "impute", description="fill in each part, or leave the row out"
    )

    @field_validator("parts")
    @classmethod
    def _check_parts(cls, parts: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if parts is not None and (not parts or len(set(parts)) < len(parts)):
            raise ValueError(
                f"received the parts {list(parts)}, expected some, each once\n"
                '  Fix: Write for example parts = ["year", "month", "weekday"].'
            )
        return parts

    @property
    def _candidates(self) -> tuple[str, ...]:
        return (*_OF_DAYS, "hour") if self.parts is None else self.parts

    def statistics(self, column: str) -> dict[str, pl.Expr]:
        found = moments(column)
        expressions = {"timed": (found % MICROSECONDS["days"] != 0).any()}
        for part in self._candidates:
            of_part = self.rescaling_with(0.0).statistics(part_of(part, found))
            expressions |= {f"{part} {name}": one for name, one in of_part.items()}
        return expressions

    def fit(self, column: str, blocks: Sequence[Mapping[str, Any]]) -> FittedDateParts:
        parts = self._candidates
        if self.parts is None and not any(block["timed"] for block in blocks):
            parts = _OF_DAYS
        rescalers = {}
        for part in parts:
            of_part = [
                {
                    name.removeprefix(f"{part} "): value
                    for name, value in block.items()
                    if name.startswith(f"{part} ")
                }
                for block in blocks
            ]
            rescaling = self.rescaling_with(self._constant(part))
            rescalers[part] = rescaling.fit(column, of_part, noun="date")
        return FittedDateParts(column, rescalers)

    def _constant(self, part: str) -> float:
        if self.impute_value is None:
            return 0.0
        moment = pl.lit(moment_of(self.impute_value), dtype=pl.Int64)
        return float(pl.select(part_of(part, moment)).item())


def part_of(part: str, moment: pl.Expr) -> pl.Expr:
    """A part of microseconds since 1970, as float64."""
    return _PARTS[part](pl.from_epoch(moment, "us")).cast(pl.Float64)
