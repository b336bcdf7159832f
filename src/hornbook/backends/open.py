"""Opening a Keras backend in this process, and loading saved models on it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hornbook.backends.bridge import install_bridge
from hornbook.backends.choose import BackendName, installed_backends
from hornbook.errors import HornbookError, MissingExtraError
from hornbook.processes import collector_at_rest

__all__ = ["load_keras_model", "open_backend", "open_some_backend", "set_seed"]


def open_backend(name: BackendName) -> None:
    """Imports Keras on a backend and opens the bridge for `tensorflow.keras` imports.

    Raises:
        HornbookError: this process has Keras open on another backend already.
    """
    if "keras" not in sys.modules:
        os.environ["KERAS_BACKEND"] = name
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with collector_at_rest():
        import keras

    if keras.backend.backend() != name:
        raise HornbookError(
            f"This process runs Keras on {keras.backend.backend()}, {name} was asked for; "
            "Keras cannot change its backend once it is imported.",
            fix=f"Set the environment variable KERAS_BACKEND={name} before Python starts.",
        )
    install_bridge()


def open_some_backend(preferred: str | None = None) -> None:
    """Imports Keras on what it runs on already, or `KERAS_BACKEND`, or the preferred backend.

    Saved models carry over between backends, so that any will do for predictions.
    """
    installed = installed_backends()
    if "keras" not in sys.modules and "KERAS_BACKEND" not in os.environ:
        if not installed:
            raise MissingExtraError(
                "Keras needs a backend, none is installed.", fix="pip install jax"
            )
        os.environ["KERAS_BACKEND"] = preferred if preferred in installed else installed[0]
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with collector_at_rest():
        import keras  # noqa: F401 - opens the backend that the environment names

    install_bridge()


def set_seed(seed: int) -> None:
    """Seeds Python, NumPy and the backend, so that initial weights and dropout repeat."""
    import keras

    keras.utils.set_random_seed(seed)


def load_keras_model(
    path: Path,
    *,
    compile_model: bool = True,
    custom_objects: Mapping[str, Any] | None = None,
    trusted: bool = False,
) -> Any:
    """Loads a `.keras` file.

    Args:
        path: the file.
        compile_model: whether to restore loss, metrics and optimizer too.
        custom_objects: layers, losses and functions of the user's own, by name.
        trusted: whether code stored in the file, such as a lambda, may be run.

    Raises:
        HornbookError: the file needs code that only the user's own files define.
    """
    import keras

    try:
        return keras.saving.load_model(
            path, dict(custom_objects or {}), compile=compile_model, safe_mode=not trusted
        )
    except (TypeError, ValueError, NotImplementedError) as error:
        raise HornbookError(
            f"Keras could not load '{path}': {error}",
            fix="Load it with layers and losses of your own in custom_objects.",
        ) from error
