"""The variables of an optimizer, made before the first step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np

__all__ = ["build_optimizer"]


def build_optimizer(model: Any) -> None:
    """Makes the variables of a model's optimizer, as `fit` would, where they are not there yet.

    On JAX, Keras compiles a function for each shape of zeros; here they are copied.

    Args:
        model: compiled and built, with its layers frozen or not as they will be trained.
    """
    optimizer = getattr(model, "optimizer", None)
    if optimizer is None or optimizer.built or keras.backend.backend() != "jax":
        return
    with _copied_zeros():
        optimizer.build(model.trainable_variables)


@contextmanager
def _copied_zeros() -> Iterator[None]:
    compiled = keras.initializers.Zeros.__call__

    def zeros(self: Any, shape: Any, dtype: Any = None, **options: Any) -> Any:
        dtype = dtype or keras.config.floatx()
        try:
            # With its type said, JAX copies an array; without, it compiles that for each shape.
            return keras.ops.convert_to_tensor(np.zeros(shape, dtype), dtype=dtype)
        except TypeError:
            # NumPy does not know bfloat16 and the like.
            return compiled(self, shape, dtype, **options)

    keras.initializers.Zeros.__call__ = zeros
    try:
        yield
    finally:
        keras.initializers.Zeros.__call__ = compiled
