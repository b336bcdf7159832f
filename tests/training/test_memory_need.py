"""The memory of a training step, against figures worked out by hand."""

from __future__ import annotations

import pytest

from hornbook.features import InputSpec

keras = pytest.importorskip("keras")


@pytest.fixture
def dense():
    main = keras.Input(shape=(3,), name="main")
    hidden = keras.layers.Dense(4, activation="relu")(main)
    model = keras.Model(main, keras.layers.Dense(1)(hidden))
    model.compile("adam", "mse")
    return model


def spec(shape, dtype="float32"):
    return {"main": InputSpec("main", shape, dtype, (), ())}


def test_weights_gradients_optimizer_and_a_batch(dense):
    from hornbook.training.memory_need import memory_need

    need = memory_need(dense, spec((3,)), 32)
    parameters = 3 * 4 + 4 + 4 + 1
    assert need["weights"] == need["gradients"] == 4 * parameters
    # Two moments of each weight; and the step and the learning rate.
    assert 8 * parameters < need["optimizer"] <= 8 * parameters + 16
    assert need["inputs"] == 32 * 3 * 4
    assert need["activations"] == 32 * (4 + 1) * 4
    assert need["batch_size"] == 32


def test_frozen_layers_have_no_gradients_and_models_within_are_looked_into():
    from hornbook.training.memory_need import memory_need

    inner = keras.Sequential([keras.Input((3,)), keras.layers.Dense(5), keras.layers.Dense(2)])
    inner.trainable = False
    main = keras.Input(shape=(3,), name="main")
    model = keras.Model(main, keras.layers.Dense(1)(inner(main)))
    model.compile("sgd", "mse")
    need = memory_need(model, spec((3,)), 10)
    assert need["gradients"] == 4 * (2 + 1)
    assert need["weights"] == 4 * (3 * 5 + 5 + 5 * 2 + 2 + 2 + 1)
    assert need["activations"] == 10 * 4 * (5 + 2 + 1)


def test_what_only_the_data_decide_is_not_known():
    from hornbook.training.memory_need import memory_need

    main = keras.Input(shape=(None, 3), name="main")
    model = keras.Model(main, keras.layers.Dense(2)(main))
    model.compile("sgd", "mse")
    assert memory_need(model, spec((7, 3)), 4)["activations"] is None
