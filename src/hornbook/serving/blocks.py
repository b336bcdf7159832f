"""Rows on their way through a model, a block at a time: prepared, predicted, and what is said."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hornbook.features import EncodedInput

__all__ = ["BlockPart", "PreparedBlock", "RawBlock", "Scores"]

Block = TypeVar("Block")


@dataclass(frozen=True)
class BlockPart(Generic[Block]):
    """The rows of a block that one model of several predicts.

    Attributes:
        model: its place among them.
        rows: their places in the block, int64 of shape `(n_rows,)`, ascending.
        block: of these rows alone.
    """

    model: int
    rows: NDArray[np.int64]
    block: Block


@dataclass(frozen=True)
class PreparedBlock:
    """Rows ready for the network.

    Attributes:
        inputs: by name, encoded, of the rows that can be scored; `None` where there is none.
        faults: why each row cannot be scored, null for one that can; `None` where all can.
        n_rows: of the block, those that cannot be scored included.
        parts: of a model with submodels, the rows of each; `inputs` is then `None`.
    """

    inputs: dict[str, EncodedInput] | None
    faults: pl.Series | None
    n_rows: int
    parts: tuple[BlockPart[PreparedBlock], ...] = ()


@dataclass(frozen=True)
class RawBlock:
    """What the network gave for a block.

    Attributes:
        outputs: by name, float32 of shape `(n_scorable_rows, units)`; empty where there are parts.
        faults, n_rows, parts: as of the `PreparedBlock`.
    """

    outputs: dict[str, NDArray[Any]]
    faults: pl.Series | None
    n_rows: int
    parts: tuple[BlockPart[RawBlock], ...] = ()


@dataclass(frozen=True)
class Scores:
    """What a model says of the rows of a block that can be scored.

    Attributes:
        outputs: by name, shape `(n_scorable_rows, units)`; `Predictor.scored_outputs` says what
            they mean.
        decided: of binary outputs, the predicted class codes where they follow from several
            thresholds.
    """

    outputs: dict[str, NDArray[Any]]
    decided: dict[str, NDArray[np.int64]] = field(default_factory=dict)
