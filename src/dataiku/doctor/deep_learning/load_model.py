"""Weights of earlier models."""

from hornbook.registry.transfer import (
    get_keras_model_from_saved_model,
    get_keras_model_from_trained_model,
    get_keras_model_location_from_saved_model,
    get_keras_model_location_from_trained_model,
)

__all__ = [
    "get_keras_model_from_saved_model",
    "get_keras_model_from_trained_model",
    "get_keras_model_location_from_saved_model",
    "get_keras_model_location_from_trained_model",
]
