"""Texts by the hashing trick: terms counted in columns that their hashes choose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, ClassVar, Literal, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import Field

from hornbook.features.handling import (
    FittedHandling,
    OutputColumn,
    State,
    register_handling,
)
from hornbook.features.term_hash import hashed_columns
from hornbook.features.text_terms import Terms, TextTermsHandling

__all__ = ["FittedTextHash", "TextHash"]


@dataclass(frozen=True)
class FittedTextHash(FittedHandling):
    """The signed counts of the terms whose hashes fall into each column.

    Attributes:
        column: the column of the table.
        terms: how texts are taken apart.
        n_features: how many columns there are.
        norm: whether each row is divided by its Euclidean length.
    """

    column: str
    terms: Terms
    n_features: int
    norm: Literal["l2", "none"]

    @cached_property
    def outputs(self) -> tuple[OutputColumn, ...]:
        return tuple(
            OutputColumn(f"{self.column}:hash {index}", self.column)
            for index in range(self.n_features)
        )

    def transform(self, series: pl.Series) -> NDArray[np.float32]:
        array = np.zeros((len(series), self.n_features), np.float32)
        find_columns = partial(hashed_columns, n_columns=self.n_features)
        for start, counts in self.terms.count(series, self.n_features, find_columns):
            weighed = counts.normalized() if self.norm == "l2" else counts
            weighed.fill(array[start : start + counts.shape[0]])
        return array

    def state(self) -> State:
        return State(
            {"terms": self.terms.to_json(), "n_features": self.n_features, "norm": self.norm}
        )

    @classmethod
    def from_state(cls, column: str, state: State) -> Self:
        values = dict(state.values)
        return cls(column, Terms.from_json(values.pop("terms")), **values)


@register_handling
class TextHash(TextTermsHandling):
    """The hashing trick, as scikit-learn's `HashingVectorizer` does it.

    Nothing is learnt from the train rows, so that it needs no memory for the terms, and a term
    that is first seen when predicting counts as well.
    """

    name: ClassVar[str] = "hash"
    fitted_class: ClassVar[type[FittedHandling]] = FittedTextHash

    n_features: int = Field(
        8192, ge=2, le=2**20, description="how many columns the terms are spread over"
    )
    norm: Literal["l2", "none"] = Field(
        "l2", description="divide each row by its Euclidean length, or not"
    )

    def statistics(self, column: str) -> dict[str, pl.Expr]:
        del column
        return {}

    def fit(self, column: str, blocks: Sequence[Mapping[str, Any]]) -> FittedTextHash:
        del blocks
        return FittedTextHash(column, self.terms, self.n_features, self.norm)
