"""Numerical handlings, and the rescaling that dates share, in operators of ONNX."""

from __future__ import annotations

import numpy as np

from hornbook.features.numerical_binarize import FittedNumericalBinarize
from hornbook.features.numerical_flag import FittedNumericalFlag
from hornbook.features.numerical_quantize import FittedNumericalQuantize
from hornbook.features.numerical_regular import FittedNumericalRegular
from hornbook.features.rescaling import Rescaler
from hornbook.serving.exports.onnx_conversion import convert
from hornbook.serving.exports.onnx_graph import OnnxGraph, Tensor

__all__ = ["LARGEST", "imputed", "is_number", "rescaled"]

LARGEST = float(np.finfo(np.float32).max)
"""What stands for all that float32 cannot hold."""

_ROOT_OF_LARGEST = float(np.sqrt(np.finfo(np.float32).max))


def is_number(numbers: Tensor) -> Tensor:
    """Where a number is neither NaN nor infinite."""
    return ~(numbers.apply("IsNaN", "bool") | numbers.apply("IsInf", "bool"))


def imputed(numbers: Tensor, rescaler: Rescaler) -> Tensor:
    """`Rescaler.impute` in float64."""
    within = numbers
    if rescaler.lowest is not None and rescaler.highest is not None:
        within = numbers.clip(rescaler.lowest, rescaler.highest)
    return within.where(is_number(numbers), rescaler.impute_value)


def rescaled(finite: Tensor, rescaler: Rescaler) -> Tensor:
    """`Rescaler.rescale`: float32."""
    numbers = _signed_log(finite) if rescaler.logarithm else finite
    return ((numbers - rescaler.offset) / rescaler.scale).clip(-LARGEST, LARGEST).cast("float32")


def _signed_log(numbers: Tensor) -> Tensor:
    return numbers.apply("Sign") * (numbers.apply("Abs") + 1.0).apply("Log")


@convert.register
def _regular(handling: FittedNumericalRegular, graph: OnnxGraph, column: Tensor) -> Tensor:
    values = rescaled(imputed(column, handling.rescaler), handling.rescaler).as_column()
    if not handling.derived:
        return values
    numbers = values.cast("float64")
    bounded = numbers.clip(-_ROOT_OF_LARGEST, _ROOT_OF_LARGEST)
    root = numbers.apply("Sign") * numbers.apply("Abs").apply("Sqrt")
    return graph.concat([numbers, bounded * bounded, root, _signed_log(numbers)], axis=1).cast(
        "float32"
    )


@convert.register
def _flag(handling: FittedNumericalFlag, graph: OnnxGraph, column: Tensor) -> Tensor:
    del handling, graph
    return is_number(column).cast("float32").as_column()


@convert.register
def _binarize(handling: FittedNumericalBinarize, graph: OnnxGraph, column: Tensor) -> Tensor:
    numbers = imputed(column, handling.rescaler)
    above = (numbers > handling.threshold).cast("float32").as_column()
    if not handling.keep_original:
        return above
    return graph.concat([above, rescaled(numbers, handling.rescaler).as_column()], axis=1)


@convert.register
def _quantize(handling: FittedNumericalQuantize, graph: OnnxGraph, column: Tensor) -> Tensor:
    numbers = imputed(column, handling.rescaler)
    # The least number stands before the edges, so that there is one to compare with.
    edges = np.array([-np.inf, *handling.edges])
    reached = numbers.as_column() >= edges[np.newaxis]
    index = reached.cast("int64").sum(axis=1).as_column() - 1
    if handling.one_hot:
        parts = [index.equals(np.arange(len(edges))[np.newaxis]).cast("float32")]
    else:
        parts = [index.cast("float32")]
    if handling.keep_original:
        parts.append(rescaled(numbers, handling.rescaler).as_column())
    return graph.concat(parts, axis=1)
