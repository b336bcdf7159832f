"""What every feature handling offers, and the registry by which a design names one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Self

import numpy as np
import polars as pl
import polars.selectors as cs
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from hornbook.data import Storage
from hornbook.errors import NotFoundError, did_you_mean

__all__ = [
    "FeatureType",
    "FittedHandling",
    "Handling",
    "OutputColumn",
    "State",
    "column_expression",
    "handling_class",
    "handling_names",
    "register_handling",
]


class FeatureType(StrEnum):
    """How a design reads a column; each type has its own handlings."""

    NUMERICAL = "numerical"
    CATEGORICAL = "categorical"


@dataclass(frozen=True)
class OutputColumn:
    """One column of a preprocessed array.

    Attributes:
        name: what reports call it, e.g. `"workclass:Private"`.
        source: the column of the table it was made from.
    """

    name: str
    source: str


@dataclass(frozen=True)
class State:
    """The fitted state of a handling: JSON values, and arrays kept as safetensors."""

    values: dict[str, Any]
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)


class FittedHandling:
    """A handling that has seen the train rows and turns series into arrays.

    It is immutable and may be used from several threads at once.
    """

    column: str

    @property
    def outputs(self) -> tuple[OutputColumn, ...]:
        """The columns of the array that `transform` returns, in order."""
        raise NotImplementedError

    def transform(self, series: pl.Series) -> NDArray[np.float32]:
        """Returns an array of shape `(n_rows, len(outputs))`, dtype float32, without NaN."""
        raise NotImplementedError

    def state(self) -> State:
        """All that `from_state` needs to make an equal handling."""
        raise NotImplementedError

    @classmethod
    def from_state(cls, column: str, state: State) -> Self:
        """The inverse of `state`."""
        raise NotImplementedError


class Handling(BaseModel):
    """The options of one feature handling, as a design spells them, and how it is fitted.

    A subclass names its feature type and itself, lists the statistics it needs of a block
    of rows as Polars expressions, and makes its fitted form from their values block by
    block. All handlings of a design are fitted in one pass over the train rows. Blocks come
    in the order of the rows, so that sums always add up alike, to the last bit.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    feature_type: ClassVar[FeatureType]
    name: ClassVar[str]
    fitted_class: ClassVar[type[FittedHandling]]

    @property
    def drops_missing_rows(self) -> bool:
        """Whether rows without a value are left out of training, tests and scoring."""
        return getattr(self, "missing", None) == "drop_rows"

    def missing_expression(self, column: str) -> pl.Expr:
        """A boolean expression, true on the rows that this handling sees as missing."""
        return column_expression(column).is_null()

    def storage_to_read(self, trained: Storage) -> Storage:
        """How a column of further files is read, e.g. of a test file.

        Args:
            trained: how the column of the train file was stored.
        """
        return trained

    def statistics(self, column: str) -> dict[str, pl.Expr]:
        """Aggregations over a block of train rows; each gives one value or one list."""
        raise NotImplementedError

    def fit(self, column: str, blocks: Sequence[Mapping[str, Any]]) -> FittedHandling:
        """The fitted handling, from the values of `statistics` for each block.

        Args:
            column: of the table.
            blocks: in the order of the rows; a list is a Polars series.

        Raises:
            FeatureError: the train rows hold nothing to fit on.
        """
        raise NotImplementedError


def column_expression(column: str) -> pl.Expr:
    """The column of exactly that name; `pl.col` reads names such as `^a$` and `*` as patterns."""
    return cs.by_name(column).as_expr()


_HANDLINGS: dict[tuple[FeatureType, str], type[Handling]] = {}


def register_handling(handling: type[Handling]) -> type[Handling]:
    """Makes a handling known under its feature type and name; usable as a decorator."""
    _HANDLINGS[handling.feature_type, handling.name] = handling
    return handling


def handling_names(feature_type: FeatureType) -> tuple[str, ...]:
    """The handlings of a feature type, its default first."""
    return tuple(name for kind, name in _HANDLINGS if kind == feature_type)


def handling_class(feature_type: FeatureType, name: str | None = None) -> type[Handling]:
    """The handling that a design names, or the default one of the feature type.

    Raises:
        NotFoundError: no handling has that name.
    """
    names = handling_names(feature_type)
    chosen = names[0] if name is None else name
    if chosen not in names:
        raise NotFoundError(
            f"'{name}' is no handling of {feature_type} features.", fix=did_you_mean(chosen, names)
        )
    return _HANDLINGS[feature_type, chosen]
