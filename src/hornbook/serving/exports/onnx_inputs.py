"""The raw columns as inputs of an ONNX model: their types, and rows in that form."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hornbook.features import FeaturePipeline, Handling, ImageHandling
from hornbook.features.categories import spelled
from hornbook.features.dates import DateReading, as_moments
from hornbook.features.numbers import NumberHandling, as_numbers
from hornbook.features.texts import TextHandling, as_texts
from hornbook.features.vector_unfold import FittedVectorUnfold
from hornbook.features.vectors import VectorHandling, as_vectors

__all__ = ["RawInput", "raw_inputs"]

Kind = Literal["number", "category", "text", "date", "vector", "image"]

_VALUES = {
    "number": "a number; NaN where it is missing",
    "category": "a text, as the category is spelled in the data; a whole number without decimals, "
    "a truth value as true or false; the empty text where it is missing",
    "text": "a text; the empty text where it is missing",
    "date": "a text such as 2024-12-31 or 2024-12-31T23:59:30.5+01:00, UTC without a zone; the "
    "empty text where it is missing",
    "vector": "numbers; one NaN or more where the vector is missing",
    "image": "an image",
}
_MADE = ("prediction", "probabilities", "interval", "scored", "pre/", "network/", "post/")
"""How the names of all other tensors of the model begin."""


@dataclass(frozen=True)
class RawInput:
    """One input of the model: a column of the table.

    Attributes:
        name: of the input; the column's own, unless another tensor has that.
        column: of the table.
        kind: what the values are.
        width: numbers of a row: 1, or the length of vectors.
    """

    name: str
    column: str
    kind: Kind
    width: int = 1

    @property
    def dtype(self) -> str:
        """`"float64"` or `"string"`."""
        return "float64" if self.kind in ("number", "vector") else "string"

    @property
    def shape(self) -> tuple[str, int]:
        """`("N", width)`."""
        return ("N", self.width)

    def values(self, series: pl.Series) -> NDArray[Any]:
        """Values of the column as the model takes them, shape `(n_rows, width)`."""
        series = series.alias("values")
        if self.kind == "vector":
            missing = [[float("nan")] * self.width]
            vectors = as_vectors(series)
            filled = vectors.fill_null(pl.Series(missing, dtype=vectors.dtype))
            return filled.explode().to_numpy().reshape(-1, self.width)
        if self.kind == "number":
            return as_numbers(series)[:, np.newaxis]
        texts = _spelled_dates(series) if self.kind == "date" else spelled(series)
        return as_texts(texts).to_numpy().astype(object)[:, np.newaxis]

    def describe(self) -> dict[str, Any]:
        """Its part of the model's description, as JSON values."""
        return {
            "name": self.name,
            "column": self.column,
            "type": "double" if self.dtype == "float64" else "string",
            "shape": list(self.shape),
            "kind": self.kind,
            "values": _VALUES[self.kind],
        }


def raw_inputs(pipeline: FeaturePipeline) -> dict[str, RawInput]:
    """The input of each column that feeds the network, by column, in the order of the design."""
    inputs: dict[str, RawInput] = {}
    for feature, fitted in zip(pipeline.features, pipeline.fitted, strict=True):
        if feature.column not in inputs:
            width = len(fitted.offset) if isinstance(fitted, FittedVectorUnfold) else 1
            taken = {one.name for one in inputs.values()}
            name = _free_name(feature.column, {*pipeline.columns} - {feature.column} | taken)
            inputs[feature.column] = RawInput(name, feature.column, _kind(feature.handling), width)
    return inputs


def _kind(handling: Handling) -> Kind:
    if isinstance(handling, DateReading):
        return "date"
    if isinstance(handling, NumberHandling):
        return "number"
    if isinstance(handling, TextHandling):
        return "text"
    if isinstance(handling, VectorHandling):
        return "vector"
    return "image" if isinstance(handling, ImageHandling) else "category"


def _free_name(column: str, taken: Collection[str]) -> str:
    name = column if column and not column.startswith(_MADE) else f"column {column}"
    while name in taken:
        name = f"{name} (input)"
    return name


def _spelled_dates(series: pl.Series) -> pl.Series:
    """Dates as texts; texts stay what they are."""
    if series.dtype not in (pl.Date, pl.Datetime):
        return series.cast(pl.String, strict=False)
    return pl.from_epoch(as_moments(series), "us").dt.strftime("%Y-%m-%dT%H:%M:%S%.6f")
