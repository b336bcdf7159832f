"""Handlings that read vectors: what is a vector to them."""

from __future__ import annotations

from typing import ClassVar

import polars as pl

from hornbook.data import Storage
from hornbook.data.cells import parse_vectors
from hornbook.features.handling import FeatureType, Handling, column_expression
from hornbook.features.refusal import refusal

__all__ = ["VectorHandling", "as_vectors"]


class VectorHandling(Handling):
    """A handling of vectors, lists or texts in JSON.

    An empty vector, and one with an element that is missing, NaN or infinite, is missing.
    """

    feature_type: ClassVar[FeatureType] = FeatureType.VECTOR
    storages: ClassVar[frozenset[Storage]] = frozenset({Storage.VECTOR})

    def missing_expression(self, column: str) -> pl.Expr:
        return column_expression(column).map_batches(
            lambda values: as_vectors(values).is_null(),
            return_dtype=pl.Boolean,
            is_elementwise=True,
        )

    def storage_to_read(self, trained: Storage) -> Storage:
        del trained
        return Storage.VECTOR

    def check_values(self, column: str, values: pl.Series) -> None:
        if isinstance(values.dtype, pl.List | pl.Array) and _holds_numbers(values.dtype):
            return
        wrong = values.drop_nulls()
        if values.dtype == pl.String:
            texts = values.filter(values.str.strip_chars() != "")
            wrong = texts.filter(_parsed(texts).is_null())
        if len(wrong):
            raise refusal(column, wrong, "vectors", "lists of numbers such as [0.5, 2]")


def as_vectors(values: pl.Series) -> pl.Series:
    """The values as lists of float64; null where there is no vector, or one with a gap."""
    values = values.alias("")
    if isinstance(values.dtype, pl.List | pl.Array) and _holds_numbers(values.dtype):
        vectors = values.cast(pl.List(pl.Float64), strict=False)
    elif values.dtype == pl.String:
        vectors = _parsed(values).cast(pl.List(pl.Float64))
    else:
        return pl.Series([None] * len(values), dtype=pl.List(pl.Float64))
    finite = pl.element().is_finite().fill_null(value=False)
    sound = vectors.list.eval(finite).list.all() & (vectors.list.len() > 0)
    return vectors.set(~sound.fill_null(value=False), None)


def _parsed(texts: pl.Series) -> pl.Series:
    return (
        texts.to_frame("text").select(parse_vectors(pl.col("text").str.strip_chars())).to_series()
    )


def _holds_numbers(dtype: pl.List | pl.Array) -> bool:
    inner = dtype.inner
    return bool(inner.is_numeric() or inner in (pl.Null, pl.Boolean))
