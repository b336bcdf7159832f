"""Feature generation: sums, differences and products of pairs of numerical columns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from hornbook.errors import FeatureError
from hornbook.features.handling import FitContext, OutputColumn, State
from hornbook.features.step import FittedStep, TrainRows, register_fitted_step

__all__ = ["FittedGeneration", "Generation"]

_LARGEST = np.finfo(np.float32).max


@register_fitted_step
@dataclass(frozen=True)
class FittedGeneration(FittedStep):
    """The columns there are, then `a+b` and `a-b`, or `a*b`, or all three, of each pair.

    Attributes:
        pairs: positions of the columns a and b.
        linear: whether sums and differences are made.
        polynomial: whether products are made.
    """

    name: ClassVar[str] = "generation"

    pairs: tuple[tuple[int, int], ...]
    linear: bool
    polynomial: bool

    def outputs(self, columns: tuple[OutputColumn, ...]) -> tuple[OutputColumn, ...]:
        made = [
            OutputColumn(
                f"{columns[a].name}{sign}{columns[b].name}",
                columns[a].source,
                tuple(
                    dict.fromkeys(
                        source
                        for source in (*columns[a].sources, *columns[b].sources)
                        if source != columns[a].source
                    )
                ),
            )
            for sign in self._signs
            for a, b in self.pairs
        ]
        return (*columns, *made)

    @cached_property
    def _signs(self) -> tuple[str, ...]:
        return ("+", "-") * self.linear + ("*",) * self.polynomial

    @cached_property
    def _positions(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        left, right = np.array(self.pairs, np.intp).reshape(-1, 2).T
        return left, right

    def transform(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        n_rows, n_given = values.shape
        n_pairs = len(self.pairs)
        generated = np.empty((n_rows, n_given + len(self._signs) * n_pairs), np.float32)
        generated[:, :n_given] = values
        left, right = (values[:, positions] for positions in self._positions)
        operations = {"+": np.add, "-": np.subtract, "*": np.multiply}
        with np.errstate(over="ignore"):
            for index, sign in enumerate(self._signs):
                start = n_given + index * n_pairs
                operations[sign](left, right, out=generated[:, start : start + n_pairs])
        # Numbers near the end of float32 would else become infinite.
        made = generated[:, n_given:]
        np.clip(made, -_LARGEST, _LARGEST, out=made)
        return generated

    def state(self) -> State:
        return State(
            {
                "pairs": [list(pair) for pair in self.pairs],
                "linear": self.linear,
                "polynomial": self.polynomial,
            }
        )

    @classmethod
    def from_state(cls, state: State) -> Self:
        values = dict(state.values)
        return cls(tuple((a, b) for a, b in values.pop("pairs")), **values)


@dataclass(frozen=True)
class Generation:
    """Makes new columns of every pair of columns that two numerical features gave.

    Attributes:
        linear: make `a+b` and `a-b`.
        polynomial: make `a*b`, as scikit-learn's `PolynomialFeatures(interaction_only=True)`.
        max_columns: how many new columns there may be.
    """

    linear: bool
    polynomial: bool
    max_columns: int

    def fit(self, train: TrainRows, context: FitContext) -> FittedGeneration:
        """Chooses the pairs; no pass over the rows is needed.

        Raises:
            FeatureError: fewer than two numerical features, or too many new columns.
        """
        del context
        columns = train.columns
        pairs = tuple(
            (a, b)
            for a, b in combinations(train.numerical, 2)
            if columns[a].source != columns[b].source
        )
        if not pairs:
            raise FeatureError(
                "[generation] makes columns of pairs of numerical features, and fewer than two "
                "of them go to the input 'main'.",
                fix="Leave [generation] out, or send more numerical features to main.",
            )
        made = len(pairs) * (2 * self.linear + self.polynomial)
        if made > self.max_columns:
            raise FeatureError(
                f"[generation] would make {made:,} columns of {len(pairs):,} pairs; max_columns "
                f"is {self.max_columns:,}.",
                fix="Raise max_columns, switch pairwise_linear or pairwise_polynomial off, or "
                "send fewer numerical features to main.",
            )
        return FittedGeneration(pairs, self.linear, self.polynomial)
