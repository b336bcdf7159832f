"""Which backend `auto` means for which code."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from hornbook.backends import choose, choose_backend
from hornbook.design import SourceFile
from hornbook.errors import MissingExtraError


@pytest.fixture(autouse=True)
def all_installed(monkeypatch):
    monkeypatch.setattr(choose, "installed_backends", lambda: ("jax", "tensorflow", "torch"))


@pytest.mark.parametrize(
    ("code", "backend"),
    [
        ("from tensorflow.keras.layers import Dense\nDense(3)", "jax"),
        ("import tensorflow as tf\ntf.keras.layers.LSTM(3)", "jax"),
        ("import keras\nkeras.layers.Conv2D(3, 3)", "tensorflow"),
        ("from keras.applications import MobileNetV2", "tensorflow"),
        ("import tensorflow as tf\ntf.nn.relu(0)", "tensorflow"),
        ("from tensorflow.math import log", "tensorflow"),
        ("import torch\ntorch.nn.Linear(1, 2)", "torch"),
    ],
)
def test_auto_looks_at_the_code(code, backend):
    assert choose_backend("auto", [SourceFile("architecture.py", code)]).name == backend


def test_a_named_backend_is_taken():
    source = SourceFile("architecture.py", "import keras\nkeras.layers.Conv2D(3, 3)")
    assert choose_backend("jax", [source]).name == "jax"


def test_a_missing_backend_names_what_to_install(monkeypatch):
    monkeypatch.setattr(choose, "installed_backends", lambda: ("jax",))
    with pytest.raises(MissingExtraError, match=r"hornbook\[torch\]"):
        choose_backend("torch", [])


def test_auto_takes_what_is_there(monkeypatch):
    monkeypatch.setattr(choose, "installed_backends", lambda: ("tensorflow",))
    assert choose_backend("auto", []).name == "tensorflow"


def test_images_are_as_good_as_convolutions():
    plain = [SourceFile("architecture.py", "import keras")]
    assert choose_backend("auto", plain, reads_images=True).name == "tensorflow"
    assert choose_backend("auto", plain).name == "jax"


def test_a_race_begins_with_what_auto_takes():
    assert choose_backend("race", []) == choose_backend("auto", [])


@pytest.mark.parametrize(
    ("package", "backend"), [("jax_cuda12_plugin", "jax"), ("nvidia", "tensorflow")]
)
def test_a_gpu_is_used_by_a_backend_that_is_installed_for_it(monkeypatch, package, backend):
    convolutions = SourceFile("architecture.py", "from keras import layers\nlayers.Conv2D(2, 2)")
    find = choose.PathFinder.find_spec

    def find_spec(name):
        # The machine of the test may have packages for GPUs, too.
        return name == package if name in ("nvidia", "jax_cuda12_plugin") else find(name)

    monkeypatch.setattr(choose, "PathFinder", SimpleNamespace(find_spec=find_spec))
    monkeypatch.setattr(choose, "_torch_is_built_for_gpus", lambda: False)
    assert choose_backend("auto", [convolutions]).name == "tensorflow"
    monkeypatch.setattr(choose, "gpus_of_machine", lambda: ["NVIDIA H100"])
    chosen = choose_backend("auto", [convolutions])
    assert (chosen.name, chosen.reason) == (backend, "it can use this machine's GPU")
