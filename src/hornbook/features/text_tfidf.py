"""Texts as TF/IDF: one column a term, heavier the rarer the term is in the train rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from hornbook.features.handling import FittedHandling, State, register_handling
from hornbook.features.sparse_rows import SparseRows
from hornbook.features.text_vocabulary import FittedVocabulary, TextVocabularyHandling, Vocabulary

__all__ = ["FittedTextTfidf", "TextTfidf"]


@dataclass(frozen=True, eq=False)
class FittedTextTfidf(FittedVocabulary):
    """How often a text has each term, times the weight of the term, on a common length.

    Attributes:
        sublinear: whether `1 + ln(count)` stands for the count.
        norm: whether each row is divided by its Euclidean length.
        weights: of the terms, shape `(n_terms,)`.
    """

    sublinear: bool
    norm: Literal["l2", "none"]
    weights: NDArray[np.float64]

    def weigh(self, counts: SparseRows) -> SparseRows:
        if self.sublinear:
            counts = counts.with_values(1.0 + np.log(counts.values))
        weighed = counts.scaled(self.weights)
        return weighed.normalized() if self.norm == "l2" else weighed

    def state(self) -> State:
        values = {**super().state().values, "sublinear": self.sublinear, "norm": self.norm}
        return State(values, {"weights": self.weights})


@register_handling
class TextTfidf(TextVocabularyHandling):
    """TF/IDF, as scikit-learn's `TfidfVectorizer` computes it.

    The weight of a term is `ln((1 + n_rows) / (1 + rows_with)) + 1`.
    """

    name: ClassVar[str] = "tfidf"
    fitted_class: ClassVar[type[FittedHandling]] = FittedTextTfidf
    is_default: ClassVar[bool] = True

    sublinear: bool = Field(
        False, description="count a term that is there n times as 1 + ln(n) times"
    )
    norm: Literal["l2", "none"] = Field(
        "l2", description="divide each row by its Euclidean length, or not"
    )

    def make(self, column: str, vocabulary: Vocabulary) -> FittedTextTfidf:
        weights = np.log((1 + vocabulary.n_rows) / (1 + vocabulary.rows_with)) + 1.0
        return FittedTextTfidf(
            column, self.terms, vocabulary.terms, self.sublinear, self.norm, weights
        )
