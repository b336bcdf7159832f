"""A race of backends through the command."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.slow

# The convolution makes a training begin on TensorFlow, whoever wins.
ARCHITECTURE = """
import keras
from keras import layers


def build_model(input_shapes, n_classes=None):
    main = keras.Input(shape=input_shapes["main"], name="main")
    x = layers.Reshape((*input_shapes["main"], 1))(main)
    x = layers.Flatten()(layers.Conv1D(2, 2, activation="relu")(x))
    x = layers.Dense(8, activation="relu")(x)
    return keras.Model(main, layers.Dense(1, activation="sigmoid")(x))


def compile_model(model):
    model.compile("adam", "binary_crossentropy")
    return model
"""


def test_the_fastest_backend_goes_on(terminal, small_table):
    terminal.run("init", "task", "--data", small_table(), "--target", "answer")
    terminal.write("task/architecture.py", ARCHITECTURE)
    settings = ("--set", "runtime.backend=race", "--set", "training.epochs=3")
    result = terminal.json("train", "task", *settings)
    assert result["status"] == "finished", result["reason"]
    race = {entry["backend"]: entry for entry in result["race"]}
    assert {"jax", "tensorflow"} <= set(race)
    able = [entry for entry in race.values() if entry["out_because"] is None]
    winner = min(able, key=lambda entry: entry["projected_seconds"])
    assert result["backend"] == winner["backend"]
    assert "in a race" in result["backend_reason"]
    assert race["jax"]["loss"] == pytest.approx(race["tensorflow"]["loss"], rel=1e-4)
    (session,) = terminal.json("sessions")["sessions"]
    assert session["backend"] == winner["backend"]
    assert terminal.json("show")["race"] == result["race"]
    assert "Race of backends" in terminal.run("show").stdout
    # Nothing of the race is left in the session's folder.
    folder = terminal.home / "analyses" / result["model"]
    assert not [path for path in folder.iterdir() if path.name.startswith("race-")]


def test_a_network_that_one_backend_cannot_run_leaves_it_out(terminal, small_table):
    terminal.run("init", "task", "--data", small_table(), "--target", "answer")
    only_jax = ARCHITECTURE.replace(
        "    main = keras.Input",
        "    if keras.backend.backend() != 'jax':\n"
        "        raise RuntimeError('only on JAX')\n"
        "    main = keras.Input",
        1,
    )
    terminal.write(
        "task/architecture.py", only_jax.replace("layers.Conv1D", "getattr(layers, 'Conv1D')")
    )
    settings = ("--set", "runtime.backend=race", "--set", "training.epochs=1")
    result = terminal.json("train", "task", *settings)
    assert result["status"] == "finished", result["reason"]
    race = {entry["backend"]: entry for entry in result["race"]}
    assert "only on JAX" in race["tensorflow"]["out_because"]
    assert result["backend"] == "jax"
