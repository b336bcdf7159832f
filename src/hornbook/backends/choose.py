"""Which backend Keras runs on, decided from the user's code without running it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.machinery import PathFinder
from typing import Literal

from hornbook.design import SourceFile
from hornbook.errors import MissingExtraError

__all__ = ["BackendChoice", "BackendName", "choose_backend", "installed_backends"]

BackendName = Literal["jax", "tensorflow", "torch"]

_ALL: tuple[BackendName, ...] = ("jax", "tensorflow", "torch")
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
    return tuple(name for name in _ALL if PathFinder.find_spec(name) is not None)


def choose_backend(wanted: str, sources: Iterable[SourceFile]) -> BackendChoice:
    """Settles `runtime.backend`.

    Code that uses TensorFlow itself runs on it, and so do convolutions, which are several
    times faster there on a CPU; dense and recurrent networks run on JAX.

    Args:
        wanted: `"auto"` or the name of a backend.
        sources: the user's files.

    Raises:
        MissingExtraError: the wanted backend is not installed.
    """
    installed = installed_backends()
    if wanted != "auto":
        name = next(name for name in _ALL if name == wanted)
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
    for choice in (*(_preference(source) for source in sources), _FOR_TABLES):
        if choice is not None and choice.name in installed:
            return choice
    return BackendChoice(installed[0], "the only one installed")


_FOR_TABLES = BackendChoice("jax", "the fastest for dense and recurrent layers")


def _preference(source: SourceFile) -> BackendChoice | None:
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
    layers = [name for name in source.called_names if name.startswith(_CONVOLUTIONS)]
    applications = any(".applications" in name for name in source.imports)
    if layers or applications:
        return BackendChoice("tensorflow", "the fastest for convolutions on a CPU")
    return None
