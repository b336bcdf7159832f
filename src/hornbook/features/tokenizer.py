"""Texts as the numbers of their words: a vocabulary, and rows of one length."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd
import polars as pl
from numpy.typing import NDArray

from hornbook.errors import FeatureError
from hornbook.features.texts import pieces

__all__ = ["SEPARATORS", "TokenizerProcessor"]

_FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'
_SPACES = " " * len(_FILTERS)

SEPARATORS = f"{_FILTERS} "
"""Each of these characters stands between words, and in none."""


class TokenizerProcessor:
    r"""Words become their numbers in a vocabulary, padded or cut to one length.

    It does what Keras' `Tokenizer(num_words)` followed by `pad_sequences(maxlen)` did: a text is
    put in lowercase, each of ``!"#$%&()*+,-./:;<=>?@[\]^_`{|}~``, tabs and line ends becomes a
    space, and what stands between spaces is a word. The most frequent word of the corpus is 1,
    the next one 2; of equally frequent ones, the one that was met first. Numbers of `num_words`
    and above are not given: such words, and words that the corpus does not have, are left out
    as if they were not there. A missing text has no words.

    Fitted, it never changes; several threads may transform at once. It can be the `processor`
    of a file of a design, or a part of one.

    Args:
        num_words: one above the largest number, so that at most `num_words - 1` words are
            known; all words where absent.
        max_len: how many numbers a row has.
        padding: where zeros are added to shorter texts: before the words, or after.
        truncating: where longer texts lose words: at the beginning, or at the end.

    Attributes:
        word_index: fitted: the number of each word that has one.
        vocabulary_size: fitted: one above the largest number, the `input_dim` of an `Embedding`.

    Example:
        >>> texts = pd.Series(["The good, the bad", "The ugly"])
        >>> processor = TokenizerProcessor(num_words=4, max_len=3)
        >>> processor.fit(texts).transform(texts)
        array([[2, 1, 3],
               [0, 0, 1]], dtype=int32)
        >>> processor.vocabulary_size
        4
    """

    def __init__(
        self,
        num_words: int | None = None,
        max_len: int = 32,
        padding: Literal["pre", "post"] = "pre",
        truncating: Literal["pre", "post"] = "pre",
    ) -> None:
        for name, number, least in (("num_words", num_words, 2), ("max_len", max_len, 1)):
            if number is not None and (type(number) is not int or number < least):
                raise FeatureError(
                    f"TokenizerProcessor got {name}={number!r}, expected a whole number of "
                    f"{least} or more.",
                    fix="Write, for example: TokenizerProcessor(num_words=10000, max_len=32)",
                )
        for name, side in (("padding", padding), ("truncating", truncating)):
            if side not in ("pre", "post"):
                raise FeatureError(
                    f'TokenizerProcessor got {name}={side!r}, expected "pre" or "post".'
                )
        self.num_words = num_words
        self.max_len = max_len
        self.padding = padding
        self.truncating = truncating
        self._words: pl.Series | None = None

    @property
    def arguments(self) -> dict[str, Any]:
        """What it was made with."""
        names = ("num_words", "max_len", "padding", "truncating")
        return {name: getattr(self, name) for name in names}

    @property
    def word_index(self) -> dict[str, int]:
        """The number of each word that has one."""
        return {word: number for number, word in enumerate(self._fitted_words(), start=1)}

    @property
    def vocabulary_size(self) -> int:
        """One above the largest number."""
        return len(self._fitted_words()) + 1

    def fit(self, series: Iterable[Any]) -> TokenizerProcessor:
        """Learns the vocabulary of a corpus.

        Args:
            series: texts; anything but text and missing values is an error.
        """
        counts = _texts(series).to_frame("texts").select(**self.statistics(pl.col("texts")))
        return self.fit_counts([{name: counts[name][0] for name in counts.columns}])

    def statistics(self, texts: pl.Expr) -> dict[str, pl.Expr]:
        """Aggregations over a block of texts, for `fit_counts`."""
        words = _split(texts).explode().drop_nulls()
        return {
            # Both in the order of first appearance.
            "words": words.unique(maintain_order=True).implode(),
            "counts": words.unique_counts().implode(),
        }

    def fit_counts(self, blocks: Iterable[Mapping[str, Any]]) -> TokenizerProcessor:
        """Learns the vocabulary from the `statistics` of blocks, in their order.

        Memory grows with the words of the corpus, not with its rows.
        """
        counts: dict[str, int] = {}
        for block in blocks:
            for word, count in zip(block["words"], block["counts"], strict=True):
                counts[word] = counts.get(word, 0) + count
        ranked = sorted(counts, key=counts.__getitem__, reverse=True)
        return self.with_words(ranked[: None if self.num_words is None else self.num_words - 1])

    def with_words(self, words: Iterable[str]) -> TokenizerProcessor:
        """Takes a vocabulary as it is, the word of number 1 first."""
        self._words = pl.Series("words", list(words), pl.String)
        return self

    def transform(self, series: Iterable[Any]) -> NDArray[np.int32]:
        """Texts as numbers.

        Args:
            series: texts, e.g. a pandas series.

        Returns:
            Shape `(n_rows, max_len)`, 0 where there is no word.

        Raises:
            FeatureError: it was not fitted, or a value is no text.
        """
        known = self._numbers()
        texts = _texts(series)
        sequences = np.zeros((len(texts), self.max_len), np.int32)
        for start, piece in pieces(texts.fill_null("")):
            self._fill(sequences[start : start + len(piece)], piece, known)
        return sequences

    def _numbers(self) -> pl.DataFrame:
        words = self._fitted_words()
        numbers = pl.Series("number", range(1, len(words) + 1), dtype=pl.Int32)
        return pl.DataFrame({"word": words, "number": numbers})

    def _fill(self, sequences: NDArray[np.int32], texts: pl.Series, known: pl.DataFrame) -> None:
        """Writes the numbers of the words of texts into rows of zeros."""
        found = (
            texts.to_frame("texts")
            .lazy()
            .select(_split(pl.col("texts")).alias("word"))
            .with_row_index("row")
            .explode("word")
            .join(known.lazy(), on="word", how="inner", maintain_order="left")
            .select("row", "number")
            .collect()
        )
        rows = found["row"].to_numpy().astype(np.int64)
        lengths = np.bincount(rows, minlength=len(texts))
        place = np.arange(len(rows)) - (np.cumsum(lengths) - lengths)[rows]
        length = lengths[rows]
        if self.truncating == "pre":
            place -= np.maximum(length - self.max_len, 0)
        kept = (place >= 0) & (place < self.max_len)
        if self.padding == "pre":
            place += np.maximum(self.max_len - length, 0)
        sequences[rows[kept], place[kept]] = found["number"].to_numpy()[kept]

    def _fitted_words(self) -> pl.Series:
        if self._words is None:
            raise FeatureError(
                "The TokenizerProcessor was not fitted, so it knows no words.",
                fix="Call fit(series) before transform(series).",
            )
        return self._words

    def __getstate__(self) -> dict[str, Any]:
        """Plain values; see `__setstate__`."""
        words = None if self._words is None else self._words.to_list()
        return {**vars(self), "_words": words}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """The inverse of `__getstate__`."""
        words = state["_words"]
        vars(self).update(
            state, _words=None if words is None else pl.Series("words", words, pl.String)
        )

    def __repr__(self) -> str:
        return f"TokenizerProcessor(num_words={self.num_words}, max_len={self.max_len})"


def _split(texts: pl.Expr) -> pl.Expr:
    """The words of each text as a list."""
    spaced = texts.str.to_lowercase().str.replace_many(list(_FILTERS), list(_SPACES))
    return spaced.str.split(" ").list.filter(pl.element() != "")


def _texts(series: Iterable[Any]) -> pl.Series:
    """Texts of any kind of series, missing ones as null."""
    values = series
    if isinstance(series, pd.DataFrame):
        raise FeatureError(
            "TokenizerProcessor got a DataFrame, expected a series of texts.",
            fix="Leave wants_matrix out, or call fit and transform with one column.",
        )
    if isinstance(series, pd.Series):
        values = series.astype(object).where(series.notna(), None).tolist()
    if isinstance(values, pl.Series):
        if values.dtype in (pl.String, pl.Null):
            return values.cast(pl.String)
        values = values.to_list()
    values = list(values)
    wrong = next((one for one in values if one is not None and not isinstance(one, str)), None)
    if wrong is not None:
        raise FeatureError(
            f"TokenizerProcessor got {wrong!r}, expected texts.",
            fix="Turn values into texts first: series.astype(str)",
        )
    return pl.Series("texts", values, pl.String)
