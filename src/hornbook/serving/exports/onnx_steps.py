"""Feature generation and reduction in operators of ONNX."""

from __future__ import annotations

from functools import singledispatch

import numpy as np

from hornbook.features.column_selection import ColumnSelection
from hornbook.features.generation import FittedGeneration
from hornbook.features.reduction_pca import PrincipalComponents
from hornbook.features.step import FittedStep
from hornbook.serving.exports.onnx_conversion import NotInOnnxError
from hornbook.serving.exports.onnx_graph import Tensor
from hornbook.serving.exports.onnx_numbers import LARGEST

__all__ = ["apply_step"]


@singledispatch
def apply_step(step: FittedStep, values: Tensor) -> Tensor:
    """What a fitted step makes of rows, both float32.

    Raises:
        NotInOnnxError: it cannot be expressed.
    """
    del values
    raise NotInOnnxError(f"there is no conversion of {type(step).__name__}")


@apply_step.register
def _select(step: ColumnSelection, values: Tensor) -> Tensor:
    return values.gather(step.kept, axis=1)


@apply_step.register
def _project(step: PrincipalComponents, values: Tensor) -> Tensor:
    projected = (values.cast("float64") - step.mean) @ step.components.T
    return projected.clip(-LARGEST, LARGEST).cast("float32")


@apply_step.register
def _generate(step: FittedGeneration, values: Tensor) -> Tensor:
    left, right = (values.gather(places, axis=1) for places in np.array(step.pairs).T)
    made = []
    if step.linear:
        made += [left + right, left - right]
    if step.polynomial:
        made.append(left * right)
    bounded = [one.clip(-LARGEST, LARGEST) for one in made]
    return values.graph.concat([values, *bounded], axis=1)
