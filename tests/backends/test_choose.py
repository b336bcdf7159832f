"""Which backend `auto` means for which code."""

from __future__ import annotations

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
