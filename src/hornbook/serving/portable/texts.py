"""Handlings of texts."""

from __future__ import annotations

from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .handling import Handling, register
from .values import Values, as_texts
from .words import Counts, count_terms, hashed_columns

__all__ = ["Tokens"]

_FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'
_SPACES = str.maketrans(_FILTERS, " " * len(_FILTERS))


class TextHandling(Handling):
    """A handling of texts; a missing text is an empty one."""

    def missing(self, values: Values) -> NDArray[np.bool_]:
        return np.array([not text for text in as_texts(self.column, values)], np.bool_)


class VocabularyHandling(TextHandling):
    """A column for each term of a vocabulary."""

    def transform(self, values: Values) -> NDArray[np.float32]:
        n_terms = len(self._places)
        array = np.zeros((len(values), n_terms), np.float32)
        texts = as_texts(self.column, values)
        for start, counts in count_terms(texts, self.state["terms"], n_terms, self._find):
            self.weigh(counts).fill(array[start : start + counts.shape[0]])
        return array

    def weigh(self, counts: Counts) -> Counts:
        """What stands for how often a text has each term."""
        raise NotImplementedError

    @cached_property
    def _places(self) -> dict[str, int]:
        return {term: place for place, term in enumerate(self.state["vocabulary"])}

    def _find(self, terms: list[str]) -> tuple[NDArray[np.int64], None]:
        return np.array([self._places.get(term, -1) for term in terms], np.int64), None


@register("text", "count")
class Count(VocabularyHandling):
    """How often a text has each term, or whether it has it."""

    def weigh(self, counts: Counts) -> Counts:
        if self.state["presence"]:
            return counts.with_values(np.ones_like(counts.values))
        return counts


@register("text", "tfidf")
class Tfidf(VocabularyHandling):
    """How often a text has each term, times the weight of the term."""

    def weigh(self, counts: Counts) -> Counts:
        if self.state["sublinear"]:
            counts = counts.with_values(1.0 + np.log(counts.values))
        weighed = counts.scaled(self.arrays["weights"])
        return weighed.normalized() if self.state["norm"] == "l2" else weighed


@register("text", "hash")
class Hash(TextHandling):
    """Signed counts of the terms whose hashes fall into each column."""

    def transform(self, values: Values) -> NDArray[np.float32]:
        n_features: int = self.state["n_features"]
        array = np.zeros((len(values), n_features), np.float32)
        texts = as_texts(self.column, values)
        find = partial(hashed_columns, n_columns=n_features)
        for start, counts in count_terms(texts, self.state["terms"], n_features, find):
            weighed = counts.normalized() if self.state["norm"] == "l2" else counts
            weighed.fill(array[start : start + counts.shape[0]])
        return array


@register("text", "hash_svd")
class Svd(TextHandling):
    """Hashed terms in the space of a few components."""

    def transform(self, values: Values) -> NDArray[np.float32]:
        weights, components = self.arrays["weights"], self.arrays["components"]
        array = np.zeros((len(values), components.shape[1]), np.float32)
        position = np.full(len(weights), -1, np.int64)
        position[self.arrays["known"]] = np.arange(len(self.arrays["known"]))
        texts = as_texts(self.column, values)
        find = partial(hashed_columns, n_columns=len(weights))
        for start, counts in count_terms(texts, self.state["terms"], len(weights), find):
            rows = counts.scaled(weights).normalized()
            known = position[rows.columns] >= 0
            of_rows, columns = rows.rows[known], position[rows.columns[known]]
            array[start : start + counts.shape[0]] = _product(
                of_rows, columns, rows.values[known], components, counts.shape[0]
            )
        return array


def _product(
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    values: NDArray[np.float64],
    matrix: NDArray[np.float32],
    n_rows: int,
) -> NDArray[np.float64]:
    """A sparse matrix, row by row, times a dense one."""
    product = np.zeros((n_rows, matrix.shape[1]))
    starts = np.searchsorted(rows, np.arange(n_rows + 1))
    for row in range(n_rows):
        part = slice(starts[row], starts[row + 1])
        product[row] = values[part] @ matrix[columns[part]]
    return product


@register("text", "custom")
class Tokens(TextHandling):
    """The numbers of the words of a text, as `TokenizerProcessor` gives them.

    Any other processor of the user's own is not carried.
    """

    def transform(self, values: Values) -> NDArray[Any]:
        how = self.state["arguments"]
        length: int = how["max_len"]
        dtype = self.state["output"]["dtype"]
        sequences = np.zeros((len(values), length), dtype)
        for row, text in enumerate(as_texts(self.column, values)):
            words = text.lower().translate(_SPACES).split(" ")
            numbers = [self._numbers[word] for word in words if word in self._numbers]
            if how["truncating"] == "pre":
                numbers = numbers[max(0, len(numbers) - length) :]
            numbers = numbers[:length]
            start = length - len(numbers) if how["padding"] == "pre" else 0
            sequences[row, start : start + len(numbers)] = numbers
        return sequences

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {word: number for number, word in enumerate(self.state["words"], start=1)}
