"""What a model keeps of its train rows and of its predictions, to tell later ones from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from safetensors.numpy import save_file

from hornbook.atomic import write_json_atomically
from hornbook.batching import PreparedRows
from hornbook.features import FeaturePipeline, FeatureType
from hornbook.features.column_sketch import ColumnSketch, sketch
from hornbook.metrics import PredictionType
from hornbook.training.artifact import ModelOutput
from hornbook.training.kept_sketches import ARRAYS_FILE, SKETCHES_FILE, read_sketches

__all__ = [
    "SAMPLE_ROWS",
    "ModelReference",
    "prediction_sketches",
    "sketch_features",
]

SAMPLE_ROWS = 50_000
"""Rows that sketches are made of, drawn where there are more."""

_MOST_CLASSES = 20
_READ_BYTES = 64 * 2**20


@dataclass(frozen=True)
class ModelReference:
    """Sketches of what a model was trained on and of what it then predicted.

    Attributes:
        inputs: of the columns that feed it, by name, from its train rows.
        predictions: of its predictions for the test rows, by what `prediction_sketches` calls them.
    """

    inputs: Mapping[str, ColumnSketch]
    predictions: Mapping[str, ColumnSketch]

    @classmethod
    def of_training(
        cls,
        train: PreparedRows,
        outputs: Mapping[str, ModelOutput],
        predictions: Mapping[str, NDArray[Any]],
        seed: int,
    ) -> Self:
        """The reference of a training.

        Args:
            train: the train rows.
            outputs: what the network predicts.
            predictions: its raw outputs by name for the test rows.
            seed: of what is drawn.
        """
        frame = _drawn_rows(train, seed)
        return cls(
            sketch_features(train.pipeline, frame, seed=seed),
            prediction_sketches(outputs, predictions, seed=seed),
        )

    def write(self, folder: Path) -> None:
        """Writes the reference into a model's folder."""
        groups = {"inputs": self.inputs, "predictions": self.predictions}
        arrays = {
            f"{group}/{at}": one.numbers
            for group, sketches in groups.items()
            for at, one in enumerate(sketches.values())
            if len(one.numbers)
        }
        save_file(arrays, folder / ARRAYS_FILE)
        write_json_atomically(
            folder / SKETCHES_FILE,
            {
                group: {name: one.to_json() for name, one in sketches.items()}
                for group, sketches in groups.items()
            },
        )

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """The reference in a model's folder; `None` where its training kept none."""
        sketches = read_sketches(folder)
        return None if sketches is None else cls(**sketches)


def sketch_features(
    pipeline: FeaturePipeline, frame: pl.DataFrame, *, seed: int = 0, whole: bool = False
) -> dict[str, ColumnSketch]:
    """Sketches of the columns that feed a network, by name.

    Args:
        pipeline: says how they are read.
        frame: rows.
        seed: as `sketch` takes it.
        whole: likewise.
    """
    return {
        feature.column: sketch(
            feature.column,
            frame[feature.column],
            feature.handling.feature_type,
            seed=seed,
            whole=whole,
        )
        for feature in pipeline.features
    }


def prediction_sketches(
    outputs: Mapping[str, ModelOutput],
    raw: Mapping[str, NDArray[Any]],
    *,
    seed: int = 0,
    whole: bool = False,
) -> dict[str, ColumnSketch]:
    """Sketches of predictions, by name: values, or classes and their probabilities.

    Args:
        outputs: what the network predicts.
        raw: its outputs by name, shape `(n_rows, units)`; rows with NaN or infinity are left out.
        seed: as `sketch` takes it.
        whole: likewise.
    """
    found = {}
    for name, output in outputs.items():
        finite = np.isfinite(raw[name]).all(axis=1)
        for title, values, kind in _predicted(name, output, raw[name][finite]):
            found[title] = sketch(title, values, kind, seed=seed, whole=whole)
    return found


def _predicted(
    name: str, output: ModelOutput, raw: NDArray[Any]
) -> Iterator[tuple[str, pl.Series, FeatureType]]:
    title = f"prediction of {name}" if name else "prediction"
    corrected = output.corrected(raw)
    if output.prediction_type is PredictionType.REGRESSION:
        yield title, pl.Series(corrected[:, 0].astype(np.float64)), FeatureType.NUMERICAL
        return
    labels = [str(label) for label in output.encoder.classes or ()]
    classes = output.encoder.decode(output.predicted_codes(raw)).cast(pl.String)
    yield title, classes, FeatureType.CATEGORICAL
    columns = list(zip(labels, corrected.T[-len(labels) :], strict=False))
    if output.prediction_type is PredictionType.BINARY:
        columns = [(labels[-1], corrected[:, -1])]
    for label, values in columns[:_MOST_CLASSES]:
        of = f"probability of {label}" + (f" in {name}" if name else "")
        yield of, pl.Series(values.astype(np.float64)), FeatureType.NUMERICAL


def _drawn_rows(train: PreparedRows, seed: int) -> pl.DataFrame:
    """Train rows drawn at random, with the columns of the features."""
    rows = train.rows
    columns = list(dict.fromkeys(train.pipeline.columns))
    most = min(SAMPLE_ROWS, train.table.rows_within(_READ_BYTES, columns))
    if len(rows) > most:
        rows = np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))
    return train.table.take(rows.astype(np.int64), columns)
