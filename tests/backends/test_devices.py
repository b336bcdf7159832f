from __future__ import annotations

from hornbook.backends.devices import gpus_of_keras


def test_keras_names_gpus_only(monkeypatch):
    assert all("cpu" not in device for device in gpus_of_keras())
    monkeypatch.setattr("keras.distribution.list_devices", lambda: ["cpu:0", "gpu:0", "GPU:1"])
    assert gpus_of_keras() == ["gpu:0", "GPU:1"]
