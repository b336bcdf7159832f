"""The environment of processes that open Keras."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from hornbook.backends import device_environment

__all__ = ["import_environment", "worker_environment"]

_READ_AT_IMPORT = (
    "CUDA_",
    "JAX_",
    "KERAS_",
    "LD_",
    "MALLOC_",
    "MKL_",
    "NUMEXPR_",
    "OMP_",
    "OPENBLAS_",
    "POLARS_",
    "PYTHON",
    "PYTORCH_",
    "TF_",
    "TORCH_",
    "XLA_",
)


def worker_environment(backend: str, home: Path, device: str = "auto") -> dict[str, str]:
    """The environment of a process that opens Keras on a backend.

    JAX keeps what it compiled in the workspace, so that the next training of the same
    network starts its first epoch sooner.

    Args:
        backend: its name.
        home: the workspace's folder.
        device: that the design asks for.

    Raises:
        NotFoundError: the device is not there.
    """
    return {
        "JAX_COMPILATION_CACHE_DIR": str(home / "cache" / "jax"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
        **os.environ,
        **device_environment(device),
        "KERAS_BACKEND": backend,
        "PYTHONUNBUFFERED": "1",
        "TF_CPP_MIN_LOG_LEVEL": os.environ.get("TF_CPP_MIN_LOG_LEVEL", "2"),
    }


def import_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables among these that Python and the libraries of a worker read once, at import."""
    return {name: value for name, value in environment.items() if name.startswith(_READ_AT_IMPORT)}
