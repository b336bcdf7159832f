"""Handlings that read texts: what is a text to them, and how much of it is read at once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar, Literal

import numpy as np
import polars as pl
from pydantic import Field

from hornbook.data import Storage
from hornbook.features.handling import FeatureType, Handling, column_expression
from hornbook.features.refusal import refusal

__all__ = ["TextHandling", "as_texts", "pieces"]

_PIECE_BYTES = 4 * 2**20
_BYTES_BESIDE = 64


class TextHandling(Handling):
    """A handling of text features; a missing text and an empty one are the same to it."""

    feature_type: ClassVar[FeatureType] = FeatureType.TEXT
    storages: ClassVar[frozenset[Storage]] = frozenset({Storage.STRING})

    missing: Literal["empty", "drop_rows"] = Field(
        "empty", description="read a missing text as one without words, or leave the row out"
    )

    def missing_expression(self, column: str) -> pl.Expr:
        return column_expression(column).cast(pl.String, strict=False).fill_null("") == ""

    def storage_to_read(self, trained: Storage) -> Storage:
        # A file whose every text happens to be a number holds texts all the same.
        del trained
        return Storage.STRING

    def check_values(self, column: str, values: pl.Series) -> None:
        if not values.dtype.is_nested() and values.dtype not in (pl.Binary, pl.Object):
            return
        wrong = values.drop_nulls()
        if len(wrong):
            raise refusal(column, wrong, "texts", "texts")


def as_texts(values: pl.Series) -> pl.Series:
    """The values as texts, missing ones as empty texts."""
    return values.cast(pl.String, strict=False).fill_null("")


def pieces(texts: pl.Series) -> Iterator[tuple[int, pl.Series]]:
    """The texts in order, a few megabytes at a time, each piece with the position it begins at.

    What is made of a piece, such as its words, takes several times its bytes; so texts of a
    megabyte each are read one by one or so, and short ones many thousand at once.

    Example:
        >>> [(start, len(piece)) for start, piece in pieces(pl.Series(["a", "b" * 5_000_000, ""]))]
        [(0, 1), (1, 2)]
    """
    if not len(texts):
        return
    sizes = texts.str.len_bytes().to_numpy().astype(np.int64) + _BYTES_BESIDE
    piece = np.cumsum(sizes) // _PIECE_BYTES
    starts = np.flatnonzero(np.diff(piece, prepend=-1))
    for start, end in pairwise([*starts.tolist(), len(texts)]):
        yield start, texts[start:end]
