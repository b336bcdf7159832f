"""The GPUs that Keras sees."""

from __future__ import annotations

from importlib import import_module

import keras

__all__ = ["gpus_of_keras"]


def gpus_of_keras() -> list[str]:
    """The GPUs that the backend which Keras runs on can use."""
    if keras.backend.backend() == "torch":
        cuda = import_module("torch").cuda
        return [f"cuda:{index}" for index in range(cuda.device_count())]
    # Asked for GPUs alone, JAX raises where there is none.
    devices = map(str, keras.distribution.list_devices())
    return [device for device in devices if "gpu" in device.lower() or "cuda" in device.lower()]
