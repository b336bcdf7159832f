"""Dates as places on circles: sine and cosine of the time since a period began."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from hornbook.features.rescaling import Rescaler, Rescaling

__all__ = ["PERIOD_MICROSECONDS", "DateCyclical", "FittedDateCyclical"]

Period = Literal["minute", "hour", "day", "week", "month", "quarter", "year"]

_DAY = MICROSECONDS["days"]
PERIOD_MICROSECONDS = {
    "minute": MICROSECONDS["minutes"],
    "hour": MICROSECONDS["hours"],
    "day": _DAY,
    "week": 7 * _DAY,
    "month": 31 * _DAY,
    "quarter": 92 * _DAY,
    "year": 366 * _DAY,
}
"""In microseconds; of months, quarters and years the longest there are."""

_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_MONDAY = 4 * _DAY
"""The first Monday after 1970 began, on a Thursday."""


@dataclass(frozen=True)
class FittedDateCyclical(FittedHandling):
    """`sin(2πt/T)` and `cos(2πt/T)` for each period; then perhaps the time itself, rescaled.

    t is the time since the period of length T began.

    Attributes:
        column: the column of the table.
        periods: in the order of the columns.
        rescaler: imputes the days since 1970, and rescales them.
        zeros: whether a missing date is (0, 0), the middle of the circle, not imputed.
        keep_original: whether the rescaled days come last.
    """

    column: str
    periods: tuple[str, ...]
    rescaler: Rescaler
    zeros: bool
    keep_original: bool

    @cached_property
    def outputs(self) -> tuple[OutputColumn, ...]:
        names = [f"{self.column}:{period} {one}" for period in self.periods for one in _WAVES]
        if self.keep_original:
            names.append(f"{self.column}:elapsed")
        return tuple(OutputColumn(name, self.column) for name in names)

    def transform(self, series: pl.Series) -> NDArray[np.float32]:
        found = as_moments(series)
        missing = found.is_null().to_numpy()
        days = self.rescaler.impute((found / _DAY).to_numpy())
        stand_in = round(self.rescaler.impute_value * _DAY)
        moment = found.fill_null(stand_in).to_numpy()
        array = np.empty((len(series), len(self.outputs)), np.float32)
        for index, period in enumerate(self.periods):
            angle = 2 * np.pi * (time_since(period, moment) / PERIOD_MICROSECONDS[period])
            for offset, wave in enumerate(_WAVES.values()):
                array[:, 2 * index + offset] = wave(angle)
        if self.zeros:
            array[missing, : 2 * len(self.periods)] = 0.0
        if self.keep_original:
            array[:, -1] = self.rescaler.rescale(days)
        return array

    def state(self) -> State:
        return State(
            {
                "periods": list(self.periods),
                "rescaler": self.rescaler.to_json(),
                "zeros": self.zeros,
                "keep_original": self.keep_original,
            }
        )

    @classmethod
    def from_state(cls, column: str, state: State) -> Self:
        values = dict(state.values)
        rescaler = Rescaler.from_json(values.pop("rescaler"))
        return cls(column, tuple(values.pop("periods")), rescaler, **values)


@register_handling
class DateCyclical(DateHandling):
    """Datetime cyclical encoding, and by default the time itself beside it.

    The circles show a network what comes back, hours, weekdays, seasons; the time shows it
    what does not.
    """

    name: ClassVar[str] = "cyclical"
    fitted_class: ClassVar[type[FittedHandling]] = FittedDateCyclical
    is_default: ClassVar[bool] = True

    periods: tuple[Period, ...] | None = Field(
        None,
        description="which; when absent week, month and year, and day if any train row has a "
        "time of day",
    )
    keep_original: bool = Field(True, description="give the rescaled time as well")
    missing: Literal["zeros", "impute", "drop_rows"] = Field(
        "zeros", description="0 for sine and cosine, fill in a date, or leave the row out"
    )

    @field_validator("periods")
    @classmethod
    def _check_periods(cls, periods: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if periods is not None and (not periods or len(set(periods)) < len(periods)):
            raise ValueError(
                f"received the periods {list(periods)}, expected some, each once\n"
                '  Fix: Write for example periods = ["day", "week", "year"].'
            )
        return periods

    def statistics(self, column: str) -> dict[str, pl.Expr]:
        found = moments(column)
        return {"timed": (found % _DAY != 0).any(), **self._rescaling().statistics(found / _DAY)}

    def fit(self, column: str, blocks: Sequence[Mapping[str, Any]]) -> FittedDateCyclical:
        rescaler = self._rescaling().fit(column, blocks, noun="date")
        periods: tuple[str, ...] | None = self.periods
        if periods is None:
            timed = any(block["timed"] for block in blocks)
            periods = ("day", "week", "month", "year") if timed else ("week", "month", "year")
        zeros = self.missing == "zeros"
        return FittedDateCyclical(column, periods, rescaler, zeros, self.keep_original)

    def _rescaling(self) -> Rescaling:
        constant = 0 if self.impute_value is None else moment_of(self.impute_value)
        return self.rescaling_with(constant / _DAY)


_WAVES = {"sin": np.sin, "cos": np.cos}


def time_since(period: str, moment: NDArray[np.int64]) -> NDArray[np.int64]:
    """Microseconds since the period began that holds each moment; a week begins on Monday.

    Args:
        period: a key of the periods' lengths.
        moment: microseconds since 1970 in UTC.
    """
    if period not in _MONTHS:
        return (moment - (_MONDAY if period == "week" else 0)) % PERIOD_MICROSECONDS[period]
    length = _MONTHS[period]
    months = moment.astype("datetime64[us]").astype("datetime64[M]").astype(np.int64)
    begins = (months // length * length).astype("datetime64[M]").astype("datetime64[us]")
    return moment - begins.astype(np.int64)
