"""Texts as terms: their words, and runs of words that follow each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import Field, model_validator

from hornbook.features.sparse_rows import SparseRows
from hornbook.features.texts import TextHandling, as_texts, pieces

__all__ = ["LONGEST_WORD", "Terms", "TextTermsHandling"]

LONGEST_WORD = 100
"""In characters; what is longer is no word but e.g. encoded bytes, and is left out."""

_WORD = r"\w\w+"
"""Two or more letters, digits or underscores, as scikit-learn's vectorizers find them."""

_ENGLISH = (
    "about after again all also am an and any are as at be because been before being between "
    "both but by can could did do does doing down during each few for from further had has have "
    "having he her here hers herself him himself his how if in into is it its itself just me "
    "more most my myself of off on once only or other our ours ourselves out over own same she "
    "should so some such than that the their theirs them themselves then there these they this "
    "those through to under until up very was we were what when where which while who whom why "
    "will with would you your yours yourself yourselves"
)


@dataclass(frozen=True)
class Terms:
    """How a text is taken apart.

    Attributes:
        lowercase: whether `Good` and `good` are one word.
        min_words: of the shortest terms.
        max_words: of the longest terms.
        stop_words: left out before words are put together.
    """

    lowercase: bool = True
    min_words: int = 1
    max_words: int = 1
    stop_words: tuple[str, ...] = ()

    def of(self, texts: pl.Series) -> pl.DataFrame:
        """All terms of all texts.

        Args:
            texts: without nulls.

        Returns:
            The columns `row`, the position of the text, and `term`; first all terms of the
            fewest words, in the order of the texts.

        Example:
            >>> Terms(max_words=2).of(pl.Series(["Fine, a FINE day"]))["term"].to_list()
            ['fine', 'fine', 'day', 'fine fine', 'fine day']
        """
        if self.lowercase:
            texts = texts.str.to_lowercase()
        rows = pl.Series(np.arange(len(texts), dtype=np.uint32))
        words = (
            pl.DataFrame({"row": rows, "term": texts.str.extract_all(_WORD)})
            .explode("term")
            .filter(pl.col("term").str.len_chars() <= LONGEST_WORD)
        )
        if self.stop_words:
            words = words.filter(~pl.col("term").is_in(self._stop_words))
        if self.max_words == 1:
            return words
        return pl.concat(_runs(words, n) for n in range(self.min_words, self.max_words + 1))

    @cached_property
    def _stop_words(self) -> pl.Series:
        words = (word.lower() for word in self.stop_words) if self.lowercase else self.stop_words
        return pl.Series(list(words), dtype=pl.String)

    def count(
        self,
        values: pl.Series,
        n_columns: int,
        find_columns: Callable[[pl.Series], tuple[NDArray[Any], NDArray[Any] | None]],
    ) -> Iterator[tuple[int, SparseRows]]:
        """The terms of each text, counted in columns.

        Args:
            values: of the column of texts.
            n_columns: how many columns there are.
            find_columns: the column of each term, below 0 where it has none, and what it adds
                there where that is not 1.

        Returns:
            Piece by piece, the position of the first text, and the sums.
        """
        for start, texts in pieces(as_texts(values)):
            terms = self.of(texts)
            columns, amounts = find_columns(terms["term"])
            rows = terms["row"].to_numpy()
            known = columns >= 0
            if not known.all():
                rows, columns = rows[known], columns[known]
                amounts = None if amounts is None else amounts[known]
            shape = (len(texts), n_columns)
            yield start, SparseRows.summed(rows, columns, shape, amounts)

    def to_json(self) -> dict[str, Any]:
        """For the state of a handling."""
        return {**asdict(self), "stop_words": list(self.stop_words)}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """The inverse of `to_json`."""
        return cls(**{**value, "stop_words": tuple(value["stop_words"])})


def _runs(words: pl.DataFrame, n: int) -> pl.DataFrame:
    """The terms of `n` words that follow each other in one text."""
    if n == 1:
        return words
    term = pl.concat_str([pl.col("term").shift(-i) for i in range(n)], separator=" ")
    in_one_text = pl.col("row") == pl.col("row").shift(1 - n)
    return words.select("row", term, in_one_text.alias("whole")).filter("whole").drop("whole")


class TextTermsHandling(TextHandling):
    """A handling of texts that looks at their terms, not at the order of these."""

    lowercase: bool = Field(True, description="whether upper and lower case are the same")
    min_words: int = Field(1, ge=1, le=5, description="words of the shortest terms")
    max_words: int = Field(1, ge=1, le=5, description="words of the longest terms")
    stop_words: Literal["none", "english"] = Field(
        "none", description="leave out no word, or the most common ones of English"
    )
    own_stop_words: tuple[str, ...] = Field((), description="further words to leave out")

    @model_validator(mode="after")
    def _check_words(self) -> Self:
        if self.max_words < self.min_words:
            raise ValueError(
                f"max_words = {self.max_words} is below min_words = {self.min_words}\n"
                f"  Fix: Set max_words = {self.min_words} or more."
            )
        return self

    @property
    def terms(self) -> Terms:
        """How texts are taken apart."""
        common = _ENGLISH.split() if self.stop_words == "english" else []
        return Terms(
            self.lowercase, self.min_words, self.max_words, (*common, *self.own_stop_words)
        )
