"""The only door to Keras backends: choosing one, opening it, and the `tensorflow.keras` bridge."""

from hornbook.backends.choose import (
    BackendChoice,
    BackendName,
    choose_backend,
    installed_backends,
)
from hornbook.backends.open import load_keras_model, open_backend, open_some_backend, set_seed

__all__ = [
    "BackendChoice",
    "BackendName",
    "choose_backend",
    "installed_backends",
    "load_keras_model",
    "open_backend",
    "open_some_backend",
    "set_seed",
]
