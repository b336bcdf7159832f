"""Handlings that read dates: what is a date to them, as a moment in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar, Literal, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import Field, model_validator

from hornbook.data import Storage
from hornbook.data.dates import DATE_FORMATS, parse_dates
from hornbook.errors import DataError
from hornbook.features.handling import FeatureType, Handling, column_expression
from hornbook.features.rescaling import Rescaling

__all__ = [
    "MICROSECONDS",
    "DateHandling",
    "DateReading",
    "as_moments",
    "as_numbers_since",
    "moment_of",
    "moments",
]

MICROSECONDS = {
    "seconds": 1_000_000,
    "minutes": 60 * 1_000_000,
    "hours": 3_600 * 1_000_000,
    "days": 86_400 * 1_000_000,
}
"""The length of units of time."""

_TEXTS = (pl.String, pl.Categorical, pl.Enum)


class DateReading(Handling):
    """A handling of dates, with or without a time of day; a date alone is its first moment."""

    feature_type: ClassVar[FeatureType] = FeatureType.DATE
    storages: ClassVar[frozenset[Storage]] = frozenset({Storage.DATE, Storage.DATETIME})

    def storage_to_read(self, trained: Storage) -> Storage:
        # Days alone in one file may have a time in the next.
        return Storage.DATETIME if trained is Storage.DATE else trained

    def check_values(self, column: str, values: pl.Series) -> None:
        if values.dtype in (pl.Date, pl.Datetime, pl.Null):
            return
        wrong = values.drop_nulls()
        if wrong.dtype in _TEXTS:
            wrong = wrong.filter(as_moments(wrong).is_null())
        if len(wrong):
            raise DataError(
                f"Column '{column}' holds {wrong[0]!r}, the model learnt from dates.",
                fix="Bring dates, or texts such as 2024-12-31 and 2024-12-31 23:59; leave the "
                "value empty where it is missing.",
            )


class DateHandling(DateReading):
    """A handling of dates that makes numbers of them, which are rescaled as others are."""

    rescaling: Literal["standard", "minmax", "robust", "none"] = Field(
        "standard",
        description="mean 0 and deviation 1, range 0 to 1, median 0 and quartile distance 1, "
        "or as it is",
    )
    impute_with: Literal["mean", "median", "constant"] = Field(
        "mean", description="what to fill in, computed on the train rows"
    )
    impute_value: datetime | None = Field(None, description="the constant date to fill in")

    @model_validator(mode="after")
    def _check_impute_value(self) -> Self:
        if self.impute_with == "constant" and self.impute_value is None:
            raise ValueError(
                'impute_with = "constant" needs a date to fill in\n'
                "  Fix: Add impute_value = 2024-12-31."
            )
        return self

    def rescaling_with(self, constant: float) -> Rescaling:
        """How numbers made from the dates are imputed and rescaled.

        Args:
            constant: the number made from `impute_value`.
        """
        impute_with = None if self.drops_missing_rows else self.impute_with
        return Rescaling(self.rescaling, impute_with, constant)


def moments(column: str) -> pl.Expr:
    """The column of a table as microseconds since 1970 in UTC, null where there is no date."""
    return column_expression(column).cast(pl.Datetime("us")).dt.epoch("us")


def as_moments(series: pl.Series) -> pl.Series:
    """The same of values from anywhere: dates of any unit and zone, and texts in ISO 8601.

    A time without a zone is taken as UTC.
    """
    series = series.alias("values")
    if series.dtype in _TEXTS:
        cells = series.cast(pl.String).str.strip_chars().to_frame()
        parsed = parse_dates(pl.col("values"), DATE_FORMATS[0], with_time=True)
        series = cells.select(parsed.alias("values"))["values"]
    if series.dtype not in (pl.Date, pl.Datetime):
        return pl.Series("values", [None] * len(series), dtype=pl.Int64)
    return series.dt.epoch("us")


def as_numbers_since(
    series: pl.Series, reference: int, unit_microseconds: int
) -> NDArray[np.float64]:
    """The time from a moment on to each date, NaN where there is none.

    Args:
        series: values as `as_moments` takes them.
        reference: in microseconds since 1970.
        unit_microseconds: of the numbers to return.
    """
    return ((as_moments(series) - reference) / unit_microseconds).to_numpy()


def moment_of(moment: datetime) -> int:
    """Microseconds since 1970 in UTC; a time without a zone is taken as UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    since = aware - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
