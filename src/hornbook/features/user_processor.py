"""The `processor` of a file of the design: how it is found, called, and kept."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hornbook.errors import FeatureError, HornbookError, UserCodeError
from hornbook.features.handling import State
from hornbook.features.object_state import object_of, object_state
from hornbook.features.processor_output import WrongReturnError
from hornbook.features.resources import Resources

if TYPE_CHECKING:
    from hornbook.features.custom import CustomHandling

__all__ = ["PROCESSOR", "UserProcessor", "has_method"]

PROCESSOR = "processor"
"""What the file defines."""


class UserProcessor:
    """The `processor` of a file of the design, and how it is called and kept."""

    def __init__(self, handling: CustomHandling, column: str, resources: Resources) -> None:
        self.handling = handling
        self.column = column
        self.file = handling.code_file(column)
        self._resources = resources

    @cached_property
    def unfitted(self) -> Any:
        """The object that the file defines.

        Raises:
            UserCodeError: there is none that has `transform`.
        """
        processor = getattr(self._resources.code(self.file), PROCESSOR, None)
        if (
            processor is None
            or isinstance(processor, type)
            or not has_method(processor, "transform")
        ):
            found = f"{PROCESSOR} is missing"
            if isinstance(processor, type):
                found = f"{PROCESSOR} is the class {processor.__name__}, expected an object of it"
            elif processor is not None:
                found = f"{PROCESSOR} is a {type(processor).__name__} without transform(series)"
            raise UserCodeError(
                found,
                file=self.file,
                fix=f"Give a class fit(self, series) and transform(self, series), and write: "
                f"{PROCESSOR} = MyProcessor()",
            )
        return processor

    @cached_property
    def _package(self) -> str:
        """The package of the design's own modules; running the file is what needs trust."""
        return self._resources.code(self.file).__name__.partition(".")[0]

    def handled_rows(self, values: pl.Series) -> NDArray[np.bool_] | None:
        """Which values the processor gets, where rows without one are left out."""
        if not self.handling.drops_missing_rows:
            return None
        missing = self.handling.missing_expression("values")
        frame = values.alias("values").to_frame()
        return ~frame.select(missing.alias("missing"))["missing"].to_numpy()

    def call(self, processor: Any, method: str, values: pl.Series) -> Any:
        """Calls a method with values of the column.

        Raises:
            UserCodeError: whatever went wrong, in the user's own line if it was there.
        """
        series = self.handling.series(values).rename(self.column)
        given = series.to_frame() if self.handling.wants_matrix else series
        try:
            with self._resources.running():
                return getattr(processor, method)(given)
        except (HornbookError, MemoryError):
            raise
        except Exception as error:
            fix = None
            wants_two = any(one in str(error) for one in ("2D array", "2-dimensional"))
            if wants_two and not self.handling.wants_matrix:
                fix = "Add wants_matrix = true, to get a DataFrame of one column."
            raise UserCodeError(
                f"{PROCESSOR}.{method} failed on column '{self.column}' with "
                f"{type(error).__name__}: {error}",
                file=self.file,
                fix=fix,
            ) from error

    def kept(self, processor: Any) -> State:
        """The state of a processor.

        Raises:
            UserCodeError: names what of it cannot be kept.
        """
        try:
            with self._resources.running():
                return object_state(processor, self._package, PROCESSOR)
        except FeatureError as error:
            raise UserCodeError(error.message, file=self.file, fix=error.fix) from error

    def made_of(self, state: State) -> Any:
        """The processor of a state; runs the user's file and imports what the state names."""
        with self._resources.running():
            return object_of(state, self._package)

    def again(self, state: State) -> Any:
        """`made_of` while a training can still be refused.

        Raises:
            UserCodeError: it cannot be made.
        """
        try:
            return self.made_of(state)
        except UserCodeError:
            raise
        except Exception as error:
            raise UserCodeError(
                f"{PROCESSOR} could not be made again from what was kept of it: "
                f"{type(error).__name__}: {error}",
                file=self.file,
                fix="Give its class a __setstate__ that takes what __getstate__ returns.",
            ) from error

    @contextmanager
    def told(self, processor: Any) -> Iterator[None]:
        """Shows a wrong return value with the line of the user's `transform`."""
        try:
            yield
        except WrongReturnError as error:
            line = _line_of(processor, self.file)
            message = f"{error.message} (column '{self.column}')"
            raise UserCodeError(message, file=self.file, line=line, fix=error.fix) from error


def has_method(processor: Any, method: str) -> bool:
    """Whether a processor can be called so."""
    return callable(getattr(processor, method, None))


def _line_of(processor: Any, file: str) -> int | None:
    """The line of `transform`, where it is defined in that file."""
    function = inspect.unwrap(getattr(type(processor), "transform", lambda: None))
    code = getattr(function, "__code__", None)
    if code is None or not Path(code.co_filename).as_posix().endswith(file):
        return None
    return int(code.co_firstlineno)
