"""A hash of terms that is the same on every machine and in every version: MurmurHash3."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

__all__ = ["hash_terms", "hashed_columns"]

_C1, _C2 = np.uint32(0xCC9E2D51), np.uint32(0x1B873593)


def hash_terms(terms: pl.Series) -> NDArray[np.int32]:
    """The 32-bit MurmurHash3 of the UTF-8 bytes of each term, with the seed 0, as signed numbers.

    The algorithm is Austin Appleby's `MurmurHash3_x86_32`, which scikit-learn's
    `HashingVectorizer` takes too. All terms are hashed at once, four bytes of each at a time.

    Args:
        terms: texts without nulls.

    Returns:
        Shape `(n_terms,)`.

    Example:
        >>> hash_terms(pl.Series(["foo", ""])).tolist()
        [-156908512, 0]
    """
    lengths = terms.str.len_bytes().to_numpy().astype(np.int64)
    # Every term on a multiple of four bytes, with zeros after it: then each is a row of words.
    n_words = -(-lengths // 4)
    starts = np.concatenate([[0], np.cumsum(n_words)])[:-1]
    words = _padded_bytes(terms, lengths, starts * 4, int(n_words.sum()) * 4).view("<u4")
    hashes = np.zeros(len(terms), np.uint32)
    order = np.argsort(-lengths, kind="stable")
    descending = -lengths[order]
    for position in range(int(n_words.max(initial=0))):
        # Those with a whole word here, then those with one that the term ends within.
        whole = int(np.searchsorted(descending, -(4 * position + 4), side="right"))
        begun = int(np.searchsorted(descending, -(4 * position + 1), side="right"))
        here = order[:begun]
        mixed = _rotated(words[starts[here] + position] * _C1, 15) * _C2
        hashes[here] ^= mixed
        here = order[:whole]
        hashes[here] = _rotated(hashes[here], 13) * np.uint32(5) + np.uint32(0xE6546B64)
    hashes ^= lengths.astype(np.uint32)
    hashes ^= hashes >> np.uint32(16)
    hashes *= np.uint32(0x85EBCA6B)
    hashes ^= hashes >> np.uint32(13)
    hashes *= np.uint32(0xC2B2AE35)
    hashes ^= hashes >> np.uint32(16)
    return hashes.view(np.int32)


def hashed_columns(
    terms: pl.Series, n_columns: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The column that each term falls into, and the sign with which it counts there.

    Terms that share a column by chance tend to cancel out rather than to add up: K. Weinberger
    and others, *Feature hashing for large scale multitask learning*, 2009.

    Args:
        terms: texts without nulls.
        n_columns: how many columns there are.

    Returns:
        `|hash| mod n_columns`, and 1 or -1 as the hash is 0 and more or less; shape
        `(n_terms,)` each.
    """
    hashes = hash_terms(terms).astype(np.int64)
    return np.abs(hashes) % n_columns, np.where(hashes >= 0, 1.0, -1.0)


def _padded_bytes(
    terms: pl.Series, lengths: NDArray[np.int64], starts: NDArray[np.int64], size: int
) -> NDArray[np.uint8]:
    """The bytes of all terms, each from its start on."""
    content = terms.str.join("").item() if len(terms) else ""
    source = np.frombuffer(content.encode(), np.uint8)
    ends = np.cumsum(lengths)
    padded = np.zeros(size, np.uint8)
    padded[np.arange(len(source)) + np.repeat(starts - (ends - lengths), lengths)] = source
    return padded


def _rotated(values: NDArray[np.uint32], bits: int) -> NDArray[np.uint32]:
    return (values << np.uint32(bits)) | (values >> np.uint32(32 - bits))
