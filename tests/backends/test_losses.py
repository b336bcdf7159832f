"""The loss of measured rows: what Keras itself would name, computed by one compiled function."""

from __future__ import annotations

import gc
import weakref

import keras
import numpy as np
import pytest

from hornbook.backends.losses import loss_of_block, predict_with_loss

pytestmark = pytest.mark.slow

X = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
Y = X.sum(axis=1, keepdims=True)
WEIGHTS = np.linspace(0.5, 2.0, 40).astype("float32")


def model_of(loss="mse", **compiled):
    main = keras.Input((3,), name="main")
    hidden = keras.layers.Dense(4, "relu", kernel_regularizer="l2")(main)
    hidden = keras.layers.Dropout(0.5)(hidden)
    model = keras.Model(main, keras.layers.Dense(1)(hidden))
    model.compile("adam", loss, **compiled)
    return model


def loss_of(model, weights=None):
    return loss_of_block(model, {"main": X}, Y, model.predict_on_batch(X), weights)


@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_it_is_the_loss_that_keras_names(weights):
    model = model_of()
    named = model.evaluate(X, Y, sample_weight=weights, batch_size=40, verbose=0)
    assert loss_of(model, weights) == pytest.approx(named, rel=1e-6)


def test_it_goes_by_the_weights_as_they_are_now():
    model = model_of()
    before = loss_of(model)
    model.fit(X, Y, epochs=5, verbose=0)
    after = loss_of(model)
    assert after < before
    assert after == pytest.approx(model.evaluate(X, Y, batch_size=40, verbose=0), rel=1e-6)


def test_it_goes_by_the_loss_that_was_compiled_last():
    model = model_of("mse")
    squares = loss_of(model)
    model.compile("adam", "mae")
    assert loss_of(model) == pytest.approx(model.evaluate(X, Y, batch_size=40, verbose=0), rel=1e-6)
    assert loss_of(model) != squares


def test_a_loss_that_cannot_be_compiled_is_computed_where_the_model_runs_eagerly():
    def by_numpy(truth, output):
        return keras.ops.convert_to_tensor(np.square(np.asarray(truth) - np.asarray(output)).mean())

    model = model_of(by_numpy, run_eagerly=True)
    expected = np.square(Y - model.predict_on_batch(X)).mean()
    regularisation = float(keras.ops.sum(model.losses[0]))
    assert loss_of(model) == pytest.approx(expected + regularisation, rel=1e-5)


def test_it_is_one_compiled_function(monkeypatch):
    traced = []
    original = keras.Model.compute_loss
    monkeypatch.setattr(
        keras.Model,
        "compute_loss",
        lambda self, *args, **options: (traced.append(1), original(self, *args, **options))[1],
    )
    model = model_of()
    assert loss_of(model) == loss_of(model)
    assert traced == [1]


def test_it_leaves_the_state_of_the_model_alone():
    model = model_of()
    loss_of(model)
    before = [np.asarray(variable.value) for variable in model.variables]
    loss_of(model)
    for variable, value in zip(model.variables, before, strict=True):
        np.testing.assert_array_equal(np.asarray(variable.value), value)


def test_it_keeps_no_model_alive():
    model = model_of()
    loss_of(model)
    reference = weakref.ref(model)
    del model
    keras.backend.clear_session()
    gc.collect()
    assert reference() is None


@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_outputs_and_loss_in_one_are_those_of_two_functions(weights):
    model = model_of()
    expected = model.predict_on_batch(X)
    outputs, loss = predict_with_loss(model, {"main": X}, Y, weights)
    np.testing.assert_allclose(np.asarray(outputs), expected, rtol=1e-6)
    assert loss == pytest.approx(loss_of(model, weights), rel=1e-6)


def test_a_model_that_predicts_in_its_own_way_does_so():
    class Doubled(keras.Model):
        def predict_step(self, *state):
            outputs, rest = super().predict_step(*state)
            return 2 * outputs, rest

    main = keras.Input((3,), name="main")
    model = Doubled(main, keras.layers.Dense(1)(main))
    model.compile("adam", "mse")
    assert predict_with_loss(model, {"main": X}, Y, None) is None


def test_a_model_that_runs_eagerly_is_not_compiled():
    assert predict_with_loss(model_of(run_eagerly=True), {"main": X}, Y, None) is None
