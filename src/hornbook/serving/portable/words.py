"""Texts as words: found, counted in columns, hashed."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Counts", "count_terms", "hashed_columns", "terms_of"]

_LONGEST_WORD = 100
_ASCII_WORD = re.compile(r"[A-Za-z0-9_]{2,}")
_WORD_CATEGORIES = frozenset(("Lu", "Ll", "Lt", "Lm", "Lo", "Nl", "Mn", "Mc", "Me", "Nd", "Pc"))
_MORE_WORD_CHARACTERS = (
    *(0x200C, 0x200D),
    # Letters in circles and squares.
    *range(0x24B6, 0x24EA),
    *range(0x1F130, 0x1F14A),
    *range(0x1F150, 0x1F16A),
    *range(0x1F170, 0x1F18A),
)
_C1, _C2 = np.uint32(0xCC9E2D51), np.uint32(0x1B873593)
_TEXTS_AT_ONCE = 1024


class Counts:
    """How often texts have each term, as the values of a sparse matrix, row by row.

    Attributes:
        rows, columns: of each value; ascending, columns within a row.
        values: of each place.
        shape: of the matrix.
    """

    def __init__(
        self,
        rows: NDArray[np.int64],
        columns: NDArray[np.int64],
        values: NDArray[np.float64],
        shape: tuple[int, int],
    ) -> None:
        self.rows, self.columns, self.values, self.shape = rows, columns, values, shape

    def with_values(self, values: NDArray[np.float64]) -> Counts:
        """Other values in the same places."""
        return Counts(self.rows, self.columns, values, self.shape)

    def scaled(self, weights: NDArray[Any]) -> Counts:
        """Every column times its weight."""
        return self.with_values(self.values * weights[self.columns])

    def normalized(self) -> Counts:
        """Every row divided by its Euclidean length."""
        lengths = np.sqrt(np.bincount(self.rows, self.values * self.values, self.shape[0]))
        lengths[lengths == 0] = 1.0
        return self.with_values(self.values / lengths[self.rows])

    def fill(self, array: NDArray[np.float32]) -> None:
        """Writes the values into an array of zeros."""
        array[self.rows, self.columns] = self.values


def count_terms(
    texts: Sequence[str],
    how: Mapping[str, Any],
    n_columns: int,
    find_columns: Callable[[list[str]], tuple[NDArray[np.int64], NDArray[Any] | None]],
) -> list[tuple[int, Counts]]:
    """The terms of texts counted in columns, some texts at a time.

    Args:
        texts: without missing ones.
        how: `lowercase`, `min_words`, `max_words` and `stop_words`.
        n_columns: how many columns there are.
        find_columns: of terms, -1 where a term has none; and what each adds, if not 1.

    Returns:
        The position of the first text with the counts of each part.
    """
    parts = []
    for start in range(0, len(texts), _TEXTS_AT_ONCE):
        some = texts[start : start + _TEXTS_AT_ONCE]
        found = [terms_of(text, how) for text in some]
        terms = [term for of_text in found for term in of_text]
        rows = np.repeat(np.arange(len(some)), [len(of_text) for of_text in found])
        columns, amounts = find_columns(terms)
        known = columns >= 0
        amounts = np.ones(len(columns)) if amounts is None else amounts
        places = rows[known] * n_columns + columns[known]
        there, inverse = np.unique(places, return_inverse=True)
        sums = np.bincount(inverse, amounts[known], len(there)).astype(np.float64)
        of_rows, of_columns = np.divmod(there, n_columns)
        parts.append((start, Counts(of_rows, of_columns, sums, (len(some), n_columns))))
    return parts


def terms_of(text: str, how: Mapping[str, Any]) -> list[str]:
    """The terms of one text: words of two or more characters, and runs of them."""
    if how["lowercase"]:
        text = text.lower()
    pattern = _ASCII_WORD if text.isascii() else _word()
    stop_words = _stop_words(tuple(how["stop_words"]), bool(how["lowercase"]))
    words = [
        word
        for word in pattern.findall(text)
        if len(word) <= _LONGEST_WORD and word not in stop_words
    ]
    if how["max_words"] == 1:
        return words
    return [
        " ".join(words[at : at + n])
        for n in range(how["min_words"], how["max_words"] + 1)
        for at in range(len(words) - n + 1)
    ]


@lru_cache
def _stop_words(words: tuple[str, ...], lowercase: bool) -> frozenset[str]:
    return frozenset(word.lower() if lowercase else word for word in words)


@lru_cache
def _word() -> re.Pattern[str]:
    r"""Two or more characters of words, as Unicode Technical Standard 18 defines `\w`.

    Python's own `\w` has no combining marks, which words of many languages are written with.
    """
    members = np.zeros(sys.maxunicode + 2, np.bool_)
    for code in range(sys.maxunicode + 1):
        members[code] = unicodedata.category(chr(code)) in _WORD_CATEGORIES
    members[list(_MORE_WORD_CHARACTERS)] = True
    edges = np.flatnonzero(np.diff(members.astype(np.int8), prepend=0)).reshape(-1, 2)
    ranges = "".join(f"\\U{start:08x}-\\U{end - 1:08x}" for start, end in edges.tolist())
    return re.compile(f"[{ranges}]{{2,}}")


def hashed_columns(
    terms: list[str], n_columns: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The column that each term falls into by its hash, and the sign with which it counts."""
    hashes = _hashes([term.encode() for term in terms]).astype(np.int64)
    return np.abs(hashes) % n_columns, np.where(hashes >= 0, 1.0, -1.0)


def _hashes(terms: list[bytes]) -> NDArray[np.int32]:
    """`MurmurHash3_x86_32` of texts with the seed 0, four bytes of all of them at a time."""
    lengths = np.array([len(term) for term in terms], np.int64)
    n_words = -(-lengths // 4)
    starts = np.concatenate([[0], np.cumsum(n_words)])[:-1].astype(np.int64)
    padded = b"".join(term + b"\0" * (-len(term) % 4) for term in terms)
    words = np.frombuffer(padded, "<u4").astype(np.uint32)
    hashes = np.zeros(len(terms), np.uint32)
    order = np.argsort(-lengths, kind="stable")
    descending = -lengths[order]
    for position in range(int(n_words.max(initial=0))):
        whole = int(np.searchsorted(descending, -(4 * position + 4), side="right"))
        begun = int(np.searchsorted(descending, -(4 * position + 1), side="right"))
        here = order[:begun]
        hashes[here] ^= _rotated(words[starts[here] + position] * _C1, 15) * _C2
        here = order[:whole]
        hashes[here] = _rotated(hashes[here], 13) * np.uint32(5) + np.uint32(0xE6546B64)
    hashes ^= lengths.astype(np.uint32)
    hashes ^= hashes >> np.uint32(16)
    hashes *= np.uint32(0x85EBCA6B)
    hashes ^= hashes >> np.uint32(13)
    hashes *= np.uint32(0xC2B2AE35)
    hashes ^= hashes >> np.uint32(16)
    return hashes.view(np.int32)


def _rotated(values: NDArray[np.uint32], bits: int) -> NDArray[np.uint32]:
    return (values << np.uint32(bits)) | (values >> np.uint32(32 - bits))
