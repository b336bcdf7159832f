"""Several training steps at once: as many as there are, and the same weights."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import nullcontext

import keras
import numpy as np
import pytest

from hornbook.backends.executions import StepTimer, paced_executions

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy")

SCRIPT = """
import contextlib, json, sys
import keras, numpy as np
from hornbook.backends import executions

executions._AT_ONCE_SECONDS = 10.0


class Rows(keras.utils.PyDataset):
    def __len__(self):
        return 13

    def __getitem__(self, index):
        random = np.random.default_rng(index)
        x = random.normal(size=(8 if index < 12 else 3, 4)).astype("float32")
        return x, x[:, :1] * 2 - x[:, 1:2]


def train(paced):
    keras.utils.set_random_seed(7)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(8, activation="relu"),
            layers.BatchNormalization(),
            layers.Dropout(0.3),
            layers.Dense(1),
        ]
    )
    model.compile("adam", "mse", metrics=["mae"])
    begun = []

    class Watch(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            begun.append(batch)

        def on_epoch_end(self, epoch, logs=None):
            self.model.predict_on_batch(np.zeros((2, 4), "float32"))

    pace = executions.paced_executions(model) if paced else contextlib.nullcontext()
    with pace:
        history = model.fit(Rows(), epochs=4, verbose=0, callbacks=[Watch()]).history
    steps = int(model.optimizer.iterations.numpy() if hasattr(model.optimizer.iterations, "numpy")
                else model.optimizer.iterations)
    return [w.tolist() for w in model.get_weights()], history, steps, begun, model.evaluate(
        Rows(), verbose=0)


print(json.dumps([train(False), train(True)]))
"""


@pytest.mark.parametrize("backend", ["jax", pytest.param("tensorflow", marks=pytest.mark.slow)])
def test_the_same_steps_with_the_same_weights(backend):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    plain, paced = json.loads(done.stdout.splitlines()[-1])
    assert plain[2] == paced[2] == 4 * 13
    assert plain[3] == [*range(13)] * 4
    assert len(paced[3]) < len(plain[3])
    assert paced[0] == plain[0]
    assert paced[1] == plain[1]
    assert paced[4] == plain[4]


def test_steps_at_once_fit_into_the_time_and_grow_slowly():
    timer = StepTimer(at_once_seconds=0.25)
    assert timer.steps == 1
    timer.add(1, 3.0)
    # The first one compiles and says nothing of those to come.
    assert timer.steps == 1
    timer.add(1, 0.01)
    assert timer.most_steps == 25
    assert timer.steps == 4
    timer.add(4, 0.04)
    assert timer.steps == 16
    timer.add(16, 0.16)
    assert timer.steps == 25


def test_slow_steps_are_made_one_by_one():
    timer = StepTimer(at_once_seconds=0.25)
    for _ in range(3):
        timer.add(1, 0.4)
    assert timer.steps == 1


def test_a_step_that_gets_slower_brings_the_number_down_at_once():
    timer = StepTimer(at_once_seconds=0.25)
    for _ in range(6):
        timer.add(8, 0.008)
    assert timer.steps == 32
    timer.add(32, 3.2)
    assert timer.steps == 2


@pytest.mark.parametrize("steps", [1, 3])
def test_a_number_of_the_users_own_is_kept(steps):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", steps_per_execution=steps)
    begun = []

    class Watch(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            begun.append(batch)

    with paced_executions(model):
        model.fit(
            np.zeros((12, 2)), np.zeros((12, 1)), batch_size=1, verbose=0, callbacks=[Watch()]
        )
    assert model.steps_per_execution == steps
    if steps == 3:
        assert begun == [0, 3, 6, 9]


class Doubled(keras.Sequential):
    def get_metrics_result(self):
        return {"loss": 2 * super().get_metrics_result()["loss"]}


class Shifted(keras.Sequential):
    def compute_metrics(self, *arguments, **options):
        return {"loss": super().compute_metrics(*arguments, **options)["loss"] + 1}


@pytest.mark.parametrize("kind", [keras.Sequential, Doubled, Shifted])
def test_metrics_that_a_model_computes_in_its_own_way_are_kept(kind):
    def losses(context):
        keras.utils.set_random_seed(1)
        model = kind([keras.Input((2,)), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        with context(model):
            history = model.fit(np.ones((12, 2)), np.ones((12, 1)), epochs=2, verbose=0).history
        return history["loss"]

    assert losses(paced_executions) == losses(lambda model: nullcontext())


def test_metrics_of_an_epoch_are_not_computed_once_more(monkeypatch):
    calls = []
    original = keras.Model.get_metrics_result
    monkeypatch.setattr(
        keras.Model, "get_metrics_result", lambda self: (calls.append(1), original(self))[1]
    )
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    with paced_executions(model):
        model.fit(np.ones((12, 2)), np.ones((12, 1)), epochs=3, batch_size=4, verbose=0)
    # Once, where the step is traced.
    assert calls == [1]
