"""Steps on the `main` input: they change its columns once the features have filled it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from hornbook.errors import NotFoundError, did_you_mean
from hornbook.features.handling import FitContext, OutputColumn, State

__all__ = [
    "STEPS_INPUT",
    "FittedStep",
    "Step",
    "TrainBlock",
    "TrainRows",
    "fitted_step_class",
    "register_fitted_step",
]

STEPS_INPUT = "main"
"""The network's input that steps work on."""


@dataclass(frozen=True)
class TrainBlock:
    """Some train rows of the `main` input, in the order of the table.

    Attributes:
        values: float32 of shape `(n_rows, n_columns)`.
        target: encoded, values or class codes, shape `(n_rows,)`.
        rows: their numbers in the table, shape `(n_rows,)`.
    """

    values: NDArray[np.float32]
    target: NDArray[Any]
    rows: NDArray[np.int64]


class TrainRows(Protocol):
    """The `main` input of all train rows, as the steps before left it."""

    @property
    def columns(self) -> tuple[OutputColumn, ...]:
        """Its columns, in order."""
        ...

    @property
    def numerical(self) -> tuple[int, ...]:
        """The positions of the columns that numerical features gave."""
        ...

    def blocks(
        self, wanted: Callable[[NDArray[np.int64]], NDArray[np.bool_]] | None = None
    ) -> Iterator[TrainBlock]:
        """All rows once, a block of bounded size at a time; may be asked for again.

        Args:
            wanted: says by their numbers which rows of a block to preprocess at all; asked
                for one block after the other.
        """
        ...


class FittedStep:
    """A step that has seen the train rows; immutable, usable from several threads at once."""

    name: ClassVar[str]

    def outputs(self, columns: tuple[OutputColumn, ...]) -> tuple[OutputColumn, ...]:
        """The columns it makes of the input's columns."""
        raise NotImplementedError

    def transform(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Rows of `len(outputs)` columns, without NaN, from rows of the input's columns."""
        raise NotImplementedError

    def state(self) -> State:
        """All that `from_state` needs to make an equal step."""
        raise NotImplementedError

    @classmethod
    def from_state(cls, state: State) -> Self:
        """The inverse of `state`."""
        raise NotImplementedError


class Step(Protocol):
    """The options of a step, and how it is fitted."""

    def fit(self, train: TrainRows, context: FitContext) -> FittedStep:
        """Fits the step in as many passes over the train rows as it needs.

        Raises:
            FeatureError: it would leave no column, or make too many.
            MissingExtraError: it needs a package that is not installed.
        """
        ...


_FITTED_STEPS: dict[str, type[FittedStep]] = {}


def register_fitted_step(step: type[FittedStep]) -> type[FittedStep]:
    """Makes a fitted step known under its name, for loading; usable as a decorator."""
    _FITTED_STEPS[step.name] = step
    return step


def fitted_step_class(name: str) -> type[FittedStep]:
    """The fitted step of that name.

    Raises:
        NotFoundError: there is none.
    """
    if name not in _FITTED_STEPS:
        raise NotFoundError(
            f"'{name}' is no step on the main input.", fix=did_you_mean(name, _FITTED_STEPS)
        )
    return _FITTED_STEPS[name]
