"""The variables of an optimizer are those that Keras would make."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from hornbook.backends.optimizers import build_optimizer


def model_of(optimizer, **compiled):
    keras.backend.clear_session()
    keras.utils.set_random_seed(1)
    layers = [keras.layers.Dense(3, "relu"), keras.layers.Dense(1)]
    model = keras.Sequential([keras.Input((2,)), *layers])
    model.compile(optimizer, "mse", **compiled)
    return model


@pytest.mark.parametrize("optimizer", ["adam", "sgd", "adafactor", "ftrl"])
def test_they_are_those_of_keras(optimizer):
    ours, plain = model_of(optimizer), model_of(optimizer)
    build_optimizer(ours)
    plain.optimizer.build(plain.trainable_variables)
    for one, other in zip(ours.optimizer.variables, plain.optimizer.variables, strict=True):
        assert (one.path, one.dtype) == (other.path, other.dtype)
        np.testing.assert_array_equal(np.asarray(one.value), np.asarray(other.value))
    x, y = np.ones((4, 2), "float32"), np.ones((4, 1), "float32")
    assert ours.fit(x, y, verbose=0).history == plain.fit(x, y, verbose=0).history


@pytest.mark.skipif(keras.backend.backend() != "jax", reason="JAX compiles each shape of zeros")
@pytest.mark.skipif(keras.backend.backend() != "jax", reason="JAX compiles zeros of each shape")
def test_nothing_is_compiled():
    import jax

    compiled = []
    jax.monitoring.register_event_duration_secs_listener(
        lambda event, seconds, **about: compiled.append(about.get("fun_name"))
    )
    model = model_of("adam")
    jax.clear_caches()
    compiled.clear()
    build_optimizer(model)
    assert model.optimizer.built
    assert compiled == []
    jax.numpy.zeros((2, 3))
    assert compiled


def test_an_optimizer_that_is_built_already_is_left_alone():
    model = model_of("adam")
    x, y = np.ones((4, 2), "float32"), np.ones((4, 1), "float32")
    model.fit(x, y, verbose=0)
    before = [np.asarray(variable.value) for variable in model.optimizer.variables]
    build_optimizer(model)
    for variable, value in zip(model.optimizer.variables, before, strict=True):
        np.testing.assert_array_equal(np.asarray(variable.value), value)


def test_types_that_numpy_has_not_are_made_by_keras():
    keras.config.set_floatx("bfloat16")
    try:
        model = model_of("adam")
        build_optimizer(model)
        assert "bfloat16" in {variable.dtype for variable in model.optimizer.variables}
    finally:
        keras.config.set_floatx("float32")


def test_zeros_are_made_as_ever_afterwards():
    build_optimizer(model_of("adam"))
    assert not isinstance(keras.initializers.Zeros()((2,)), np.ndarray)
