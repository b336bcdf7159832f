from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from hornbook.training.activations import count_dead_units

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

ROWS = {"main": np.random.default_rng(0).normal(size=(70, 4)).astype(np.float32)}


def with_biases(layer, *biases):
    kernel, _ = layer.get_weights()
    layer.set_weights([kernel, np.array(biases, np.float32)])


def test_units_that_never_fire_are_counted_by_layer():
    main = keras.Input((4,), name="main")
    dense = layers.Dense(3, activation="relu", name="dense")
    linear = layers.Dense(2, name="linear")
    after = layers.ReLU(name="after")
    model = keras.Model(main, layers.Dense(1, name="end")(after(linear(dense(main)))))
    with_biases(dense, 0, -100, 0)
    with_biases(linear, -1000, 1000)
    assert count_dead_units(model, ROWS) == {"dense": (1, 3), "after": (1, 2)}


def test_one_row_on_which_a_unit_fires_is_enough():
    main = keras.Input((4,), name="main")
    dense = layers.Dense(1, activation="relu", name="dense")
    model = keras.Model(main, dense(main))
    dense.set_weights([np.eye(4, 1, dtype=np.float32), np.zeros(1, np.float32)])
    values = np.full((70, 4), -1, np.float32)
    assert count_dead_units(model, {"main": values}) == {"dense": (1, 1)}
    values[64] = 1
    assert count_dead_units(model, {"main": values}) == {"dense": (0, 1)}


def test_the_units_of_a_convolution_are_its_channels():
    image = keras.Input((6, 6, 3), name="image")
    convolution = layers.Conv2D(2, 3, activation="relu", name="conv")
    model = keras.Model(image, layers.Flatten()(convolution(image)))
    with_biases(convolution, -1000, 1)
    pixels = {"image": np.random.default_rng(0).random((5, 6, 6, 3)).astype(np.float32)}
    assert count_dead_units(model, pixels) == {"conv": (1, 2)}


def test_other_activations_and_other_models_have_none():
    main = keras.Input((4,), name="main")
    leaky = layers.LeakyReLU()(layers.Dense(3, activation="tanh")(main))
    assert count_dead_units(keras.Model(main, leaky), ROWS) == {}

    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(2, activation="relu")

        def call(self, inputs):
            return self.dense(inputs["main"])

    model = Own()
    model(ROWS)
    assert count_dead_units(model, ROWS) == {}
