"""Feature hashing: a fixed number of columns for any number of categories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, ClassVar, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import Field

from hornbook.features.categorical import FilledCategoryHandling
from hornbook.features.categories import spelled
from hornbook.features.category_counts import CategoryCounts
from hornbook.features.handling import (
    FitContext,
    FittedHandling,
    Fitting,
    OutputColumn,
    State,
    register_handling,
)

__all__ = ["CategoricalHash", "FittedCategoricalHash"]

_SIGN_BIT = np.uint64(63)
_PLACE_BITS = np.uint64(2**63 - 1)


@dataclass(frozen=True)
class FittedCategoricalHash(FittedHandling):
    """1 or -1 in the column that the hash of the category names, 0 in the others.

    The hash is BLAKE2b (RFC 7693) with a digest of 8 bytes of the category in UTF-8, read as a
    little-endian number: its highest bit is the sign, the rest modulo `n_features` the column.
    A missing value is hashed as the empty text with the personalization `missing`.

    Attributes:
        column: the column of the table.
        n_features: number of output columns.
        signed: whether a hash has a sign.
        impute_value: the category that stands in for missing values, if any does.
    """

    column: str
    n_features: int
    signed: bool
    impute_value: str | None

    @property
    def outputs(self) -> tuple[OutputColumn, ...]:
        return tuple(
            OutputColumn(f"{self.column}:hash {place}", self.column)
            for place in range(self.n_features)
        )

    @property
    def shape(self) -> tuple[int, ...]:
        return (self.n_features,)

    def transform(self, series: pl.Series) -> NDArray[np.float32]:
        text = spelled(series)
        if self.impute_value is not None:
            text = text.fill_null(self.impute_value)
        values = text.alias("category").to_frame()
        distinct = values.unique(maintain_order=True).with_row_index("place")
        hashes = np.array([_hash(value) for value in distinct["category"]], np.uint64)
        places = values.join(
            distinct, on="category", how="left", nulls_equal=True, maintain_order="left"
        )["place"].to_numpy()
        hashes = hashes[places]
        hashed = np.zeros((len(series), self.n_features), np.float32)
        columns = (hashes & _PLACE_BITS) % np.uint64(self.n_features)
        signs = np.where(hashes >> _SIGN_BIT, -1.0, 1.0) if self.signed else 1.0
        hashed[np.arange(len(series)), columns] = signs
        return hashed

    def state(self) -> State:
        return State(
            {
                "n_features": self.n_features,
                "signed": self.signed,
                "impute_value": self.impute_value,
            }
        )

    @classmethod
    def from_state(cls, column: str, state: State) -> Self:
        return cls(column, **state.values)


@register_handling
class CategoricalHash(FilledCategoryHandling):
    """Feature hashing.

    Nothing is learnt but the category to fill in, so that unseen categories are encoded like
    all others. The sign keeps categories that share a column apart on average: K. Weinberger
    et al., *Feature hashing for large scale multitask learning*, 2009.
    """

    name: ClassVar[str] = "hash"
    fitted_class: ClassVar[type[FittedHandling]] = FittedCategoricalHash

    n_features: int = Field(128, ge=1, le=65_536, description="number of columns")
    signed: bool = Field(True, description="half of the categories are -1 in their column")

    def start_fit(self, column: str, context: FitContext) -> Fitting:
        if self.missing == "impute" and self.impute_with == "most_frequent":
            return super().start_fit(column, context)
        return super(FilledCategoryHandling, self).start_fit(column, context)

    def fit_counts(self, column: str, counts: CategoryCounts) -> FittedCategoricalHash:
        return self._fitted(column, self.filled_value(column, counts))

    def statistics(self, column: str) -> dict[str, pl.Expr]:
        del column
        return {}

    def fit(self, column: str, blocks: Sequence[Mapping[str, Any]]) -> FittedCategoricalHash:
        del blocks
        return self._fitted(column, self.impute_value if self.missing == "impute" else None)

    def _fitted(self, column: str, impute_value: str | None) -> FittedCategoricalHash:
        return FittedCategoricalHash(column, self.n_features, self.signed, impute_value)


def _hash(category: str | None) -> int:
    if category is None:
        digest = blake2b(b"", digest_size=8, person=b"missing")
    else:
        digest = blake2b(category.encode(), digest_size=8)
    return int.from_bytes(digest.digest(), "little")
