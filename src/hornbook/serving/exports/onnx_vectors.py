"""Unfolded vectors, and the handlings of images that cannot be said, in operators of ONNX."""

from __future__ import annotations

from hornbook.features.images import FittedImage
from hornbook.features.vector_unfold import FittedVectorUnfold
from hornbook.serving.exports.onnx_conversion import NotInOnnxError, convert
from hornbook.serving.exports.onnx_graph import OnnxGraph, Tensor
from hornbook.serving.exports.onnx_numbers import LARGEST, is_number

__all__ = ["is_vector"]


def is_vector(vectors: Tensor) -> Tensor:
    """Where all elements are finite, shape `(n_rows, 1)`."""
    odd = (~is_number(vectors)).cast("int64")
    return odd.sum(axis=1).equals(0).as_column()


@convert.register
def _unfold(handling: FittedVectorUnfold, graph: OnnxGraph, column: Tensor) -> Tensor:
    del graph
    filled = column.where(is_vector(column), handling.impute_value)
    rescaled = (filled - handling.offset) / handling.scale
    return rescaled.clip(-LARGEST, LARGEST).cast("float32")


@convert.register
def _image(handling: FittedImage, graph: OnnxGraph, column: Tensor) -> Tensor:
    del handling, graph, column
    raise NotInOnnxError("it reads and decodes images, for which ONNX has no operators")
