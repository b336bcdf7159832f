"""What is kept of a column's values so that later ones can be held against them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hornbook.features.categories import spelled
from hornbook.features.handling import FeatureType

__all__ = ["ColumnSketch", "SketchKind", "sketch"]

SketchKind = Literal["numbers", "categories", "texts", "presence"]

_MOST_NUMBERS = 10_000
_MOST_CATEGORIES = 1_000
_MOST_WORDS = 20_000
_LONGEST_CATEGORY = 200
_CHECKED_SHARE = 0.1
_WORD = r"\w\w+"

_KINDS: dict[FeatureType, SketchKind] = {
    FeatureType.NUMERICAL: "numbers",
    FeatureType.DATE: "numbers",
    FeatureType.VECTOR: "numbers",
    FeatureType.CATEGORICAL: "categories",
    FeatureType.TEXT: "texts",
    FeatureType.IMAGE: "presence",
}


@dataclass(frozen=True)
class ColumnSketch:
    """A sample of a column, small whatever the table's size.

    Attributes:
        column: its name.
        kind: what is kept.
        n_rows: of the sample.
        missing: of these, rows without a value.
        numbers: sorted, at most 10,000; dates in seconds since 1970, of vectors their lengths, of
            texts how many words they have.
        counts: rows of each category, the most frequent 1,000; of texts, how often each word
            comes, the most frequent 20,000.
        others: rows of categories that are not told apart.
        checked_words: of texts that were kept out of `counts`, how many words they have.
        unknown_words: how many of these are not in `counts`.
    """

    column: str
    kind: SketchKind
    n_rows: int
    missing: int
    numbers: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    counts: Mapping[str, int] = field(default_factory=dict)
    others: int = 0
    checked_words: int = 0
    unknown_words: int = 0

    def to_json(self) -> dict[str, Any]:
        """All but the numbers, as JSON values."""
        return {
            "column": self.column,
            "kind": self.kind,
            "n_rows": self.n_rows,
            "missing": self.missing,
            "counts": dict(self.counts),
            "others": self.others,
            "checked_words": self.checked_words,
            "unknown_words": self.unknown_words,
        }

    @classmethod
    def from_json(cls, values: dict[str, Any], numbers: NDArray[np.float64]) -> Self:
        """The sketch that `to_json` wrote, with its numbers."""
        return cls(**values, numbers=numbers)


def sketch(
    column: str, values: pl.Series, kind: FeatureType, *, seed: int = 0, whole: bool = False
) -> ColumnSketch:
    """The sketch of some values, drawn at random from a column or all of it.

    Args:
        column: its name.
        values: as they stand in the table.
        kind: how a design reads them.
        seed: of what is drawn further.
        whole: whether to keep all categories and words and check none, for a sketch that is held
            against a kept one and not kept itself.

    Example:
        >>> sketch("c", pl.Series(["a", "b", "a", None]), FeatureType.CATEGORICAL).counts
        {'a': 2, 'b': 1}
    """
    values = values.alias("values")
    known = _known(values, kind)
    shape = _KINDS[kind]
    told: dict[str, Any] = {
        "column": column,
        "kind": shape,
        "n_rows": len(values),
        "missing": len(values) - len(known),
    }
    if shape == "numbers":
        return ColumnSketch(**told, numbers=_drawn(_numbers(known, kind), seed))
    if shape == "categories":
        return ColumnSketch(**told, **_counted(known, None if whole else _MOST_CATEGORIES))
    if shape == "texts":
        words = known.str.to_lowercase().str.extract_all(_WORD)
        lengths = words.list.len().cast(pl.Float64).to_numpy()
        return ColumnSketch(**told, numbers=_drawn(lengths, seed), **_words(words, whole=whole))
    return ColumnSketch(**told)


def _known(values: pl.Series, kind: FeatureType) -> pl.Series:
    """The values that are there, categories as they are spelled."""
    if kind is FeatureType.CATEGORICAL:
        return spelled(values).drop_nulls().str.slice(0, _LONGEST_CATEGORY)
    if kind in (FeatureType.TEXT, FeatureType.IMAGE):
        texts = values.cast(pl.String, strict=False)
        return texts.filter(texts.fill_null("") != "")
    if kind is FeatureType.NUMERICAL:
        numbers = values.cast(pl.Float64, strict=False)
        return numbers.filter(numbers.is_finite().fill_null(value=False))
    return values.drop_nulls()


def _numbers(known: pl.Series, kind: FeatureType) -> NDArray[np.float64]:
    if kind is FeatureType.DATE:
        moments = known.cast(pl.Datetime("us"), strict=False).drop_nulls()
        return (moments.dt.epoch("us") / 1e6).to_numpy()
    if kind is FeatureType.VECTOR:
        vectors = known.cast(pl.List(pl.Float64), strict=False).drop_nulls()
        squares = vectors.list.eval(pl.element() ** 2).list.sum()
        return squares.sqrt().to_numpy()
    return known.to_numpy()


def _drawn(numbers: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    if len(numbers) > _MOST_NUMBERS:
        numbers = np.random.default_rng(seed).choice(numbers, _MOST_NUMBERS, replace=False)
    return np.sort(numbers.astype(np.float64))


def _counted(values: pl.Series, most: int | None) -> dict[str, Any]:
    counted = values.value_counts(sort=True, name="rows")
    # Of equally frequent ones always the same are kept.
    counted = counted.sort("rows", counted.columns[0], descending=[True, False])
    kept = counted if most is None else counted.head(most)
    counts = dict(zip(kept.to_series(0).to_list(), kept["rows"].to_list(), strict=True))
    return {"counts": counts, "others": len(values) - sum(counts.values())}


def _words(words: pl.Series, *, whole: bool) -> dict[str, Any]:
    """The counts of words; a tenth of the texts only says how many words others do not have."""
    n_checked = 0 if whole else int(len(words) * _CHECKED_SHARE)
    counted = _counted(_flat(words[n_checked:]), None if whole else _MOST_WORDS)
    checked = _flat(words[:n_checked])
    unknown = ~checked.is_in(list(counted["counts"]))
    return {
        "counts": counted["counts"],
        "checked_words": len(checked),
        "unknown_words": int(unknown.sum()),
    }


def _flat(words: pl.Series) -> pl.Series:
    return words.explode().drop_nulls()
