"""What every feature handling offers, and the registry by which a design names one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Protocol, Self

import numpy as np
import polars as pl
import polars.selectors as cs
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from hornbook.data import Storage
from hornbook.errors import NotFoundError, did_you_mean
from hornbook.features.resources import NO_RESOURCES, Resources

__all__ = [
    "ROW",
    "TARGET",
    "FeatureType",
    "FitContext",
    "FittedHandling",
    "Fitting",
    "Handling",
    "OutputColumn",
    "State",
    "column_expression",
    "handling_class",
    "handling_names",
    "own_input",
    "register_handling",
]


class FeatureType(StrEnum):
    """How a design reads a column; each type has its own handlings."""

    NUMERICAL = "numerical"
    CATEGORICAL = "categorical"
    TEXT = "text"
    DATE = "date"
    VECTOR = "vector"
    IMAGE = "image"


TARGET = "\0target"
"""The column of a block of train rows that holds the encoded target: values, or class codes."""

ROW = "\0row"
"""The column of a block of train rows that holds the row's number in the table."""


@dataclass(frozen=True)
class OutputColumn:
    """One column of a preprocessed array.

    Attributes:
        name: what reports call it, e.g. `"workclass:Private"`.
        source: the column of the table it was made from; the first one where there are several.
        more_sources: the other columns it was made from.
    """

    name: str
    source: str
    more_sources: tuple[str, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """All columns of the table that it was made from."""
        return (self.source, *self.more_sources)


@dataclass(frozen=True)
class State:
    """The fitted state of a handling: JSON values, and arrays kept as safetensors."""

    values: dict[str, Any]
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class FitContext:
    """What a handling may know of the training it is fitted for, besides its column.

    Attributes:
        n_classes: of the target; `None` for regression, and where there is no target.
        seed: of the design.
        resources: the user's code and image folders.
    """

    n_classes: int | None = None
    seed: int = 0
    resources: Resources = NO_RESOURCES


class FittedHandling:
    """A handling that has seen the train rows and turns series into arrays.

    It is immutable and may be used from several threads at once.
    """

    column: str

    @property
    def outputs(self) -> tuple[OutputColumn, ...]:
        """The columns of the array that `transform` returns, in order.

        Empty where its rows are no rows of columns but e.g. images; see `shape`.
        """
        raise NotImplementedError

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one row of the array, e.g. `(len(outputs),)`."""
        return (len(self.outputs),)

    @property
    def dtype(self) -> str:
        """Of the array: features that share an input have the same."""
        return "float32"

    @property
    def vocabulary_size(self) -> int | None:
        """For whole numbers that feed an `Embedding`: its `input_dim`, one above the largest."""
        return None

    def transform(self, series: pl.Series) -> NDArray[Any]:
        """Returns an array of shape `(n_rows, *shape)`, of `dtype`, without NaN."""
        raise NotImplementedError

    @property
    def is_one_hot(self) -> bool:
        """Whether each row of the array is zeros, or zeros and a single 1; see `places`."""
        return False

    def places(self, series: pl.Series) -> NDArray[np.integer[Any]]:
        """Where a row that `is_one_hot` has its 1, `len(outputs)` where it has none."""
        raise NotImplementedError

    @property
    def byte_scale(self) -> float | None:
        """What the bytes of `as_bytes` are multiplied by; `None` where the array has none."""
        return None

    def as_bytes(self, series: pl.Series) -> NDArray[np.uint8]:
        """The array before it is multiplied by `byte_scale`, of shape `(n_rows, *shape)`."""
        raise NotImplementedError

    def transform_fitted(self, series: pl.Series, rows: NDArray[np.int64]) -> NDArray[Any]:
        """`transform` for rows that the handling was fitted on.

        Handlings that learn from the target encode such a row by what the others say.

        Args:
            series: the values.
            rows: their row numbers in the table, shape `(n_rows,)`.
        """
        del rows
        return self.transform(series)

    @property
    def reads_files(self) -> bool:
        """Whether its arrays depend on files that the values name."""
        return False

    def digest_of_files(self, series: pl.Series) -> bytes:
        """A digest of the states of these files: another one where a file was changed."""
        del series
        return b""

    def faults(self, series: pl.Series) -> list[str | None] | None:
        """Why each row cannot be scored, `None` for one that can; `None` alone if all can.

        Only what the handling finds out beyond its `missing_expression`.
        """
        del series
        return None

    def notes(self) -> tuple[str, ...]:
        """What the user should know of the values it has transformed so far."""
        return ()

    def state(self) -> State:
        """All that `from_state` needs to make an equal handling."""
        raise NotImplementedError

    @classmethod
    def from_state(cls, column: str, state: State) -> Self:
        """The inverse of `state`."""
        raise NotImplementedError


class Fitting(Protocol):
    """A fit in progress; owned by one thread.

    All handlings of a design are fitted in one pass over the train rows. Blocks come in the
    order of the rows, so that sums always add up alike, to the last bit.
    """

    def expressions(self) -> Mapping[str, pl.Expr]:
        """Aggregations over a block of train rows; each gives one value or one list.

        A block has the columns of all features, `TARGET` and `ROW`.
        """
        ...

    def add(self, block: Mapping[str, Any]) -> None:
        """Takes in the values of `expressions` for the next block; a list is a Polars series."""
        ...

    def finish(self) -> FittedHandling:
        """The fitted handling.

        Raises:
            FeatureError: the train rows hold nothing to fit on.
        """
        ...


class Handling(BaseModel):
    """The options of one feature handling, as a design spells them, and how it is fitted.

    A subclass names its feature type, itself and the storages it reads. One whose statistics
    of a block are small lists them in `statistics` and makes its fitted form in `fit`; any
    other one returns a `Fitting` of its own from `start_fit`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    feature_type: ClassVar[FeatureType]
    name: ClassVar[str]
    fitted_class: ClassVar[type[FittedHandling]]
    storages: ClassVar[frozenset[Storage]]
    has_own_input: ClassVar[bool] = False
    """Whether it always fills an input of its own, named after its column."""
    code_defines: ClassVar[str] = ""
    """What the file with the user's code for a column must define, if there is one."""
    is_default: ClassVar[bool] = False
    """Whether it is what features of its type get where a design names no handling."""

    def default_input(self, column: str) -> str:
        """The network's input that the feature goes to where the design names none."""
        if not self.has_own_input:
            return "main"
        return own_input(column)

    def code_file(self, column: str) -> str | None:
        """The file of the design with the user's code for the column, if it needs one."""
        del column
        return None

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

    def check_values(self, column: str, values: pl.Series) -> None:
        """Refuses values to predict that are nothing like those of the train rows.

        Args:
            column: of the table.
            values: as the caller gave them, under no name.

        Raises:
            DataError: names the column, the first such value, and what was expected.
        """
        del column, values

    def start_fit(self, column: str, context: FitContext) -> Fitting:
        """Begins to fit the handling to a column of the table."""
        del context
        return _FittingFromStatistics(self, column)

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

    def restore(self, column: str, state: State, resources: Resources) -> FittedHandling:
        """The handling that was fitted with these options and then had that state.

        Raises:
            FeatureError: it needs a resource that there is not.
        """
        del resources
        return self.fitted_class.from_state(column, state)


class _FittingFromStatistics:
    """The fit of a handling that collects its statistics and looks at them in the end."""

    def __init__(self, handling: Handling, column: str) -> None:
        self._handling = handling
        self._column = column
        self._blocks: list[Mapping[str, Any]] = []

    def expressions(self) -> Mapping[str, pl.Expr]:
        return self._handling.statistics(self._column)

    def add(self, block: Mapping[str, Any]) -> None:
        self._blocks.append(block)

    def finish(self) -> FittedHandling:
        return self._handling.fit(self._column, self._blocks)


def own_input(column: str) -> str:
    """The input that a column has for itself; Keras takes no name with a slash, nor all a colon.

    Example:
        >>> own_input("review"), own_input("C:/what?")
        ('review_preprocessed', 'C__what?_preprocessed')
    """
    return f"{column.replace('/', '_').replace(':', '_')}_preprocessed"


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
    handlings = [one for (kind, _), one in _HANDLINGS.items() if kind == feature_type]
    return tuple(one.name for one in sorted(handlings, key=lambda one: not one.is_default))


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
