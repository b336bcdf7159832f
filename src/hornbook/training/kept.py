"""The epoch that is kept, and its weights on disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save

from hornbook.atomic import write_bytes_atomically
from hornbook.metrics import TaskMeasurement
from hornbook.training.evaluated_rows import EvaluatedRows

__all__ = ["WEIGHTS_FILE", "KeptEpoch", "read_weights", "write_weights"]

WEIGHTS_FILE = "best.safetensors"


@dataclass(frozen=True)
class KeptEpoch:
    """The best epoch so far.

    Attributes:
        epoch: counted from 1, over all calls of fit.
        measurement: all its metrics.
        evaluated: its predictions on the measured rows.
    """

    epoch: int
    measurement: TaskMeasurement
    evaluated: EvaluatedRows


def write_weights(model: Any, path: Path) -> None:
    """Writes a model's weights, in Keras' order, so that a crash leaves old or new ones."""
    weights = {
        f"{index:06d}": np.ascontiguousarray(array)
        for index, array in enumerate(model.get_weights())
    }
    write_bytes_atomically(path, save(weights))


def read_weights(model: Any, path: Path) -> None:
    """Gives a model the weights that `write_weights` wrote for it."""
    weights = load_file(path)
    model.set_weights([weights[name] for name in sorted(weights)])
