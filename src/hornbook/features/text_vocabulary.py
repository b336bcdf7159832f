"""The terms of the train rows, counted and limited: the vocabulary of a text column."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import Field

from hornbook.errors import FeatureError
from hornbook.features.handling import (
    FitContext,
    FittedHandling,
    Fitting,
    OutputColumn,
    State,
    column_expression,
)
from hornbook.features.rescaling import nothing_to_fit
from hornbook.features.sparse_rows import SparseRows
from hornbook.features.text_terms import LONGEST_WORD, Terms, TextTermsHandling
from hornbook.features.texts import as_texts, pieces

__all__ = ["FittedVocabulary", "TextVocabularyHandling", "Vocabulary"]

_MOST_COUNTED = 2_000_000
_FEWEST_TO_MERGE = 100_000


@dataclass(frozen=True)
class Vocabulary:
    """The terms that have a column.

    Attributes:
        terms: the one in most rows first.
        rows_with: in how many train rows each term is, shape `(n_terms,)`.
        n_rows: how many train rows there were.
    """

    terms: tuple[str, ...]
    rows_with: NDArray[np.int64]
    n_rows: int


@dataclass(frozen=True)
class FittedVocabulary(FittedHandling):
    """One output column for each term of a vocabulary; other terms are not seen.

    Attributes:
        column: the column of the table.
        terms: how texts are taken apart.
        vocabulary: the terms that have a column, in order.
    """

    column: str
    terms: Terms
    vocabulary: tuple[str, ...]

    @cached_property
    def outputs(self) -> tuple[OutputColumn, ...]:
        return tuple(OutputColumn(f"{self.column}:{term}", self.column) for term in self.vocabulary)

    def transform(self, series: pl.Series) -> NDArray[np.float32]:
        array = np.zeros((len(series), len(self.vocabulary)), np.float32)
        for start, counts in self.terms.count(series, len(self.vocabulary), self._find_columns):
            self.weigh(counts).fill(array[start : start + counts.shape[0]])
        return array

    @abstractmethod
    def weigh(self, counts: SparseRows) -> SparseRows:
        """What stands for how often a text has each term."""

    @cached_property
    def _known(self) -> pl.Enum:
        return pl.Enum(self.vocabulary)

    def _find_columns(self, terms: pl.Series) -> tuple[NDArray[Any], None]:
        codes = terms.cast(self._known, strict=False).to_physical().cast(pl.Int64)
        return codes.fill_null(-1).to_numpy(), None

    def state(self) -> State:
        return State({"terms": self.terms.to_json(), "vocabulary": list(self.vocabulary)})

    @classmethod
    def from_state(cls, column: str, state: State) -> Self:
        values = dict(state.values)
        terms, vocabulary = Terms.from_json(values.pop("terms")), tuple(values.pop("vocabulary"))
        return cls(column, terms, vocabulary, **values, **state.arrays)


class TextVocabularyHandling(TextTermsHandling):
    """A handling of texts with a column for each of the most common terms.

    Fitting holds the different terms of the train rows in memory, up to two million. Where
    there are more, those seen in the fewest rows so far are forgotten, half of all at a time,
    so that the count of a rare term may come out too low.
    """

    max_terms: int = Field(
        5000, ge=1, description="keep at most this many terms, those in most rows"
    )
    min_rows: int = Field(1, ge=1, description="keep terms that are in at least this many rows")
    max_share: float = Field(
        1.0, gt=0, le=1, description="keep terms that are in at most this share of the rows"
    )

    def start_fit(self, column: str, context: FitContext) -> Fitting:
        del context
        return _VocabularyFitting(self, column)

    @abstractmethod
    def make(self, column: str, vocabulary: Vocabulary) -> FittedHandling:
        """The fitted handling."""

    def choose(self, column: str, counted: pl.DataFrame, n_rows: int) -> Vocabulary:
        """The terms to keep.

        Args:
            column: of the table.
            counted: the columns `term` and `rows`, the number of rows that have it.
            n_rows: how many rows were read.

        Raises:
            FeatureError: no term is left.
        """
        common_enough = pl.col("rows") >= self.min_rows
        # A share that is met exactly is within the limit, whatever the rounding of its product.
        rare_enough = pl.col("rows") <= self.max_share * n_rows * (1 + 1e-12)
        kept = (
            counted.filter(common_enough & rare_enough)
            .sort("rows", "term", descending=[True, False])
            .head(self.max_terms)
        )
        if not len(counted):
            raise nothing_to_fit(column, f"word of 2 to {LONGEST_WORD} characters")
        if not len(kept):
            raise FeatureError(
                f"Column '{column}' has {len(counted):,} different terms in {n_rows:,} train rows, "
                "and the limits min_rows and max_share leave none of them.",
                fix="Lower min_rows, or raise max_share.",
            )
        return Vocabulary(tuple(kept["term"]), kept["rows"].to_numpy().astype(np.int64), n_rows)


class _VocabularyFitting:
    """Counts in how many rows each term is, block by block."""

    def __init__(self, handling: TextVocabularyHandling, column: str) -> None:
        self._handling = handling
        self._terms = handling.terms
        self._column = column
        self._n_rows = 0
        self._counted = _no_terms()
        self._pending: list[pl.DataFrame] = []
        self._n_pending = 0

    def expressions(self) -> Mapping[str, pl.Expr]:
        return {"texts": column_expression(self._column).implode()}

    def add(self, block: Mapping[str, Any]) -> None:
        texts = as_texts(block["texts"])
        self._n_rows += len(texts)
        for _, piece in pieces(texts):
            rows = pl.col("row").n_unique().alias("rows")
            counted = self._terms.of(piece).group_by("term").agg(rows.cast(pl.Int64))
            self._pending.append(counted)
            self._n_pending += len(counted)
            if self._n_pending > max(_FEWEST_TO_MERGE, len(self._counted)):
                self._merge()

    def finish(self) -> FittedHandling:
        self._merge()
        vocabulary = self._handling.choose(self._column, self._counted, self._n_rows)
        return self._handling.make(self._column, vocabulary)

    def _merge(self) -> None:
        together = pl.concat([self._counted, *self._pending])
        self._pending, self._n_pending = [], 0
        counted = together.group_by("term").agg(pl.col("rows").sum())
        if len(counted) > _MOST_COUNTED:
            ranked = counted.sort("rows", "term", descending=[True, False])
            counted = ranked.head(_MOST_COUNTED // 2)
        self._counted = counted


def _no_terms() -> pl.DataFrame:
    return pl.DataFrame(schema={"term": pl.String, "rows": pl.Int64})
