"""The loss of a block of rows by a model as it stands, computed without training it."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import keras

__all__ = ["loss_of_block"]

_LossFunction = Callable[..., Any]

_FUNCTIONS: weakref.WeakKeyDictionary[Any, tuple[object, _LossFunction]] = (
    weakref.WeakKeyDictionary()
)
"""By model: the loss it was compiled with, and the function that was made of it on JAX."""


def loss_of_block(model: Any, inputs: Any, targets: Any, outputs: Any, weights: Any) -> float:
    """The mean loss that Keras would name for these rows, regularisation included.

    On JAX it is computed by one compiled function, unless the model was compiled to run without
    one: operation by operation, each of a dozen would be compiled for itself.

    Args:
        model: a compiled Keras model.
        inputs: of the block, as the model takes them.
        targets: in the shape and order of the outputs.
        outputs: of the model for the inputs, arrays.
        weights: of the rows, or `None`.
    """
    if keras.backend.backend() == "jax" and model.jit_compile and not model.run_eagerly:
        variables = [variable.value for variable in model.variables]
        loss = _function_on_jax(model)(variables, inputs, targets, outputs, weights)
    else:
        tensors = keras.tree.map_structure(keras.ops.convert_to_tensor, outputs)
        loss = model.compute_loss(inputs, targets, tensors, weights, training=False)
    return float(keras.ops.convert_to_numpy(loss))


def _function_on_jax(model: Any) -> _LossFunction:
    compiled_with = getattr(model, "_compile_loss", None)
    known = _FUNCTIONS.get(model)
    if known is not None and known[0] is compiled_with:
        return known[1]
    function = _compiled(weakref.ref(model))
    _FUNCTIONS[model] = (compiled_with, function)
    return function


def _compiled(model_reference: weakref.ref[Any]) -> _LossFunction:
    import jax

    def compute(values: Any, inputs: Any, targets: Any, outputs: Any, weights: Any) -> Any:
        model = model_reference()
        assert model is not None, "The model is held by the caller."
        with keras.StatelessScope(state_mapping=list(zip(model.variables, values, strict=True))):
            return model.compute_loss(inputs, targets, outputs, weights, training=False)

    compiled: _LossFunction = jax.jit(compute)
    return compiled
