"""Handlings of categories."""

from __future__ import annotations

from functools import cached_property
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .handling import Handling, register
from .values import Values, spelled

__all__ = ["texts_of_arrays"]

_MISSING = b"missing"


class CategoryHandling(Handling):
    """A handling of categories: values are texts, whole numbers among them without decimals."""

    def filled(self, values: Values) -> list[str | None]:
        """The categories; missing ones as what stands in for them, if anything does."""
        stand_in = self.state.get("impute_value")
        found = [spelled(value) for value in values]
        return [stand_in if one is None else one for one in found]

    def missing(self, values: Values) -> NDArray[np.bool_]:
        return np.array([spelled(value) is None for value in values], np.bool_)


class VocabularyHandling(CategoryHandling):
    """A handling that looks categories up in a list."""

    @property
    def categories(self) -> list[str]:
        """The list."""
        return texts_of_arrays(self.arrays)

    @cached_property
    def _places(self) -> dict[str | None, int]:
        places: dict[str | None, int] = {one: place for place, one in enumerate(self.categories)}
        return {**places, None: len(places) + 1}

    def codes(self, values: Values) -> NDArray[np.int64]:
        """The place of each category; one after the last for unseen ones, then missing ones."""
        places = self._places
        unseen = len(places) - 1
        return np.array([places.get(one, unseen) for one in self.filled(values)], np.int64)


@register("categorical", "dummy")
class Dummy(VocabularyHandling):
    """A 0/1 column for each category."""

    @property
    def categories(self) -> list[str]:
        return list(self.state["categories"])

    def transform(self, values: Values) -> NDArray[np.float32]:
        n_categories = len(self.categories)
        codes = self.codes(values)
        dummies = np.zeros((len(values), n_categories + 2), np.float32)
        dummies[np.arange(len(values)), codes] = 1.0
        # Between the categories and the missing ones stand the unseen ones, which have no column.
        dummies[:, n_categories] = dummies[:, n_categories + 1]
        return np.ascontiguousarray(dummies[:, : n_categories + self.state["missing_column"]])


@register("categorical", "index")
class Index(VocabularyHandling):
    """0 for unseen categories, 1 for missing ones, the others from 2 on."""

    def transform(self, values: Values) -> NDArray[np.int32]:
        codes = (self.codes(values) + 2) % (len(self.categories) + 2)
        return codes.astype(np.int32)[:, np.newaxis]


@register("categorical", "ordinal", "frequency", "impact", "glmm")
class Looked(VocabularyHandling):
    """Numbers that each category stands for."""

    def transform(self, values: Values) -> NDArray[np.float32]:
        numbers: NDArray[np.float32] = np.take(self.arrays["values"][0], self.codes(values), axis=0)
        return numbers


@register("categorical", "hash")
class Hash(CategoryHandling):
    """1 or -1 in the column that a hash of the category names."""

    def transform(self, values: Values) -> NDArray[np.float32]:
        n_features: int = self.state["n_features"]
        hashed = np.zeros((len(values), n_features), np.float32)
        known: dict[str | None, int] = {}
        for row, category in enumerate(self.filled(values)):
            if category not in known:
                known[category] = _hash(category)
            number = known[category]
            sign = -1.0 if self.state["signed"] and number >> 63 else 1.0
            hashed[row, (number & (2**63 - 1)) % n_features] = sign
        return hashed


@register("categorical", "flag")
class Flag(CategoryHandling):
    """Whether there is a category."""

    def transform(self, values: Values) -> NDArray[np.float32]:
        return (~self.missing(values)).astype(np.float32)[:, np.newaxis]


def texts_of_arrays(arrays: Any) -> list[str]:
    """A list of texts that is kept as their bytes and where each ends."""
    content = arrays["category_bytes"].tobytes()
    ends = arrays["category_ends"].tolist()
    starts = [0, *ends[:-1]]
    return [content[start:end].decode() for start, end in zip(starts, ends, strict=False)]


def _hash(category: str | None) -> int:
    text = "" if category is None else category
    person = _MISSING if category is None else b""
    return int.from_bytes(blake2b(text.encode(), digest_size=8, person=person).digest(), "little")
