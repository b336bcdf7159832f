"""Numbers as a flag: whether there is one."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hornbook.features.handling import register_handling
from hornbook.features.numbers import NumberHandling, as_numbers
from hornbook.features.presence import FittedPresence, PresenceHandling

__all__ = ["FittedNumericalFlag", "NumericalFlag"]


class FittedNumericalFlag(FittedPresence):
    """1 where there is a number, 0 where it is missing, NaN or infinite."""

    def transform(self, series: pl.Series) -> NDArray[np.float32]:
        return np.isfinite(as_numbers(series)).astype(np.float32)[:, np.newaxis]


@register_handling
class NumericalFlag(PresenceHandling, NumberHandling):
    """Replace by a 0/1 flag that says whether a number is there; nothing is learnt."""

    fitted_class: ClassVar[type[FittedPresence]] = FittedNumericalFlag
