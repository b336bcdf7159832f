"""The predictions of some rows, as Python values by output and column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import polars as pl

from hornbook.training.artifact import ModelOutput

__all__ = ["OutputColumns", "Predictions", "output_columns"]


@dataclass(frozen=True)
class OutputColumns:
    """Where the values of one output stand among the columns of a predicted frame.

    Attributes:
        name: of the output; empty where it is the only one.
        prediction: the column's number.
        bounds: those of the interval's lower and upper end, if there is one.
        probabilities: by class, as texts.
    """

    name: str
    prediction: int
    bounds: tuple[int, int] | None
    probabilities: Mapping[str, int]


def output_columns(outputs: Mapping[str, ModelOutput]) -> tuple[OutputColumns, ...]:
    """The places that `Predictor.output_columns` has them in."""
    found = []
    at = 0
    for name, output in outputs.items():
        prediction = at
        at += 1
        bounds = None
        if output.interval is not None:
            bounds = (at, at + 1)
            at += 2
        classes = [str(label) for label in output.encoder.classes or ()]
        found.append(
            OutputColumns(
                name, prediction, bounds, {label: at + code for code, label in enumerate(classes)}
            )
        )
        at += len(classes)
    return tuple(found)


@dataclass
class Predictions:
    """Predicted rows; what a request is answered from.

    Attributes:
        columns: the values of each column, as `Predictor.output_columns` lists them.
        reasons: why rows have no prediction, by row number.
        wait_seconds: how long they waited for the model.
        predict_seconds: how long their batch took.
    """

    columns: list[list[Any]]
    reasons: dict[int, str]
    wait_seconds: float = 0.0
    predict_seconds: float = 0.0

    def __len__(self) -> int:
        return len(self.columns[0])

    @classmethod
    def of_frame(cls, frame: pl.DataFrame, reasons: dict[int, str]) -> Self:
        """Those of a predicted frame."""
        return cls([column.to_list() for column in frame.get_columns()], reasons)

    def part(self, start: int, stop: int) -> Predictions:
        """Those of some of the rows."""
        columns = [column[start:stop] for column in self.columns]
        if not self.reasons:
            return Predictions(columns, {})
        inside = {
            row - start: reason for row, reason in self.reasons.items() if start <= row < stop
        }
        return Predictions(columns, inside)

    @classmethod
    def joined(cls, parts: Sequence[Predictions]) -> Predictions:
        """Those of the parts of one request, in order."""
        if len(parts) == 1:
            return parts[0]
        columns: list[list[Any]] = [[] for _ in parts[0].columns]
        reasons: dict[int, str] = {}
        for part in parts:
            start = len(columns[0])
            reasons.update((start + row, reason) for row, reason in part.reasons.items())
            for column, values in zip(columns, part.columns, strict=True):
                column.extend(values)
        return cls(
            columns,
            reasons,
            sum(part.wait_seconds for part in parts),
            sum(part.predict_seconds for part in parts),
        )
