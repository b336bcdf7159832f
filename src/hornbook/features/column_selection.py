"""Feature reduction by keeping some columns: what correlation, trees and lasso come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from hornbook.features.handling import OutputColumn, State
from hornbook.features.step import FittedStep, register_fitted_step

__all__ = ["ColumnSelection", "largest"]


@register_fitted_step
@dataclass(frozen=True)
class ColumnSelection(FittedStep):
    """Keeps columns as they are, in their order.

    Attributes:
        method: which reduction chose them.
        kept: their positions, ascending.
        scores: of all columns, kept or not, by which they were chosen.
    """

    name: ClassVar[str] = "selection"

    method: str
    kept: tuple[int, ...]
    scores: tuple[float, ...]

    def outputs(self, columns: tuple[OutputColumn, ...]) -> tuple[OutputColumn, ...]:
        return tuple(columns[position] for position in self.kept)

    @cached_property
    def _positions(self) -> NDArray[np.intp]:
        return np.array(self.kept, np.intp)

    def transform(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.ascontiguousarray(values[:, self._positions])

    def state(self) -> State:
        return State(
            {"method": self.method, "kept": list(self.kept)},
            {"scores": np.array(self.scores, np.float64)},
        )

    @classmethod
    def from_state(cls, state: State) -> Self:
        return cls(
            state.values["method"],
            tuple(state.values["kept"]),
            tuple(state.arrays["scores"].tolist()),
        )


def largest(scores: NDArray[Any], keep: int, among: Sequence[int] | NDArray[Any]) -> NDArray[Any]:
    """The positions of the `keep` largest scores, ascending; of equal ones the first.

    Args:
        scores: of all columns.
        keep: how many.
        among: the positions to choose from.
    """
    candidates = np.asarray(among, np.intp)
    ranked = candidates[np.argsort(-scores[candidates], kind="stable")]
    return np.sort(ranked[:keep])
