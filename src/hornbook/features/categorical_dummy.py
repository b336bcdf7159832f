"""Categories as dummies: one 0/1 column a category."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Literal, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import Field

from hornbook.data import NUMBERS, Storage
from hornbook.errors import FeatureError
from hornbook.features.handling import (
    FeatureType,
    FittedHandling,
    Handling,
    OutputColumn,
    State,
    column_expression,
    register_handling,
)

__all__ = ["CategoricalDummy", "FittedCategoricalDummy"]

_MISSING_OUTPUT = "(missing)"


@dataclass(frozen=True)
class FittedCategoricalDummy(FittedHandling):
    """One output column for each kept category, then one for missing values if kept.

    A category that is not kept, unseen ones included, is a row of zeros.

    Attributes:
        column: the column of the table.
        categories: the kept categories, most frequent first.
        missing_column: whether missing values have a column of their own.
        impute_value: the category that stands in for missing values, if any does.
    """

    column: str
    categories: tuple[str, ...]
    missing_column: bool
    impute_value: str | None

    @cached_property
    def outputs(self) -> tuple[OutputColumn, ...]:
        names = [*self.categories, *([_MISSING_OUTPUT] if self.missing_column else [])]
        return tuple(OutputColumn(f"{self.column}:{name}", self.column) for name in names)

    def transform(self, series: pl.Series) -> NDArray[np.float32]:
        text = self._spelled(series)
        if self.impute_value is not None:
            text = text.fill_null(self.impute_value)
        codes = text.cast(pl.Enum(self.categories), strict=False).to_physical()
        known = codes.is_not_null().to_numpy()
        dummies = np.zeros((len(series), len(self.outputs)), np.float32)
        rows = np.flatnonzero(known)
        dummies[rows, codes.drop_nulls().to_numpy()] = 1.0
        if self.missing_column:
            dummies[:, -1] = text.is_null().to_numpy()
        return dummies

    def _spelled(self, series: pl.Series) -> pl.Series:
        """The values as text, NaN as missing.

        A whole number is spelled as the train rows spelled it: a column of integers arrives as
        floats once some of them are missing, and 3.0 must then meet the category 3.
        """
        if series.dtype.is_float():
            text = series.fill_nan(None).cast(pl.String)
            other = text.str.strip_suffix(".0")
        elif series.dtype.is_integer():
            text = series.cast(pl.String)
            other = text + ".0"
        else:
            return series.cast(pl.String, strict=False)
        known = list(self.categories)
        respelled = other.is_in(known) & ~text.is_in(known)
        return other.zip_with(respelled.fill_null(value=False), text)

    def state(self) -> State:
        return State(
            {
                "categories": list(self.categories),
                "missing_column": self.missing_column,
                "impute_value": self.impute_value,
            }
        )

    @classmethod
    def from_state(cls, column: str, state: State) -> Self:
        values = dict(state.values)
        return cls(column, tuple(values.pop("categories")), **values)


@register_handling
class CategoricalDummy(Handling):
    """Dummy (one-hot) encoding.

    The three limits apply together, from the most frequent category down; ties are taken
    in alphabetical order.
    """

    feature_type: ClassVar[FeatureType] = FeatureType.CATEGORICAL
    name: ClassVar[str] = "dummy"
    fitted_class: ClassVar[type[FittedHandling]] = FittedCategoricalDummy
    is_default: ClassVar[bool] = True
    storages: ClassVar[frozenset[Storage]] = NUMBERS | {Storage.STRING}

    max_categories: int = Field(
        100, ge=1, description="keep at most this many categories, the most frequent ones"
    )
    cumulative_share: float = Field(
        1.0, gt=0, le=1, description="keep the most frequent categories that cover this share"
    )
    min_rows: int = Field(1, ge=1, description="keep categories with at least this many rows")
    drop_one: bool = Field(
        False, description="leave the least frequent kept category out, as all zeros"
    )
    missing: Literal["own_category", "impute", "drop_rows"] = Field(
        "own_category",
        description="a column of its own, fill in a category, or leave the row out",
    )
    impute_with: Literal["most_frequent", "constant"] = Field(
        "most_frequent", description="which category to fill in"
    )
    impute_value: str = Field("", description="the constant category to fill in")

    def storage_to_read(self, trained: Storage) -> Storage:
        # Codes of digits in one file may meet a code with a letter in the next.
        return Storage.STRING if trained is Storage.INTEGER else trained

    def statistics(self, column: str) -> dict[str, pl.Expr]:
        values = column_expression(column).cast(pl.String, strict=False)
        return {
            "missing": values.null_count(),
            "counts": values.drop_nulls().alias("category").value_counts(name="count").implode(),
        }

    def fit(self, column: str, blocks: Sequence[Mapping[str, Any]]) -> FittedCategoricalDummy:
        missing = sum(block["missing"] for block in blocks)
        counts: Counter[str] = Counter()
        for block in blocks:
            counts.update({row["category"]: row["count"] for row in block["counts"]})
        ranked = sorted(counts, key=lambda category: (-counts[category], category))
        if not ranked and self.missing != "own_category":
            name = json.dumps(column, ensure_ascii=False)
            raise FeatureError(
                f"Column '{column}' has no category in the train rows.",
                fix=f'Reject the feature: [features] {name} = {{ role = "reject" }}.',
            )
        impute_value = None
        if self.missing == "impute":
            impute_value = ranked[0] if self.impute_with == "most_frequent" else self.impute_value
            counts[impute_value] = counts[impute_value] + missing
            ranked = sorted(counts, key=lambda category: (-counts[category], category))
        kept = self._kept(ranked, counts)
        if self.drop_one and len(kept) > 1:
            kept = kept[:-1]
        missing_column = self.missing == "own_category" and (missing > 0 or not kept)
        return FittedCategoricalDummy(column, tuple(kept), missing_column, impute_value)

    def _kept(self, ranked: list[str], counts: Mapping[str, int]) -> list[str]:
        total = sum(counts.values())
        kept: list[str] = []
        covered = 0
        for category in ranked[: self.max_categories]:
            if counts[category] < self.min_rows or covered / total >= self.cumulative_share:
                break
            kept.append(category)
            covered += counts[category]
        return kept
