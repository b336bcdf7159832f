"""How one fitted handling is said in operators of ONNX; the table that its modules fill."""

from __future__ import annotations

from functools import singledispatch

from hornbook.features import FittedHandling
from hornbook.serving.exports.onnx_graph import OnnxGraph, Tensor

__all__ = ["NotInOnnxError", "convert", "dense_rows"]


class NotInOnnxError(Exception):
    """Why a handling cannot be expressed; never leaves the export, which gathers all of them."""


@singledispatch
def convert(handling: FittedHandling, graph: OnnxGraph, column: Tensor) -> Tensor:
    """Adds what a handling does to a column.

    A module registers the conversion of each handling it knows.

    Args:
        handling: fitted.
        graph: to write in.
        column: float64 or texts of shape `(n_rows,)`, NaN or empty where missing; of vectors
            float64 of shape `(n_rows, length)`.

    Returns:
        What `handling.transform` gives: `(n_rows, *handling.shape)` of `handling.dtype`.

    Raises:
        NotInOnnxError: it cannot be expressed.
    """
    del graph, column
    raise NotInOnnxError(f"there is no conversion of {type(handling).__name__}")


def dense_rows(n_rows: Tensor, width: int, rows: Tensor, columns: Tensor, values: Tensor) -> Tensor:
    """Rows of zeros with values in some places, shape `(n_rows, width)`.

    Args:
        n_rows: as `Tensor.length` gives it.
        width: of a row.
        rows: of each value, int64 of shape `(n_values,)`.
        columns: likewise.
        values: of the dtype of the result.
    """
    graph = values.graph
    shape = graph.concat([n_rows, graph.constant([width], "int64")], axis=0)
    zeros = graph.op("Expand", graph.constant(0, values.dtype), shape)
    places = graph.concat([rows.as_column(), columns.as_column()], axis=1)
    return graph.op("ScatterND", zeros, places, values)
