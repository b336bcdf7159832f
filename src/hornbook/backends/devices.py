"""The GPUs of this machine, and the ones that Keras sees."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path

import keras

__all__ = ["gpus_of_keras", "gpus_of_machine"]

_DRIVER = Path("/proc/driver/nvidia/gpus")


def gpus_of_machine(driver: Path = _DRIVER) -> list[str]:
    """The models of the NVIDIA GPUs, those that the user has hidden left out.

    Args:
        driver: where the driver lists them.
    """
    if os.environ.get("CUDA_VISIBLE_DEVICES", "0").strip() in ("", "-1"):
        return []
    if os.environ.get("JAX_PLATFORMS", "").strip() == "cpu":
        return []
    models = []
    for file in sorted(driver.glob("*/information")):
        lines = file.read_text("utf-8", errors="replace").splitlines()
        named = (line.partition(":")[2].strip() for line in lines if line.startswith("Model:"))
        models.append(next(named, "NVIDIA GPU"))
    return models


def gpus_of_keras() -> list[str]:
    """The GPUs that the backend which Keras runs on can use."""
    if keras.backend.backend() == "torch":
        cuda = import_module("torch").cuda
        return [f"cuda:{index}" for index in range(cuda.device_count())]
    # Asked for GPUs alone, JAX raises where there is none.
    devices = map(str, keras.distribution.list_devices())
    return [device for device in devices if "gpu" in device.lower() or "cuda" in device.lower()]
