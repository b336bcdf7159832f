"""Dates as a number: the time since a reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, Literal, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import Field

from hornbook.features.dates import (
    MICROSECONDS,
    DateHandling,
    as_numbers_since,
    moment_of,
    moments,
)
from hornbook.features.handling import (
    FittedHandling,
    OutputColumn,
    State,
    register_handling,
)
from hornbook.features.rescaling import Rescaler, Rescaling, merge_statistics

__all__ = ["DateElapsed", "FittedDateElapsed"]


@dataclass(frozen=True)
class FittedDateElapsed(FittedHandling):
    """The rescaled time since the reference; negative before it.

    Attributes:
        column: the column of the table.
        rescaler: imputes and rescales the time.
        reference: in microseconds since 1970.
        unit: of the time that is rescaled.
    """

    column: str
    rescaler: Rescaler
    reference: int
    unit: str

    @property
    def outputs(self) -> tuple[OutputColumn, ...]:
        return (OutputColumn(f"{self.column}:elapsed", self.column),)

    def transform(self, series: pl.Series) -> NDArray[np.float32]:
        elapsed = as_numbers_since(series, self.reference, MICROSECONDS[self.unit])
        return self.rescaler.rescale(self.rescaler.impute(elapsed))[:, np.newaxis]

    def state(self) -> State:
        return State(
            {
                "rescaler": self.rescaler.to_json(),
                "reference": self.reference,
                "unit": self.unit,
            }
        )

    @classmethod
    def from_state(cls, column: str, state: State) -> Self:
        values = dict(state.values)
        return cls(column, Rescaler.from_json(values.pop("rescaler")), **values)


@register_handling
class DateElapsed(DateHandling):
    """Time since the earliest date of the train rows, or since a given one."""

    name: ClassVar[str] = "elapsed"
    fitted_class: ClassVar[type[FittedHandling]] = FittedDateElapsed

    since: Literal["earliest"] | datetime = Field(
        "earliest", description="the earliest date of the train rows, or a date"
    )
    unit: Literal["seconds", "minutes", "hours", "days"] = Field(
        "days", description="of the time, before it is rescaled"
    )
    missing: Literal["impute", "drop_rows"] = Field(
        "impute", description="fill in a date, or leave the row out"
    )

    def statistics(self, column: str) -> dict[str, pl.Expr]:
        found = moments(column)
        return {
            "earliest": found.min(),
            **self._rescaling().statistics((found - self._fixed) / MICROSECONDS[self.unit]),
        }

    def fit(self, column: str, blocks: Sequence[Mapping[str, Any]]) -> FittedDateElapsed:
        rescaler = self._rescaling().fit(column, blocks, noun="date")
        reference = self._fixed
        if self.since == "earliest" and merge_statistics(blocks)["present"]:
            reference = min(block["earliest"] for block in blocks if block["earliest"] is not None)
            # Fitted on the time since 1970, which is as long before every row.
            before = reference / MICROSECONDS[self.unit]
            rescaler = replace(
                rescaler,
                impute_value=rescaler.impute_value - before,
                offset=0.0 if self.rescaling == "none" else rescaler.offset - before,
            )
        return FittedDateElapsed(column, rescaler, reference, self.unit)

    @property
    def _fixed(self) -> int:
        return 0 if isinstance(self.since, str) else moment_of(self.since)

    def _rescaling(self) -> Rescaling:
        constant = 0 if self.impute_value is None else moment_of(self.impute_value) - self._fixed
        return self.rescaling_with(constant / MICROSECONDS[self.unit])
