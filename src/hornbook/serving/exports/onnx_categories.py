"""Categorical handlings in operators of ONNX: a category is looked up in a dictionary."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from hornbook.features.categorical_dummy import FittedCategoricalDummy
from hornbook.features.categorical_flag import FittedCategoricalFlag
from hornbook.features.categorical_hash import FittedCategoricalHash
from hornbook.features.categorical_index import FittedCategoricalIndex
from hornbook.features.category_values import FittedCategoryValues
from hornbook.serving.exports.onnx_conversion import NotInOnnxError, convert
from hornbook.serving.exports.onnx_graph import OnnxGraph, Tensor

__all__: list[str] = []


@convert.register
def _dummy(handling: FittedCategoricalDummy, graph: OnnxGraph, column: Tensor) -> Tensor:
    width = len(handling.outputs)
    missing = width - 1 if handling.missing_column else width
    places = _codes(
        graph, column, handling.categories, handling.impute_value, unseen=width, missing=missing
    )
    return places.as_column().equals(np.arange(width)[np.newaxis]).cast("float32")


@convert.register
def _flag(handling: FittedCategoricalFlag, graph: OnnxGraph, column: Tensor) -> Tensor:
    del handling, graph
    return (~column.equals("")).cast("float32").as_column()


@convert.register
def _index(handling: FittedCategoricalIndex, graph: OnnxGraph, column: Tensor) -> Tensor:
    codes = _codes(
        graph,
        column,
        handling.vocabulary.categories,
        handling.impute_value,
        unseen=0,
        missing=1,
        first=2,
    )
    return codes.cast("int32").as_column()


@convert.register
def _values(handling: FittedCategoryValues, graph: OnnxGraph, column: Tensor) -> Tensor:
    vocabulary = handling.vocabulary
    codes = _codes(
        graph,
        column,
        vocabulary.categories,
        handling.impute_value,
        unseen=vocabulary.unseen,
        missing=vocabulary.missing,
    )
    return graph.constant(handling.values[0], "float32").gather(codes)


@convert.register
def _hash(handling: FittedCategoricalHash, graph: OnnxGraph, column: Tensor) -> Tensor:
    del handling, graph, column
    raise NotInOnnxError("it hashes categories with BLAKE2b, which is not in ONNX")


def _codes(
    graph: OnnxGraph,
    column: Tensor,
    categories: Iterable[str],
    impute_value: str | None,
    *,
    unseen: int,
    missing: int,
    first: int = 0,
) -> Tensor:
    """The number of each category, int64 of shape `(n_rows,)`.

    Args:
        graph: to write in.
        column: texts.
        categories: numbered from `first` on.
        impute_value: stands in for missing ones.
        unseen: the number of other categories.
        missing: the number of a missing one.
        first: the number of the first category.

    Raises:
        NotInOnnxError: the empty text is a category.
    """
    known = {category: code for code, category in enumerate(categories, first)}
    if impute_value is not None:
        column = column.where(~column.equals(""), impute_value)
        return graph.lookup(column, known or {"": unseen}, unseen)
    if "" in known:
        raise NotInOnnxError(
            "the empty text is one of its categories, and in ONNX it stands for a missing value"
        )
    return graph.lookup(column, {**known, "": missing}, unseen)
