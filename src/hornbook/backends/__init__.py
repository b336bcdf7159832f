"""The only door to Keras backends: choosing one, opening it, and the `tensorflow.keras` bridge."""

from hornbook.backends.choose import (
    BACKENDS,
    BackendChoice,
    BackendName,
    choose_backend,
    installed_backends,
)
from hornbook.backends.gpus import GpuState, device_environment, gpu_states
from hornbook.backends.open import load_keras_model, open_backend, open_some_backend, set_seed

__all__ = [
    "BACKENDS",
    "BackendChoice",
    "BackendName",
    "GpuState",
    "choose_backend",
    "device_environment",
    "gpu_states",
    "installed_backends",
    "load_keras_model",
    "open_backend",
    "open_some_backend",
    "set_seed",
]
