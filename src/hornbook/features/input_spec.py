"""What an input of the network receives: its shape, its columns and where they come from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from hornbook.errors import FeatureError
from hornbook.features.handling import FittedHandling, OutputColumn
from hornbook.features.step import FittedStep

__all__ = ["InputSpec", "input_after", "input_filled_by"]


@dataclass(frozen=True)
class InputSpec:
    """One input of the network as the features fill it.

    Attributes:
        name: the name of the Keras `Input`.
        shape: without the batch dimension, e.g. `(11,)`.
        dtype: of the array, e.g. `"float32"`.
        columns: the columns of the array, in order; none for e.g. images.
        sources: the columns of the table that fill it.
        vocabulary_size: for whole numbers that feed an `Embedding`: its `input_dim`.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    columns: tuple[OutputColumn, ...]
    sources: tuple[str, ...]
    vocabulary_size: int | None = None

    @property
    def row_bytes(self) -> int:
        """The size of one row of the array."""
        return int(np.prod(self.shape)) * np.dtype(self.dtype).itemsize


def input_filled_by(name: str, parts: Sequence[tuple[str, FittedHandling]]) -> InputSpec:
    """One input, from the features that fill it.

    Args:
        name: of the input.
        parts: the columns of the table with their fitted handlings, in order.

    Raises:
        FeatureError: it gets no column, or features that cannot share it.
    """
    sources = tuple(dict.fromkeys(column for column, _ in parts))
    fed_by = ", ".join(f"'{column}'" for column in sources)
    columns = tuple(output for _, handling in parts for output in handling.outputs)
    shapes = [handling.shape for _, handling in parts]
    dtypes = {handling.dtype for _, handling in parts}
    if len(parts) > 1 and any(len(shape) != 1 for shape in shapes):
        odd = next(column for column, handling in parts if len(handling.shape) != 1)
        raise FeatureError(
            f"The input '{name}' is filled by {fed_by}, and '{odd}' is no row of columns "
            "that others can stand beside.",
            fix=f'Give it an input of its own: input = "{odd}_preprocessed".',
        )
    if len(dtypes) > 1:
        whole = next(column for column, handling in parts if handling.dtype != "float32")
        raise FeatureError(
            f"The input '{name}' is filled by {fed_by}, and '{whole}' gives whole numbers "
            "while others do not.",
            fix=f'Give it an input of its own: input = "{whole}_preprocessed".',
        )
    shape = shapes[0] if len(parts) == 1 else (sum(one for (one,) in shapes),)
    if not all(shape):
        raise FeatureError(
            f"The input '{name}' gets no column: every category of {fed_by} was limited away.",
            fix="Raise cumulative_share, lower min_rows, or reject the feature.",
        )
    vocabularies = [handling.vocabulary_size for _, handling in parts]
    known = [size for size in vocabularies if size is not None]
    return InputSpec(name, shape, dtypes.pop(), columns, sources, max(known) if known else None)


def input_after(spec: InputSpec, steps: Iterable[FittedStep]) -> InputSpec:
    """An input once the steps are done."""
    columns = spec.columns
    for step in steps:
        columns = step.outputs(columns)
    sources = tuple(dict.fromkeys(source for column in columns for source in column.sources))
    return replace(spec, shape=(len(columns),), columns=columns, sources=sources)
