"""Categories as a flag: whether there is one."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hornbook.features.categorical import CategoryHandling
from hornbook.features.categories import spelled
from hornbook.features.handling import register_handling
from hornbook.features.presence import FittedPresence, PresenceHandling

__all__ = ["CategoricalFlag", "FittedCategoricalFlag"]


class FittedCategoricalFlag(FittedPresence):
    """1 where there is a category, 0 where it is missing or NaN."""

    def transform(self, series: pl.Series) -> NDArray[np.float32]:
        return spelled(series).is_not_null().to_numpy().astype(np.float32)[:, np.newaxis]


@register_handling
class CategoricalFlag(PresenceHandling, CategoryHandling):
    """Flag presence: 1 for any category, unseen ones included, and 0 for a missing value."""

    fitted_class: ClassVar[type[FittedPresence]] = FittedCategoricalFlag
