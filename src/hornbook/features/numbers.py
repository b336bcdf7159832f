"""Handlings that read numbers: what is a number to them, and what is none."""

from __future__ import annotations

from typing import ClassVar

import polars as pl

from hornbook.data import NUMBERS, Storage
from hornbook.errors import DataError
from hornbook.features.handling import FeatureType, Handling, column_expression

__all__ = ["NumberHandling", "finite_numbers"]


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


def finite_numbers(column: str) -> pl.Expr:
    """The column as float64, with NaN and infinities as null."""
    values = column_expression(column).cast(pl.Float64, strict=False)
    return pl.when(values.is_finite()).then(values)
