"""Handlings that read numbers: what is a number to them, and what is none."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import Field

from hornbook.data import NUMBERS, Storage
from hornbook.errors import DataError
from hornbook.features.handling import FeatureType, Handling, column_expression
from hornbook.features.rescaling import Rescaling

__all__ = ["NumberHandling", "RescaledNumberHandling", "as_numbers", "finite_numbers"]


class NumberHandling(Handling):
    """A handling of numerical features; NaN and infinities are missing values to it."""

    feature_type: ClassVar[FeatureType] = FeatureType.NUMERICAL
    storages: ClassVar[frozenset[Storage]] = NUMBERS

    def missing_expression(self, column: str) -> pl.Expr:
        return finite_numbers(column).is_null()

    def storage_to_read(self, trained: Storage) -> Storage:
        # Whole numbers in one file may have decimals in the next.
        return Storage.FLOAT if trained is Storage.INTEGER else trained

    def check_values(self, column: str, values: pl.Series) -> None:
        if values.dtype.is_numeric() or values.dtype in (pl.Boolean, pl.Null):
            return
        wrong = values.drop_nulls()
        if not values.dtype.is_temporal():
            wrong = wrong.filter(wrong.cast(pl.Float64, strict=False).is_null())
        if len(wrong):
            raise DataError(
                f"Column '{column}' holds {wrong[0]!r}, the model learnt from numbers.",
                fix="Bring numbers, or leave the value empty where it is missing.",
            )


class RescaledNumberHandling(NumberHandling):
    """A handling that imputes numbers, and gives them rescaled, alone or beside its own columns."""

    rescaling: Literal["standard", "minmax", "robust", "log", "none"] = Field(
        "standard",
        description="mean 0 and deviation 1, range 0 to 1, median 0 and quartile distance 1, "
        "standard after a logarithm, or as it is",
    )
    missing: Literal["impute", "drop_rows"] = Field(
        "impute", description="fill in a value, or leave the row out"
    )
    impute_with: Literal["mean", "median", "constant"] = Field(
        "mean", description="what to fill in, computed on the train rows"
    )
    impute_value: float = Field(0.0, description="the constant to fill in")

    @property
    def number_rescaling(self) -> Rescaling:
        """How the numbers are imputed and rescaled."""
        impute_with = None if self.drops_missing_rows else self.impute_with
        return Rescaling(self.rescaling, impute_with, self.impute_value)

    def statistics(self, column: str) -> dict[str, pl.Expr]:
        return self.number_rescaling.statistics(finite_numbers(column))


def as_numbers(series: pl.Series) -> NDArray[np.float64]:
    """The values as float64, NaN where there is none; texts that spell numbers are numbers."""
    return series.cast(pl.Float64, strict=False).to_numpy()


def finite_numbers(column: str) -> pl.Expr:
    """The column as float64, with NaN and infinities as null."""
    values = column_expression(column).cast(pl.Float64, strict=False)
    return pl.when(values.is_finite()).then(values)
