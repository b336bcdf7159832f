"""Targets of several labels at once: every row has any number of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hornbook.data import NUMBERS, Storage, Table
from hornbook.errors import DataError

__all__ = ["LabelsEncoder"]

_TRUE = ("1", "1.0", "true", "yes", "y", "t")
_FALSE = ("0", "0.0", "false", "no", "n", "f")


@dataclass(frozen=True)
class LabelsEncoder:
    """Turns the labels of a row into zeros and ones, and back.

    The labels stand in one column, as texts such as `"red|small"`, or each has a column of
    its own that holds 0 and 1.

    Attributes:
        columns: the column of texts, or one column for each label.
        labels: in the order of the network's units.
        separator: between the labels of a text; `None` where each has its own column.
    """

    columns: tuple[str, ...]
    labels: tuple[str, ...]
    separator: str | None = None

    @classmethod
    def for_texts(cls, series: pl.Series, separator: str) -> Self:
        """Finds the labels on all rows of a column of texts, sorted.

        Raises:
            DataError: there are fewer than two.

        Example:
            >>> LabelsEncoder.for_texts(pl.Series("tags", ["b|a", "c", None]), "|").labels
            ('a', 'b', 'c')
        """
        labels = _split(series, separator).explode().drop_nulls().unique().sort().to_list()
        if len(labels) < 2:
            raise DataError(
                f"The target '{series.name}' holds {len(labels)} label(s) {labels}, expected two "
                f"or more, with {separator!r} between those of a row.",
                fix="Name the right separator in [target] separator, or choose another type.",
            )
        return cls((series.name,), tuple(labels), separator)

    @classmethod
    def for_columns(cls, table: Table, columns: Sequence[str]) -> Self:
        """Takes each column for a label.

        Raises:
            DataError: one holds neither numbers, truth values nor texts.
        """
        for column in columns:
            storage = table.column(column).storage
            if storage not in NUMBERS | {Storage.STRING}:
                raise DataError(
                    f"The label column '{column}' holds {storage} values, expected 0 and 1."
                )
        return cls(tuple(columns), tuple(columns))

    @property
    def classes(self) -> tuple[str, ...]:
        """The labels."""
        return self.labels

    @property
    def n_classes(self) -> int:
        """Number of labels, and of the network's units."""
        return len(self.labels)

    def usable_rows(self, frame: pl.DataFrame) -> NDArray[np.bool_]:
        """True where no label column is missing."""
        usable = np.ones(len(frame), np.bool_)
        for column in self.columns:
            usable &= frame[column].is_not_null().to_numpy()
        return usable

    def encode(self, frame: pl.DataFrame) -> NDArray[np.float32]:
        """Zeros and ones of shape `(n_rows, n_labels)`, float32.

        Raises:
            DataError: a text has a label that the train file does not have, or a column holds
                something else than 0 and 1.
        """
        if self.separator is None:
            return np.column_stack([_flags(frame[column]) for column in self.columns])
        lists = _split(frame[self.columns[0]], self.separator)
        flat = pl.DataFrame({"row": np.arange(len(lists)), "label": lists}).explode("label")
        flat = flat.drop_nulls()
        codes = flat["label"].cast(pl.Enum(self.labels), strict=False)
        if codes.null_count():
            unknown = flat["label"].filter(codes.is_null())[0]
            raise DataError(
                f"The target '{self.columns[0]}' holds the label {unknown!r}, which no row of "
                "the train file has.",
                fix="Leave such rows out, or train on data in which all labels stand.",
            )
        encoded = np.zeros((len(frame), len(self.labels)), np.float32)
        encoded[flat["row"].to_numpy(), codes.to_physical().to_numpy()] = 1.0
        return encoded

    def unknown_labels(self, frame: pl.DataFrame) -> list[str]:
        """The labels of a frame that are not known."""
        if self.separator is None:
            return []
        found = _split(frame[self.columns[0]], self.separator).explode().drop_nulls().unique()
        return [label for label in found.to_list() if label not in self.labels]

    def known_rows(self, frame: pl.DataFrame) -> NDArray[np.bool_]:
        """True on rows all of whose labels are known; shape `(n_rows,)`."""
        if self.separator is None:
            return np.ones(len(frame), np.bool_)
        labels = _split(frame[self.columns[0]], self.separator)
        are_known = labels.list.eval(pl.element().is_in(list(self.labels))).list.all()
        return are_known.fill_null(value=True).to_numpy()

    def decode(self, flags: NDArray[Any]) -> pl.Series:
        """The labels of rows of zeros and ones, as texts with the separator between them.

        Args:
            flags: shape `(n_rows, n_labels)`.
        """
        between = self.separator or "|"
        names = np.asarray(self.labels, dtype=object)
        texts = [between.join(names[row.astype(bool)]) for row in flags]
        return pl.Series("labels", texts, dtype=pl.String)

    def to_json(self) -> dict[str, Any]:
        """The encoder as JSON values."""
        return {
            "columns": list(self.columns),
            "labels": list(self.labels),
            "separator": self.separator,
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """The encoder that `to_json` wrote."""
        return cls(tuple(values["columns"]), tuple(values["labels"]), values["separator"])


def _split(series: pl.Series, separator: str) -> pl.Series:
    """The labels of each row; none for an empty text, null for a missing one.

    A text such as `["red", "small"]`, which is how lists of texts are read, is a list whatever the
    separator.
    """
    text = series.cast(pl.String).alias("values")
    is_list = (text.str.starts_with("[") & text.str.ends_with("]")).fill_null(value=False)
    parts = text.str.split(separator)
    if is_list.any():
        read = [
            _from_json(one) if listed else None for one, listed in zip(text, is_list, strict=True)
        ]
        lists = pl.Series("values", read, dtype=pl.List(pl.String))
        parts = lists.zip_with(lists.is_not_null(), parts)
    return (
        parts.to_frame("labels")
        .select(
            pl.col("labels").list.eval(
                pl.element().str.strip_chars().filter(pl.element().str.strip_chars() != "")
            )
        )
        .to_series()
    )


def _from_json(text: str) -> list[str] | None:
    """The texts of a JSON list, or `None` where it is none."""
    try:
        values = json.loads(text)
    except ValueError:
        return None
    return [str(value) for value in values if value is not None]


def _flags(series: pl.Series) -> NDArray[np.float32]:
    """A column of 0 and 1, however they are spelled."""
    text = series.cast(pl.String).alias("values").str.to_lowercase()
    true, false = text.is_in(_TRUE), text.is_in(_FALSE)
    odd = ~(true | false).fill_null(value=False)
    if odd.any():
        name = json.dumps(series.name, ensure_ascii=False)
        raise DataError(
            f"The label column {name} holds {series.filter(odd)[0]!r}, expected 0 or 1.",
            fix="Bring 0 and 1, or leave the column out of [target] columns.",
        )
    return true.to_numpy().astype(np.float32)
