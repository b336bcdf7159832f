"""Categories as the mere fact that there is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hornbook.data import NUMBERS, Storage
from hornbook.features.categories import spelled
from hornbook.features.handling import (
    FeatureType,
    FittedHandling,
    Handling,
    OutputColumn,
    State,
    register_handling,
)

__all__ = ["CategoricalFlag", "FittedCategoricalFlag"]


@dataclass(frozen=True)
class FittedCategoricalFlag(FittedHandling):
    """1 where the column has a value, 0 where it is missing; one output column."""

    column: str

    @property
    def outputs(self) -> tuple[OutputColumn, ...]:
        return (OutputColumn(f"{self.column}:present", self.column),)

    def transform(self, series: pl.Series) -> NDArray[np.float32]:
        return spelled(series).is_not_null().to_numpy().astype(np.float32)[:, np.newaxis]

    def state(self) -> State:
        return State({})

    @classmethod
    def from_state(cls, column: str, state: State) -> Self:
        del state
        return cls(column)


@register_handling
class CategoricalFlag(Handling):
    """Flag presence: 1 for any category, unseen ones included, and 0 for a missing value."""

    feature_type: ClassVar[FeatureType] = FeatureType.CATEGORICAL
    name: ClassVar[str] = "flag"
    fitted_class: ClassVar[type[FittedHandling]] = FittedCategoricalFlag
    storages: ClassVar[frozenset[Storage]] = NUMBERS | {Storage.STRING}

    def storage_to_read(self, trained: Storage) -> Storage:
        # Any text is a value; read as a number it might be none.
        return Storage.STRING if trained is Storage.INTEGER else trained

    def statistics(self, column: str) -> dict[str, pl.Expr]:
        del column
        return {}

    def fit(self, column: str, blocks: Sequence[Mapping[str, Any]]) -> FittedCategoricalFlag:
        del blocks
        return FittedCategoricalFlag(column)
