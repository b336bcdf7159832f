"""A column as the mere fact that it has a value; nothing is learnt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import polars as pl

from hornbook.features.handling import FittedHandling, Handling, OutputColumn, State

__all__ = ["FittedPresence", "PresenceHandling"]


@dataclass(frozen=True)
class FittedPresence(FittedHandling):
    """1 where the column has a value, 0 where it is missing; a subclass tells which is which.

    Attributes:
        column: the column of the table.
    """

    column: str

    @property
    def outputs(self) -> tuple[OutputColumn, ...]:
        return (OutputColumn(f"{self.column}:present", self.column),)

    def state(self) -> State:
        return State({})

    @classmethod
    def from_state(cls, column: str, state: State) -> Self:
        del state
        return cls(column)


class PresenceHandling(Handling):
    """A handling without options that flags presence."""

    name: ClassVar[str] = "flag"
    fitted_class: ClassVar[type[FittedPresence]]

    def statistics(self, column: str) -> dict[str, pl.Expr]:
        del column
        return {}

    def fit(self, column: str, blocks: Sequence[Mapping[str, Any]]) -> FittedPresence:
        del blocks
        return self.fitted_class(column)
