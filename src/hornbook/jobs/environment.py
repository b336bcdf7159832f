"""The environment of processes that open Keras."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["worker_environment"]


def worker_environment(backend: str, home: Path) -> dict[str, str]:
    """The environment of a process that opens Keras on a backend.

    JAX keeps what it compiled in the workspace, so that the next training of the same
    network starts its first epoch sooner.
    """
    return {
        "JAX_COMPILATION_CACHE_DIR": str(home / "cache" / "jax"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
        **os.environ,
        "KERAS_BACKEND": backend,
        "PYTHONUNBUFFERED": "1",
        "TF_CPP_MIN_LOG_LEVEL": os.environ.get("TF_CPP_MIN_LOG_LEVEL", "2"),
    }
