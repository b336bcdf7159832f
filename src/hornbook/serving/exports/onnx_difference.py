"""Where an ONNX model and Hornbook part: in the preprocessing of which columns, or behind it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hornbook.features import FeaturePipeline
from hornbook.serving.exports.onnx_preprocessing import Preprocessing
from hornbook.serving.exports.onnx_runtime import OnnxRunner

__all__ = ["describe_difference"]

_MOST_COLUMNS = 5
_ALIKE = 1e-6


def describe_difference(
    pipeline: FeaturePipeline, before: Preprocessing, rows: Sequence[tuple[int, pl.DataFrame]]
) -> str:
    """The lines of an error, one a row.

    Args:
        pipeline: the features.
        before: the same in ONNX.
        rows: numbers of rows that the two say something else of, each with the row.
    """
    runner = OnnxRunner(before.model, before.raw)
    return "\n".join(
        f"  Row {number + 1:,}: {_of_row(pipeline, before, runner, row)}." for number, row in rows
    )


def _of_row(
    pipeline: FeaturePipeline, before: Preprocessing, runner: OnnxRunner, row: pl.DataFrame
) -> str:
    expected, given = pipeline.transform(row), runner.run(row)
    parted: dict[str, str] = {}
    for name, spec in pipeline.inputs.items():
        wanted, found = expected[name][0], given[before.inputs[name]][0]
        for place in _different(wanted, found):
            output = spec.columns[place[0]] if len(spec.columns) == len(wanted) else None
            sources = spec.sources if output is None else output.sources
            shown = name if output is None else output.name
            parted.setdefault(
                ", ".join(map(repr, sources)),
                f"{shown!r} is {found[place]:g} in ONNX and {wanted[place]:g} in Hornbook",
            )
    if not parted:
        return "the inputs of the network are the same, what it makes of them is not"
    listed = [f"column {source}: {what}" for source, what in parted.items()][:_MOST_COLUMNS]
    more = len(parted) - len(listed)
    return "; ".join(listed) + (f"; and {more} further columns" if more else "")


def _different(wanted: NDArray[np.generic], found: NDArray[np.generic]) -> list[tuple[int, ...]]:
    alike = np.isclose(found, wanted, rtol=_ALIKE, atol=_ALIKE, equal_nan=True)
    return [tuple(place) for place in np.argwhere(~alike).tolist()]
