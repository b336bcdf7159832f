"""Steps on the input `main`: they change its columns once the features have filled it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["STEPS"]

_LARGEST = float(np.finfo(np.float32).max)

_Floats = NDArray[np.float32]
Step = Callable[[_Floats, Mapping[str, Any], Mapping[str, NDArray[Any]]], _Floats]


def _generate(
    values: _Floats, state: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]
) -> _Floats:
    """The columns there are, then sums, differences and products of pairs of them."""
    del arrays
    left, right = np.array(state["pairs"], np.intp).reshape(-1, 2).T
    made = [values]
    with np.errstate(over="ignore"):
        if state["linear"]:
            made += [values[:, left] + values[:, right], values[:, left] - values[:, right]]
        if state["polynomial"]:
            made.append(values[:, left] * values[:, right])
    return np.concatenate([values, *(np.clip(one, -_LARGEST, _LARGEST) for one in made[1:])], 1)


def _select(
    values: _Floats, state: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]
) -> _Floats:
    """Some of the columns."""
    del arrays
    return np.ascontiguousarray(values[:, np.array(state["kept"], np.intp)])


def _project(
    values: _Floats, state: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]
) -> _Floats:
    """Principal components."""
    del state
    projected = (values - arrays["mean"]) @ arrays["components"].T
    return np.ascontiguousarray(np.clip(projected, -_LARGEST, _LARGEST), np.float32)


STEPS: Mapping[str, Step] = {"generation": _generate, "selection": _select, "pca": _project}
"""By the name of the step."""
