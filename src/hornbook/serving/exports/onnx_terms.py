"""Texts as counted, weighed or hashed terms in operators of ONNX.

The standard's operators split texts at given characters, and terms are the letters and digits of
all languages; so words are found by `Tokenizer`, one of ONNX Runtime's own operators, and hashed by
its `MurmurHash3`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import polars as pl

from hornbook.features.text_count import FittedTextCount
from hornbook.features.text_embedding import FittedTextEmbedding
from hornbook.features.text_hash import FittedTextHash
from hornbook.features.text_svd import FittedTextSvd
from hornbook.features.text_terms import LONGEST_WORD, Terms
from hornbook.features.text_tfidf import FittedTextTfidf
from hornbook.features.text_vocabulary import FittedVocabulary
from hornbook.serving.exports.onnx_conversion import NotInOnnxError, convert, dense_rows
from hornbook.serving.exports.onnx_graph import CONTRIBUTED, OnnxGraph, Tensor
from hornbook.serving.exports.onnx_lowercase import ascii_lowercase, lowercase_words
from hornbook.serving.exports.onnx_words import Words, kept, sums_by_row

__all__: list[str] = []

_CODE_POINTS = 0x110000
_SURROGATES = range(0xD800, 0xE000)


@dataclass(frozen=True)
class _Sums:
    """Sums by row and column, those that are there; see `SparseRows`.

    Attributes:
        n_rows: of the matrix, as `Tensor.length` gives it.
        rows: of each sum, int64 of shape `(n_sums,)`.
        columns: likewise.
        values: float64, likewise.
    """

    n_rows: Tensor
    rows: Tensor
    columns: Tensor
    values: Tensor

    def normalized(self) -> _Sums:
        squares = sums_by_row(self.n_rows, self.rows, self.values * self.values)
        lengths = squares.apply("Sqrt")
        lengths = lengths.where(lengths > 0.0, 1.0)
        return replace(self, values=self.values / lengths.gather(self.rows))

    def scaled(self, weights: np.ndarray) -> _Sums:
        graph = self.values.graph
        by_column = graph.constant(weights, "float64").gather(self.columns)
        return replace(self, values=self.values * by_column)

    def dense(self, width: int, dtype: str = "float32") -> Tensor:
        values = self.values.cast(dtype)
        return dense_rows(self.n_rows, width, self.rows, self.columns, values)


@convert.register
def _count(handling: FittedTextCount, graph: OnnxGraph, column: Tensor) -> Tensor:
    sums = _counted(handling, graph, column)
    if handling.presence:
        sums = replace(sums, values=sums.values.apply("Sign"))
    return sums.dense(len(handling.vocabulary))


@convert.register
def _tfidf(handling: FittedTextTfidf, graph: OnnxGraph, column: Tensor) -> Tensor:
    sums = _counted(handling, graph, column)
    if handling.sublinear:
        sums = replace(sums, values=sums.values.apply("Log") + 1.0)
    sums = sums.scaled(handling.weights)
    if handling.norm == "l2":
        sums = sums.normalized()
    return sums.dense(len(handling.vocabulary))


@convert.register
def _hash(handling: FittedTextHash, graph: OnnxGraph, column: Tensor) -> Tensor:
    del graph
    sums = _hashed(handling.terms, column, handling.n_features)
    if handling.norm == "l2":
        sums = sums.normalized()
    return sums.dense(handling.n_features)


@convert.register
def _svd(handling: FittedTextSvd, graph: OnnxGraph, column: Tensor) -> Tensor:
    n_hashed, n_known = len(handling.weights), len(handling.known)
    sums = _hashed(handling.terms, column, n_hashed).scaled(handling.weights).normalized()
    position = np.full(n_hashed, -1)
    position[handling.known] = np.arange(n_known)
    columns = graph.constant(position, "int64").gather(sums.columns)
    rows, columns, values = kept(columns >= 0, sums.rows, columns, sums.values)
    known = _Sums(sums.n_rows, rows, columns, values).dense(n_known, "float64")
    return (known @ handling.components).cast("float32")


@convert.register
def _embedding(handling: FittedTextEmbedding, graph: OnnxGraph, column: Tensor) -> Tensor:
    del handling, graph, column
    raise NotInOnnxError("its vectors come from a pretrained model in a folder of its own")


def _counted(handling: FittedVocabulary, graph: OnnxGraph, column: Tensor) -> _Sums:
    """How often each row has each term of the vocabulary."""
    terms, n_columns = handling.terms, len(handling.vocabulary)
    numbers = {term: number for number, term in enumerate(handling.vocabulary)}

    def find_columns(found: Tensor, n_words: int) -> tuple[Tensor, Tensor]:
        of_length = {
            term: number for term, number in numbers.items() if term.count(" ") == n_words - 1
        }
        columns = graph.lookup(found, of_length or {"": -1}, otherwise=-1)
        return columns, (columns >= 0).cast("float64")

    return _summed(terms, column, n_columns, find_columns)


def _hashed(terms: Terms, column: Tensor, n_columns: int) -> _Sums:
    """The signs of the terms that fall into each column."""
    graph = column.graph

    def find_columns(found: Tensor, n_words: int) -> tuple[Tensor, Tensor]:
        del n_words
        hashes = graph.op(
            "MurmurHash3", found, dtype="int32", domain=CONTRIBUTED, seed=0, positive=0
        ).cast("int64")
        signs = (hashes >= 0).cast("float64") * 2.0 - 1.0
        return hashes.apply("Abs") % n_columns, signs

    return _summed(terms, column, n_columns, find_columns)


def _summed(
    terms: Terms,
    texts: Tensor,
    n_columns: int,
    find_columns: Callable[[Tensor, int], tuple[Tensor, Tensor]],
) -> _Sums:
    """The terms of texts, summed up by row and column.

    Args:
        terms: how texts are taken apart.
        texts: shape `(n_rows,)`.
        n_columns: how many columns there are.
        find_columns: the column of each term, below 0 for none, and what it adds there; gets the
            terms, and how many words each has.
    """
    graph = texts.graph
    words = _words(terms, texts)
    places, amounts = [], []
    for n_words in range(terms.min_words, terms.max_words + 1):
        runs = _runs(words, n_words)
        columns, adds = find_columns(runs.words, n_words)
        rows, columns, adds = kept(columns >= 0, runs.rows, columns, adds)
        places.append(rows * n_columns + columns)
        amounts.append(adds)
    found, _, inverse, _ = graph.ops(
        "Unique", graph.concat(places, axis=0), dtypes=("int64",) * 4, sorted=1
    )
    sums = sums_by_row(found.length(), inverse, graph.concat(amounts, axis=0))
    return _Sums(words.n_rows, found / n_columns, found % n_columns, sums)


def _words(terms: Terms, texts: Tensor) -> Words:
    """The words of texts; long ones and stop words are left out."""
    graph = texts.graph
    if terms.lowercase:
        texts = ascii_lowercase(texts)
    pieces = graph.op(
        "Tokenizer",
        texts,
        domain=CONTRIBUTED,
        mark=0,
        mincharnum=1,
        pad_value="",
        tokenexp=f"{_word_characters()}{{2,}}",
    )
    words = Words.of(texts).of_table(pieces).up_to(LONGEST_WORD)
    if terms.lowercase:
        words = lowercase_words(words)
    stop_words = {word.lower() if terms.lowercase else word for word in terms.stop_words}
    if stop_words:
        words = words.where(graph.lookup(words.words, dict.fromkeys(stop_words, 1), 0).equals(0))
    return words


def _runs(words: Words, n: int) -> Words:
    """The terms of `n` words that follow each other in one row."""
    term, rows = words.words, words.rows
    if n == 1:
        return words
    graph = term.graph
    space = graph.constant(" ", "string")
    ends = [(start, None if start == n - 1 else start + 1 - n) for start in range(n)]
    first, *others = (term.slice(start, end) for start, end in ends)
    for other in others:
        first = graph.op("StringConcat", graph.op("StringConcat", first, space), other)
    first_rows, last_rows = rows.slice(*ends[0]), rows.slice(*ends[-1])
    return Words(first, first_rows, words.n_rows).where(first_rows.equals(last_rows))


@cache
def _word_characters() -> str:
    r"""The characters that Polars takes `\w` for, as a class of ranges for RE2."""
    codes = np.array([code for code in range(_CODE_POINTS) if code not in _SURROGATES])
    characters = pl.Series([chr(code) for code in codes])
    found = codes[characters.str.contains(r"^\w$").to_numpy()]
    breaks = np.flatnonzero(np.diff(found) != 1) + 1
    parts = np.split(found, breaks)
    return "[" + "".join(rf"\x{{{part[0]:X}}}-\x{{{part[-1]:X}}}" for part in parts) + "]"
