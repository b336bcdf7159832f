"""The loss of a block of rows by a model as it stands, computed without training it."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import keras

from hornbook.backends.named_inputs import inputs_by_name

__all__ = ["loss_of_block", "predict_with_loss"]

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
    if _is_compiled_on_jax(model):
        _, loss = _called_on_jax(model, inputs, targets, outputs, weights)
    else:
        tensors = keras.tree.map_structure(keras.ops.convert_to_tensor, outputs)
        loss = model.compute_loss(inputs, targets, tensors, weights, training=False)
    return float(keras.ops.convert_to_numpy(loss))


def predict_with_loss(
    model: Any, inputs: Any, targets: Any, weights: Any
) -> tuple[Any, float] | None:
    """The outputs for a block of rows and their mean loss, both by one function.

    That is one function less to compile, and to call, than predicting before. It is done where
    nothing can tell the difference: on JAX, by a model that predicts in Keras' own way.

    Args:
        model: a compiled Keras model.
        inputs: of the block, as the model takes them.
        targets: in the shape and order of the outputs.
        weights: of the rows, or `None`.

    Returns:
        Arrays as the model gives them and the loss, or `None` where the two are to be had apart.
    """
    predicts_as_keras = all(
        getattr(type(model), name) is getattr(keras.Model, name)
        for name in ("predict_step", "make_predict_function", "predict_on_batch")
    )
    if not (_is_compiled_on_jax(model) and predicts_as_keras and model.built):
        return None
    model.jax_state_sync()
    outputs, loss = _called_on_jax(model, inputs, targets, None, weights)
    return outputs, float(loss)


def _is_compiled_on_jax(model: Any) -> bool:
    return bool(keras.backend.backend() == "jax" and model.jit_compile and not model.run_eagerly)


def _called_on_jax(model: Any, *block: Any) -> tuple[Any, Any]:
    values = [variable.value for variable in model.variables]
    outputs, loss = _function_on_jax(model)(values, *block)
    return outputs, loss


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
            if outputs is None:
                with inputs_by_name():
                    outputs = model(inputs, training=False)
            return outputs, model.compute_loss(inputs, targets, outputs, weights, training=False)

    compiled: _LossFunction = jax.jit(compute)
    return compiled
