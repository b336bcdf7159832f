"""All that a network is to predict: one target, or one for each of its named outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hornbook.features.labels import LabelsEncoder
from hornbook.features.target import TargetEncoder

__all__ = ["ONLY_OUTPUT", "Encoder", "Targets"]

Encoder = TargetEncoder | LabelsEncoder
"""What turns the target of one output into numbers."""

ONLY_OUTPUT = ""
"""The name of an output that the design does not name, since there is no other."""


@dataclass(frozen=True)
class Targets:
    """The targets by output name, in the order of the design.

    Attributes:
        encoders: by output name; `ONLY_OUTPUT` for a design with a `[target]`.
    """

    encoders: Mapping[str, Encoder]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the table that hold targets."""
        return tuple(
            dict.fromkeys(column for one in self.encoders.values() for column in one.columns)
        )

    @property
    def n_classes(self) -> dict[str, int | None]:
        """Number of classes or labels by output; `None` for regression."""
        return {name: encoder.n_classes for name, encoder in self.encoders.items()}

    @property
    def n_leading_classes(self) -> int | None:
        """Number of classes of what `leading` returns; `None` for values."""
        first = next(iter(self.encoders.values()))
        return 2 if isinstance(first, LabelsEncoder) else first.n_classes

    def usable_rows(self, frame: pl.DataFrame) -> NDArray[np.bool_]:
        """True where every output has something to learn from."""
        usable = np.ones(len(frame), np.bool_)
        for encoder in self.encoders.values():
            usable &= (
                encoder.usable_rows(frame)
                if isinstance(encoder, LabelsEncoder)
                else encoder.usable_rows(frame[encoder.column])
            )
        return usable

    def encode(self, frame: pl.DataFrame) -> dict[str, NDArray[Any]]:
        """By output name, values or class codes of shape `(n_rows,)`, labels as `(n_rows, n)`.

        Raises:
            DataError: a value is missing, or none that the train file has.
        """
        return {
            name: encoder.encode(frame)
            if isinstance(encoder, LabelsEncoder)
            else encoder.encode(frame[encoder.column])
            for name, encoder in self.encoders.items()
        }

    def leading(self, frame: pl.DataFrame) -> NDArray[Any]:
        """What features that learn from the target learn from: the first output's target.

        Of several labels it is the first one, as 0 and 1.
        """
        name, encoder = next(iter(self.encoders.items()))
        encoded = Targets({name: encoder}).encode(frame)[name]
        return encoded[:, 0].astype(np.int32) if encoded.ndim > 1 else encoded

    def strata(self, frame: pl.DataFrame) -> NDArray[Any] | None:
        """Class codes by which a split keeps the shares: those of the first classes there are."""
        for encoder in self.encoders.values():
            if isinstance(encoder, TargetEncoder) and encoder.classes is not None:
                return encoder.encode(frame[encoder.column])
        return None
