"""The GPUs of this machine, found without a backend, and which of them a process sees."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from hornbook.errors import NotFoundError

__all__ = ["GpuState", "device_environment", "gpu_states", "gpus_of_machine"]

_DRIVER = Path("/proc/driver/nvidia/gpus")
_QUERY = "index,uuid,memory.used,memory.total,utilization.gpu,name"
_QUERY_SECONDS = 5.0


@dataclass(frozen=True)
class GpuState:
    """A GPU and how busy it is.

    Attributes:
        device: how a design names it, such as `"gpu:0"`.
        name: its model.
        used_mb, total_mb: of its memory, in MiB.
        load_percent: how much of the last moment it worked; `None` where it does not say.
    """

    device: str
    name: str
    used_mb: int
    total_mb: int
    load_percent: int | None


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


def gpu_states(command: str = "nvidia-smi") -> list[GpuState]:
    """The GPUs that a training may use, with their memory and load; none where none is found.

    Args:
        command: that tells them.
    """
    try:
        done = subprocess.run(
            [command, f"--query-gpu={_QUERY}", "--format=csv,noheader,nounits"],
            capture_output=True,
            text=True,
            check=True,
            timeout=_QUERY_SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return []
    found = [[part.strip() for part in line.split(",", 5)] for line in done.stdout.splitlines()]
    found = [parts for parts in found if len(parts) == 6 and parts[3].isdigit()]
    visible = _visible()
    if visible is None:
        visible = [parts[0] for parts in found]
    return [
        GpuState(
            f"gpu:{number}",
            parts[5],
            int(parts[2]) if parts[2].isdigit() else 0,
            int(parts[3]),
            int(parts[4]) if parts[4].isdigit() else None,
        )
        for number, wanted in enumerate(visible)
        for parts in found
        if wanted == parts[0] or (wanted.startswith("GPU-") and parts[1].startswith(wanted))
    ]


def device_environment(device: str, driver: Path = _DRIVER) -> dict[str, str]:
    """The variables by which a process and its backend see the devices that a design asks for.

    Args:
        device: `"auto"` for all there are, `"cpu"` for no GPU, or one of them as `"gpu:0"`.
        driver: as for `gpus_of_machine`.

    Raises:
        NotFoundError: there is no such GPU.
    """
    if device == "auto":
        return {}
    if device == "cpu":
        return {"CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"}
    n_gpus = len(gpus_of_machine(driver))
    visible = (_visible() if n_gpus else []) or [str(number) for number in range(n_gpus)]
    number = int(device.removeprefix("gpu:"))
    if number >= len(visible):
        have = {0: "no NVIDIA GPU", 1: "one, gpu:0"}.get(
            len(visible), f"gpu:0 to gpu:{len(visible) - 1}"
        )
        raise NotFoundError(
            f"The design asks for the device '{device}', and this machine has {have}.",
            fix='Set [runtime] device = "auto", or to one that is there.',
        )
    # The numbers are those of nvidia-smi.
    return {"CUDA_DEVICE_ORDER": "PCI_BUS_ID", "CUDA_VISIBLE_DEVICES": visible[number]}


def _visible() -> list[str] | None:
    """The GPUs that the user has not hidden, as CUDA takes them; `None` for all."""
    given = os.environ.get("CUDA_VISIBLE_DEVICES")
    if given is None:
        return None
    return [one.strip() for one in given.split(",") if one.strip() not in ("", "-1")]
