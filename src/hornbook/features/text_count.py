"""Texts as counts: one column a term, how often the text has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from pydantic import Field

from hornbook.features.handling import FittedHandling, State, register_handling
from hornbook.features.sparse_rows import SparseRows
from hornbook.features.text_vocabulary import FittedVocabulary, TextVocabularyHandling, Vocabulary

__all__ = ["FittedTextCount", "TextCount"]


@dataclass(frozen=True)
class FittedTextCount(FittedVocabulary):
    """How often a text has each term, or whether it has it.

    Attributes:
        presence: whether 1 stands for any number of times.
    """

    presence: bool

    def weigh(self, counts: SparseRows) -> SparseRows:
        return counts.with_values(np.ones_like(counts.values)) if self.presence else counts

    def state(self) -> State:
        return State({**super().state().values, "presence": self.presence})


@register_handling
class TextCount(TextVocabularyHandling):
    """Counts of terms, as scikit-learn's `CountVectorizer` makes them."""

    name: ClassVar[str] = "count"
    fitted_class: ClassVar[type[FittedHandling]] = FittedTextCount

    presence: bool = Field(
        False, description="1 where a term is in the text, however often it is there"
    )

    def make(self, column: str, vocabulary: Vocabulary) -> FittedTextCount:
        return FittedTextCount(column, self.terms, vocabulary.terms, self.presence)
