"""A network as one function of encoded rows: the same numbers as Keras gives for decoded ones."""

from __future__ import annotations

import keras
import numpy as np
import polars as pl
import pytest

from hornbook.backends.network import NetworkFunction
from hornbook.features import CategoricalDummy, Feature, FeaturePipeline, NumericalRegular

# Keras' own, when it reads weights.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture
def pipeline():
    random = np.random.default_rng(0)
    frame = pl.DataFrame(
        {
            "a": random.normal(size=300),
            "b": random.choice(list("xyz"), 300),
            "c": random.choice(list("pqrstu"), 300),
            "d": random.normal(size=300),
        }
    )
    features = [
        Feature("a", NumericalRegular()),
        Feature("b", CategoricalDummy()),
        Feature("c", CategoricalDummy(), "other"),
        Feature("d", NumericalRegular()),
    ]
    return FeaturePipeline.fit(features, [frame]), frame


def network(pipeline, middle):
    inputs = {name: keras.Input(spec.shape, name=name) for name, spec in pipeline.inputs.items()}
    keras.utils.set_random_seed(1)
    hidden = middle(inputs["main"], inputs["other"])
    return keras.Model(list(inputs.values()), keras.layers.Dense(2, activation="softmax")(hidden))


def looked_up(main, other):
    layers = keras.layers
    left = layers.Dense(5, activation="relu")(main)
    right = layers.Dense(4, use_bias=False)(other)
    return layers.Concatenate()([left, right, layers.Dense(3)(main)])


def joined_before(main, other):
    return keras.layers.Dense(6, activation="relu")(keras.layers.Concatenate()([main, other]))


def normalised(main, other):
    main = keras.layers.BatchNormalization()(main)
    shared = keras.layers.Dense(4)
    return keras.layers.Concatenate()([shared(main), keras.layers.Dropout(0.5)(other)])


@pytest.mark.parametrize("middle", [looked_up, joined_before, normalised])
@pytest.mark.parametrize("n_at_once", [300, 64, 512])
def test_outputs_are_those_of_keras(pipeline, middle, n_at_once):
    fitted, frame = pipeline
    unknown = pl.DataFrame({"a": [None, 1.0], "b": ["?", None], "c": [None, "q"], "d": [0.5, None]})
    frame = pl.concat([frame, unknown])
    model = network(fitted, middle)
    expected = model.predict_on_batch(fitted.transform(frame))
    outputs = NetworkFunction(model, fitted.encodings)(fitted.encode(frame), n_at_once)
    np.testing.assert_allclose(outputs, expected, atol=2e-6)
    # The layers are as they were.
    np.testing.assert_array_equal(model.predict_on_batch(fitted.transform(frame)), expected)


def test_new_weights_count_at_once(pipeline):
    fitted, frame = pipeline
    model = network(fitted, looked_up)
    function = NetworkFunction(model, fitted.encodings)
    before = function(fitted.encode(frame), 64)
    model.set_weights([weight + 0.5 for weight in model.get_weights()])
    after = function(fitted.encode(frame), 64)
    assert abs(after - before).max() > 0.01
    np.testing.assert_allclose(after, model.predict_on_batch(fitted.transform(frame)), atol=2e-6)


def test_a_network_with_a_way_of_its_own_is_asked_that_way(pipeline):
    class Negative(keras.Model):
        def predict_step(self, *arguments, **options):
            outputs = super().predict_step(*arguments, **options)
            return (
                keras.tree.map_structure(lambda one: -one, outputs)
                if not isinstance(outputs, tuple)
                else (-outputs[0], *outputs[1:])
            )

    fitted, frame = pipeline
    plain = network(fitted, looked_up)
    model = Negative(plain.inputs, plain.outputs[0])
    encoded = fitted.encode(frame)
    expected = NetworkFunction(plain, fitted.encodings)(encoded, 64)
    np.testing.assert_allclose(
        NetworkFunction(model, fitted.encodings)(encoded, 64), -expected, atol=2e-6
    )
