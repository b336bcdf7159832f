"""A trained model on disk: the network, the fitted features, and what its numbers mean."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hornbook import __version__
from hornbook.atomic import write_json_atomically
from hornbook.data import ReadOptions
from hornbook.features import NO_RESOURCES, FeaturePipeline, Resources, TargetEncoder
from hornbook.metrics import PredictionType, is_positive

__all__ = ["KERAS_FILE", "MODEL_FOLDER", "ModelArtifact"]

MODEL_FOLDER = "model"
KERAS_FILE = "model.keras"
_FEATURES_FOLDER = "features"
_DESCRIPTION_FILE = "model.json"


@dataclass(frozen=True)
class ModelArtifact:
    """Everything but the network itself; reading one executes nothing.

    Attributes:
        folder: where it is.
        prediction_type: of the design.
        encoder: the target column and its classes.
        pipeline: the fitted features.
        reading: how files with rows to predict are read.
        threshold: binary only, from which probability on a row is positive.
        backend: what it was trained on; any other can load it.
    """

    folder: Path
    prediction_type: PredictionType
    encoder: TargetEncoder
    pipeline: FeaturePipeline
    reading: ReadOptions
    threshold: float | None
    backend: str

    @property
    def keras_path(self) -> Path:
        """The network's file."""
        return self.folder / KERAS_FILE

    def predicted_codes(self, outputs: NDArray[Any]) -> NDArray[np.int64]:
        """The class codes that raw outputs of the network mean.

        Args:
            outputs: shape `(n_rows, units)`, in binary classification with 1 or 2 units.
        """
        if self.prediction_type is PredictionType.BINARY:
            threshold = 0.5 if self.threshold is None else self.threshold
            return is_positive(outputs[:, -1], threshold).astype(np.int64)
        codes: NDArray[np.int64] = outputs.argmax(axis=1).astype(np.int64)
        return codes

    def write(self, keras_model: Any) -> None:
        """Writes the artifact, the description last."""
        self.folder.mkdir(parents=True, exist_ok=True)
        keras_model.save(self.keras_path)
        self.pipeline.save(self.folder / _FEATURES_FOLDER)
        write_json_atomically(
            self.folder / _DESCRIPTION_FILE,
            {
                "hornbook": __version__,
                "prediction_type": str(self.prediction_type),
                "target": asdict(self.encoder),
                "threshold": self.threshold,
                "backend": self.backend,
                "reading": self.reading.to_json(),
            },
        )

    @classmethod
    def read(cls, folder: Path, resources: Resources = NO_RESOURCES) -> Self:
        """Reads what `write` wrote.

        Args:
            folder: where it is.
            resources: for features with code of the user's own, or with images; code of the
                user's is run when a row is transformed, not before.
        """
        values = json.loads((folder / _DESCRIPTION_FILE).read_text("utf-8"))
        classes = values["target"]["classes"]
        return cls(
            folder,
            PredictionType(values["prediction_type"]),
            TargetEncoder(values["target"]["column"], None if classes is None else tuple(classes)),
            FeaturePipeline.load(folder / _FEATURES_FOLDER, resources),
            ReadOptions.from_json(values["reading"]),
            values["threshold"],
            values["backend"],
        )
