"""Which backend Keras runs on, decided from the user's code without running it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Literal

from hornbook.backends.gpus import gpus_of_machine
from hornbook.design import SourceFile
from hornbook.errors import MissingExtraError

__all__ = ["BACKENDS", "BackendChoice", "BackendName", "choose_backend", "installed_backends"]

BackendName = Literal["jax", "tensorflow", "torch"]

BACKENDS: tuple[BackendName, ...] = ("jax", "tensorflow", "torch")
_CONVOLUTIONS = ("Conv1D", "Conv2D", "Conv3D", "ConvLSTM")


@dataclass(frozen=True)
class BackendChoice:
    """A backend and, in a sentence, why it was chosen."""

    name: BackendName
    reason: str


def installed_backends() -> tuple[BackendName, ...]:
    """The backends that can be imported here, without importing them.

    It looks on the path, since a stand-in may answer for TensorFlow among the loaded modules.
    """
    return tuple(name for name in BACKENDS if PathFinder.find_spec(name) is not None)


def choose_backend(
    wanted: str,
    sources: Iterable[SourceFile],
    *,
    reads_images: bool = False,
    device: str = "auto",
) -> BackendChoice:
    """Settles `runtime.backend`.

    Code that uses TensorFlow or PyTorch itself runs on it. On a machine with an NVIDIA GPU a
    backend that is installed for GPUs goes next. Convolutions and images run on TensorFlow, where
    they are several times faster on a CPU; dense and recurrent networks run on JAX.

    For a race it names the backend to begin with, as for `"auto"`.

    Args:
        wanted: `"auto"`, `"race"` or the name of a backend.
        sources: the user's files.
        reads_images: whether the network gets images, which is as good as convolutions.
        device: that the design asks for; with `"cpu"` GPUs do not count.

    Raises:
        MissingExtraError: the wanted backend is not installed.
    """
    installed = installed_backends()
    if wanted not in ("auto", "race"):
        name = next(name for name in BACKENDS if name == wanted)
        if name not in installed:
            extra = "hornbook[torch]" if name == "torch" else name
            raise MissingExtraError(
                f"The design asks for the backend '{wanted}', which is not installed. "
                f"Installed: {', '.join(installed) or 'none'}.",
                fix=f"Install it (pip install '{extra}'), or set [runtime] backend = \"auto\".",
            )
        return BackendChoice(name, "named in the design")
    if not installed:
        raise MissingExtraError(
            "Keras needs a backend, and none is installed.", fix="pip install jax"
        )
    if len(installed) == 1:
        return BackendChoice(installed[0], "the only one installed")
    on_gpu = _best_on_gpu() if device != "cpu" and gpus_of_machine() else None
    for choice in (
        *(_own(source) for source in sources),
        on_gpu,
        *(_convolutions(source) for source in sources),
        _FOR_IMAGES if reads_images else None,
        _FOR_TABLES,
    ):
        if choice is not None and choice.name in installed:
            return choice
    return BackendChoice(installed[0], "one that is installed")


_FOR_TABLES = BackendChoice("jax", "the fastest for dense and recurrent layers")
_FOR_IMAGES = BackendChoice("tensorflow", "the fastest for images on a CPU")
_GPU_PACKAGES: dict[BackendName, tuple[str, ...]] = {
    "jax": ("jax_cuda12_plugin", "jax_cuda13_plugin"),
    "tensorflow": ("nvidia",),
}
"""What is installed with a backend that was built for NVIDIA GPUs. PyTorch says so in a file."""


def _best_on_gpu() -> BackendChoice | None:
    """The first backend that is installed for GPUs, if one is."""
    for name in BACKENDS:
        if name == "torch":
            sees_gpu = _torch_is_built_for_gpus()
        else:
            sees_gpu = any(PathFinder.find_spec(package) for package in _GPU_PACKAGES[name])
        if sees_gpu and name in installed_backends():
            return BackendChoice(name, "it can use this machine's GPU")
    return None


def _torch_is_built_for_gpus() -> bool:
    spec = PathFinder.find_spec("torch")
    if spec is None or not spec.submodule_search_locations:
        return False
    version = Path(spec.submodule_search_locations[0], "version.py")
    return version.is_file() and bool(_CUDA_OF_TORCH.search(version.read_text("utf-8")))


_CUDA_OF_TORCH = re.compile(r"^cuda(: [^=]*)? = '[0-9]", re.MULTILINE)


def _own(source: SourceFile) -> BackendChoice | None:
    """The backend that a file uses itself, not through Keras."""
    own = source.attributes_of_module("tensorflow") - {"keras"}
    own |= {
        name
        for name in source.imports
        if name.startswith("tensorflow.") and not name.startswith("tensorflow.keras")
    }
    if own:
        return BackendChoice("tensorflow", f"{source.name} uses TensorFlow itself")
    if source.attributes_of_module("torch") or any(
        name.split(".")[0] == "torch" for name in source.imports
    ):
        return BackendChoice("torch", f"{source.name} uses PyTorch itself")
    return None


def _convolutions(source: SourceFile) -> BackendChoice | None:
    layers = [name for name in source.called_names if name.startswith(_CONVOLUTIONS)]
    applications = any(".applications" in name for name in source.imports)
    if layers or applications:
        return BackendChoice("tensorflow", "the fastest for convolutions on a CPU")
    return None
