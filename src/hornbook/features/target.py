"""The target column as numbers: values for regression, class codes otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hornbook.errors import DataError

__all__ = ["Label", "TargetEncoder"]

Label = str | int | float | bool
"""A class as it stands in the table."""


@dataclass(frozen=True)
class TargetEncoder:
    """Turns target values into what metrics and losses count with, and back.

    Attributes:
        column: the target column of the table.
        classes: the classes in the order of their codes; `None` for regression. In binary
            classification the second one is the positive class.
    """

    column: str
    classes: tuple[Label, ...] | None = None

    @classmethod
    def for_classes(cls, series: pl.Series, positive_class: Label | None = None) -> Self:
        """Finds the classes on all rows of the target, sorted; missing values do not count.

        Args:
            series: the whole target column.
            positive_class: of two classes, the one to put second.

        Raises:
            DataError: there are fewer than two classes, the positive one is not among them, or
                the values are no classes, such as dates.

        Example:
            >>> TargetEncoder.for_classes(pl.Series("y", ["no", "yes", "no"])).classes
            ('no', 'yes')
        """
        if series.dtype.is_temporal() or series.dtype.is_nested():
            raise DataError(
                f"The target '{series.name}' holds {series.dtype} values; classes are texts, "
                "numbers or truth values.",
                fix="Choose another target.",
            )
        classes = series.filter(_present(series)).unique().sort().to_list()
        if len(classes) < 2:
            found = f"only the class {classes[0]!r}" if classes else "no value"
            raise DataError(
                f"The target '{series.name}' holds {found}; classification needs two classes "
                "or more.",
                fix="Choose another target, or bring rows of the other classes.",
            )
        if positive_class is not None:
            same = [
                label
                for label in classes
                if label == positive_class or str(label) == str(positive_class)
            ]
            if not same:
                raise DataError(
                    f"The positive class {positive_class!r} is not among the classes of "
                    f"'{series.name}': {', '.join(map(repr, classes[:20]))}.",
                    fix="Name one of them in [target] positive_class.",
                )
            classes = [label for label in classes if label != same[0]] + same
        return cls(series.name, tuple(classes))

    @property
    def columns(self) -> tuple[str, ...]:
        """The target column."""
        return (self.column,)

    @property
    def n_classes(self) -> int | None:
        """Number of classes; `None` for regression."""
        return None if self.classes is None else len(self.classes)

    def usable_rows(self, series: pl.Series) -> NDArray[np.bool_]:
        """True where the target can be learnt from: present; for regression a finite float32."""
        if self.classes is None:
            values = series.cast(pl.Float32, strict=False)
            return values.is_finite().fill_null(value=False).to_numpy()
        return _present(series).to_numpy()

    def encode(self, series: pl.Series) -> NDArray[Any]:
        """Float32 values for regression, int32 codes for classes; shape `(n_rows,)`.

        Raises:
            DataError: a value is missing, no number for regression, or no known class.
        """
        if self.classes is None:
            usable = self.usable_rows(series)
            if not usable.all():
                value = series.filter(pl.Series(~usable))[0]
                raise DataError(
                    f"The target '{self.column}' holds {value!r}, which is no number to learn.",
                    fix="Leave such rows out.",
                )
            return series.cast(pl.Float32).to_numpy()
        codes = self._codes(series)
        if codes.null_count():
            value = series.filter(codes.is_null())[0]
            raise DataError(
                f"The target '{self.column}' holds {value!r}, which is none of its classes: "
                f"{_shorten(self.classes)}.",
                fix="Leave such rows out, or train on data in which all classes stand.",
            )
        return codes.to_numpy().astype(np.int32)

    def unknown_labels(self, series: pl.Series) -> list[Label]:
        """The values of a series that are no known class."""
        if self.classes is None:
            return []
        return (
            series.filter(self._codes(series).is_null() & series.is_not_null()).unique().to_list()
        )

    def decode(self, codes: NDArray[Any]) -> pl.Series:
        """The classes of int codes, as a series named after the target."""
        if self.classes is None:
            return pl.Series(self.column, codes)
        return pl.Series(self.column, list(self.classes)).gather(codes)

    def to_json(self) -> dict[str, Any]:
        """The encoder as JSON values."""
        return {
            "column": self.column,
            "classes": None if self.classes is None else list(self.classes),
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """The encoder that `to_json` wrote."""
        classes = values["classes"]
        return cls(values["column"], None if classes is None else tuple(classes))

    def _codes(self, series: pl.Series) -> pl.Series:
        # Compared as Polars spells them, so that 1 in a train file meets 1 in a test file.
        text = pl.Series(list(self.classes or ())).cast(pl.String).to_list()
        return series.cast(pl.String).replace_strict(
            text, list(range(len(text))), default=None, return_dtype=pl.Int32
        )


def _present(series: pl.Series) -> pl.Series:
    """Where a series has a value; NaN is none."""
    return (series.fill_nan(None) if series.dtype.is_float() else series).is_not_null()


def _shorten(labels: Sequence[Label]) -> str:
    shown = ", ".join(repr(label) for label in labels[:20])
    return f"{shown}, …" if len(labels) > 20 else shown
