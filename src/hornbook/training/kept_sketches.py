"""The sketches in a trained model's folder, read by whoever needs no Keras."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from hornbook.features.column_sketch import ColumnSketch

__all__ = ["ARRAYS_FILE", "SKETCHES_FILE", "SKETCH_GROUPS", "read_sketches"]

SKETCHES_FILE = "reference.json"
ARRAYS_FILE = "reference.safetensors"
SKETCH_GROUPS = ("inputs", "predictions")
"""Of the columns that feed the model, and of what it predicted for its test rows."""


def read_sketches(folder: Path) -> dict[str, dict[str, ColumnSketch]] | None:
    """The sketches by group and name; `None` where the training kept none.

    Args:
        folder: of the model.
    """
    if not (folder / SKETCHES_FILE).is_file():
        return None
    values = json.loads((folder / SKETCHES_FILE).read_text("utf-8"))
    arrays = load_file(folder / ARRAYS_FILE)
    return {
        group: {
            name: ColumnSketch.from_json(one, arrays.get(f"{group}/{at}", np.empty(0)))
            for at, (name, one) in enumerate(values[group].items())
        }
        for group in SKETCH_GROUPS
    }
