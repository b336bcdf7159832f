"""The GPUs of this machine, found without a backend."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["gpus_of_machine"]

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
